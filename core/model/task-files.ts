/** What is put into a task directory before the task starts: artifacts, templates, dispatch payloads. */
import {
  bool,
  durationNs,
  int,
  list,
  map,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const taskArtifactFields = {
  getterSource: text(1),
  getterOptions: map(2, text),
  getterHeaders: map(3, text),
  getterMode: text(4),
  getterInsecure: bool(5),
  relativeDest: text(6),
  chown: bool(7, { draftZero: true }),
};
export interface TaskArtifact extends InferFields<typeof taskArtifactFields> {}
export interface TaskArtifactDraft extends DraftFields<typeof taskArtifactFields> {}
export const TaskArtifact: Struct<TaskArtifact, TaskArtifactDraft> = struct("TaskArtifact", taskArtifactFields);

const changeScriptFields = {
  command: text(1),
  args: list(2, text),
  timeoutNs: durationNs(3),
  failOnError: bool(4),
  runOnFirstRender: bool(5),
};
export interface ChangeScript extends InferFields<typeof changeScriptFields> {}
export interface ChangeScriptDraft extends DraftFields<typeof changeScriptFields> {}
export const ChangeScript: Struct<ChangeScript, ChangeScriptDraft> = struct("ChangeScript", changeScriptFields);

const waitConfigFields = {
  minNs: durationNs(1),
  maxNs: durationNs(2),
};
export interface WaitConfig extends InferFields<typeof waitConfigFields> {}
export interface WaitConfigDraft extends DraftFields<typeof waitConfigFields> {}
export const WaitConfig: Struct<WaitConfig, WaitConfigDraft> = struct("WaitConfig", waitConfigFields);

const templateFields = {
  sourcePath: text(1),
  destPath: text(2),
  embeddedTmpl: text(3),
  changeMode: text(4),
  changeSignal: text(5),
  changeScript: ref(6, () => ChangeScript, { nullable: true }),
  once: bool(7),
  splayNs: durationNs(8),
  perms: text(9),
  uid: int(10, { nullable: true }),
  gid: int(11, { nullable: true }),
  leftDelim: text(12),
  rightDelim: text(13),
  envvars: bool(14),
  vaultGraceNs: durationNs(15),
  wait: ref(16, () => WaitConfig, { nullable: true }),
  errMissingKey: bool(17, { draftZero: true }),
};
export interface Template extends InferFields<typeof templateFields> {}
export interface TemplateDraft extends DraftFields<typeof templateFields> {}
export const Template: Struct<Template, TemplateDraft> = struct("Template", templateFields);

const dispatchPayloadConfigFields = {
  file: text(1, { draftZero: true }),
};
export interface DispatchPayloadConfig extends InferFields<typeof dispatchPayloadConfigFields> {}
export interface DispatchPayloadConfigDraft extends DraftFields<typeof dispatchPayloadConfigFields> {}
export const DispatchPayloadConfig: Struct<DispatchPayloadConfig, DispatchPayloadConfigDraft> = struct(
  "DispatchPayloadConfig",
  dispatchPayloadConfigFields,
);
