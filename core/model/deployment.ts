/** The roll-out of one version of a job. */
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

const deploymentStateFields = {
  autoRevert: bool(1),
  autoPromote: bool(2),
  progressDeadlineNs: durationNs(3),
  requireProgressByMs: timeMs(4),
  promoted: bool(5),
  placedCanaries: list(6, text),
  desiredCanaries: int(7),
  desiredTotal: int(8),
  placedAllocs: int(9),
  healthyAllocs: int(10),
  unhealthyAllocs: int(11),
};
export interface DeploymentState extends InferFields<typeof deploymentStateFields> {}
export interface DeploymentStateDraft extends DraftFields<typeof deploymentStateFields> {}
export const DeploymentState: Struct<DeploymentState, DeploymentStateDraft> = struct(
  "DeploymentState",
  deploymentStateFields,
);

const deploymentFields = {
  id: text(1),
  namespace: text(2),
  jobId: text(3),
  jobVersion: int(4),
  jobModifyIndex: int(5),
  jobSpecModifyIndex: int(6),
  jobCreateIndex: int(7),
  isMultiregion: bool(8),
  taskGroups: map(
    9,
    ref.of(() => DeploymentState),
  ),
  status: text(10),
  statusDescription: text(11),
  evalPriority: int(12),
  createIndex: int(13),
  modifyIndex: int(14),
  createTimeMs: instantMs(15),
  modifyTimeMs: instantMs(16),
};
export interface Deployment extends InferFields<typeof deploymentFields> {}
export interface DeploymentDraft extends DraftFields<typeof deploymentFields> {}
export const Deployment: Struct<Deployment, DeploymentDraft> = struct("Deployment", deploymentFields);
