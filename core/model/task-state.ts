/** What has happened to a task. */
import {
  bool,
  durationNs,
  instantMs,
  int,
  list,
  map,
  ref,
  text,
  timeMs,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const taskEventFields = {
  type: text(1),
  timeMs: instantMs(2),
  message: text(3),
  displayMessage: text(4),
  details: map(5, text),
  failsTask: bool(6),
  restartReason: text(7),
  setupError: text(8),
  driverError: text(9),
  exitCode: int(10),
  signal: int(11),
  killTimeoutNs: durationNs(12),
  killError: text(13),
  killReason: text(14),
  startDelay: int(15),
  downloadError: text(16),
  validationError: text(17),
  diskLimit: int(18),
  failedSibling: text(19),
  vaultError: text(20),
  taskSignalReason: text(21),
  taskSignal: text(22),
  driverMessage: text(23),
  genericSource: text(24),
};
export interface TaskEvent extends InferFields<typeof taskEventFields> {}
export interface TaskEventDraft extends DraftFields<typeof taskEventFields> {}
export const TaskEvent: Struct<TaskEvent, TaskEventDraft> = struct("TaskEvent", taskEventFields);

const taskStateFields = {
  state: text(1),
  failed: bool(2),
  restarts: int(3),
  lastRestartMs: timeMs(4, { nullable: true }),
  startedAtMs: timeMs(5, { nullable: true }),
  finishedAtMs: timeMs(6, { nullable: true }),
  events: list(
    7,
    ref.of(() => TaskEvent),
  ),
  paused: text(8),
};
export interface TaskState extends InferFields<typeof taskStateFields> {}
export interface TaskStateDraft extends DraftFields<typeof taskStateFields> {}
export const TaskState: Struct<TaskState, TaskStateDraft> = struct("TaskState", taskStateFields);
