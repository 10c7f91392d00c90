/** Volumes that a group requests and that tasks mount. */
import {
  bool,
  durationNs,
  list,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const csiMountOptionsFields = {
  fsType: text(1, { draftZero: true }),
  mountFlags: list(2, text),
};
export interface CSIMountOptions extends InferFields<typeof csiMountOptionsFields> {}
export interface CSIMountOptionsDraft extends DraftFields<typeof csiMountOptionsFields> {}
export const CSIMountOptions: Struct<CSIMountOptions, CSIMountOptionsDraft> = struct(
  "CSIMountOptions",
  csiMountOptionsFields,
);

const volumeRequestFields = {
  name: text(1, { draftZero: true }),
  type: text(2, { draftZero: true }),
  source: text(3, { draftZero: true }),
  readOnly: bool(4, { draftZero: true }),
  sticky: bool(5, { draftZero: true }),
  accessMode: text(6, { draftZero: true }),
  attachmentMode: text(7, { draftZero: true }),
  mountOptions: ref(8, () => CSIMountOptions, { nullable: true }),
  perAlloc: bool(9, { draftZero: true }),
};
export interface VolumeRequest extends InferFields<typeof volumeRequestFields> {}
export interface VolumeRequestDraft extends DraftFields<typeof volumeRequestFields> {}
export const VolumeRequest: Struct<VolumeRequest, VolumeRequestDraft> = struct("VolumeRequest", volumeRequestFields);

const volumeMountFields = {
  volume: text(1),
  destination: text(2),
  readOnly: bool(3),
  propagationMode: text(4),
  seLinuxLabel: text(5),
};
export interface VolumeMount extends InferFields<typeof volumeMountFields> {}
export interface VolumeMountDraft extends DraftFields<typeof volumeMountFields> {}
export const VolumeMount: Struct<VolumeMount, VolumeMountDraft> = struct("VolumeMount", volumeMountFields);

const taskCsiPluginConfigFields = {
  id: text(1, { draftZero: true }),
  type: text(2, { draftZero: true }),
  mountDir: text(3, { draftZero: true }),
  stagePublishBaseDir: text(4, { draftZero: true }),
  healthTimeoutNs: durationNs(5, { draftZero: true }),
};
export interface TaskCSIPluginConfig extends InferFields<typeof taskCsiPluginConfigFields> {}
export interface TaskCSIPluginConfigDraft extends DraftFields<typeof taskCsiPluginConfigFields> {}
export const TaskCSIPluginConfig: Struct<TaskCSIPluginConfig, TaskCSIPluginConfigDraft> = struct(
  "TaskCSIPluginConfig",
  taskCsiPluginConfigFields,
);
