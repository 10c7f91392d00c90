/** A task group placed on a node. */
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
import { AllocatedResources } from "./allocated.ts";
import { Job } from "./job.ts";
import { AllocMetric } from "./metric.ts";
import { DNSConfig } from "./network.ts";
import { Resources } from "./resources.ts";
import { TaskState } from "./task-state.ts";

const allocStateFields = {
  field: int(1),
  value: text(2),
  timeMs: timeMs(3),
};
export interface AllocState extends InferFields<typeof allocStateFields> {}
export interface AllocStateDraft extends DraftFields<typeof allocStateFields> {}
export const AllocState: Struct<AllocState, AllocStateDraft> = struct("AllocState", allocStateFields);

const allocNetworkStatusFields = {
  interfaceName: text(1),
  address: text(2),
  addressIPv6: text(3),
  dns: ref(4, () => DNSConfig, { nullable: true }),
};
export interface AllocNetworkStatus extends InferFields<typeof allocNetworkStatusFields> {}
export interface AllocNetworkStatusDraft extends DraftFields<typeof allocNetworkStatusFields> {}
export const AllocNetworkStatus: Struct<AllocNetworkStatus, AllocNetworkStatusDraft> = struct(
  "AllocNetworkStatus",
  allocNetworkStatusFields,
);

const allocDeploymentStatusFields = {
  healthy: bool(1, { nullable: true }),
  timestampMs: timeMs(2),
  canary: bool(3),
  modifyIndex: int(4),
};
export interface AllocDeploymentStatus extends InferFields<typeof allocDeploymentStatusFields> {}
export interface AllocDeploymentStatusDraft extends DraftFields<typeof allocDeploymentStatusFields> {}
export const AllocDeploymentStatus: Struct<AllocDeploymentStatus, AllocDeploymentStatusDraft> = struct(
  "AllocDeploymentStatus",
  allocDeploymentStatusFields,
);

const rescheduleEventFields = {
  rescheduleTimeMs: instantMs(1),
  prevAllocId: text(2),
  prevNodeId: text(3),
  delayNs: durationNs(4),
};
export interface RescheduleEvent extends InferFields<typeof rescheduleEventFields> {}
export interface RescheduleEventDraft extends DraftFields<typeof rescheduleEventFields> {}
export const RescheduleEvent: Struct<RescheduleEvent, RescheduleEventDraft> = struct(
  "RescheduleEvent",
  rescheduleEventFields,
);

const rescheduleTrackerFields = {
  events: list(
    1,
    ref.of(() => RescheduleEvent),
  ),
  lastReschedule: text(2),
};
export interface RescheduleTracker extends InferFields<typeof rescheduleTrackerFields> {}
export interface RescheduleTrackerDraft extends DraftFields<typeof rescheduleTrackerFields> {}
export const RescheduleTracker: Struct<RescheduleTracker, RescheduleTrackerDraft> = struct(
  "RescheduleTracker",
  rescheduleTrackerFields,
);

const desiredTransitionFields = {
  migrate: bool(1, { nullable: true }),
  reschedule: bool(2, { nullable: true }),
  forceReschedule: bool(3, { nullable: true }),
  noShutdownDelay: bool(4, { nullable: true }),
  migrateDisablePlacement: bool(5, { nullable: true }),
};
export interface DesiredTransition extends InferFields<typeof desiredTransitionFields> {}
export interface DesiredTransitionDraft extends DraftFields<typeof desiredTransitionFields> {}
export const DesiredTransition: Struct<DesiredTransition, DesiredTransitionDraft> = struct(
  "DesiredTransition",
  desiredTransitionFields,
);

const allocationFields = {
  id: text(1),
  namespace: text(2),
  evalId: text(3),
  name: text(4),
  nodeId: text(5),
  nodeName: text(6),
  jobId: text(7),
  job: ref(8, () => Job, { nullable: true }),
  taskGroup: text(9),
  resources: ref(10, () => Resources, { nullable: true }),
  sharedResources: ref(11, () => Resources, { nullable: true }),
  taskResources: map(
    12,
    ref.of(() => Resources),
  ),
  allocatedResources: ref(13, () => AllocatedResources, { nullable: true }),
  metrics: ref(14, () => AllocMetric, { nullable: true }),
  desiredStatus: text(15),
  desiredDescription: text(16, { omitEmpty: true }),
  desiredTransition: ref(17, () => DesiredTransition, { omitEmpty: true }),
  clientStatus: text(18),
  clientDescription: text(19),
  taskStates: map(
    20,
    ref.of(() => TaskState),
  ),
  allocStates: list(
    21,
    ref.of(() => AllocState),
    { omitEmpty: true },
  ),
  previousAllocation: text(22, { omitEmpty: true }),
  nextAllocation: text(23, { omitEmpty: true }),
  deploymentId: text(24, { omitEmpty: true }),
  deploymentStatus: ref(25, () => AllocDeploymentStatus, { nullable: true, omitEmpty: true }),
  rescheduleTracker: ref(26, () => RescheduleTracker, { nullable: true, omitEmpty: true }),
  networkStatus: ref(27, () => AllocNetworkStatus, { nullable: true }),
  followupEvalId: text(28, { omitEmpty: true }),
  preemptedAllocations: list(29, text, { omitEmpty: true }),
  preemptedByAllocation: text(30, { omitEmpty: true }),
  signingKeyId: text(31),
  createIndex: int(32),
  modifyIndex: int(33),
  allocModifyIndex: int(34),
  createTimeMs: instantMs(35),
  modifyTimeMs: instantMs(36),
};
export interface Allocation extends InferFields<typeof allocationFields> {}
export interface AllocationDraft extends DraftFields<typeof allocationFields> {}
export const Allocation: Struct<Allocation, AllocationDraft> = struct("Allocation", allocationFields);

const allocListStubFields = {
  id: text(1),
  evalId: text(2),
  name: text(3),
  namespace: text(4),
  nodeId: text(5),
  nodeName: text(6),
  jobId: text(7),
  jobType: text(8),
  jobVersion: int(9),
  taskGroup: text(10),
  allocatedResources: ref(11, () => AllocatedResources, { omitEmpty: true, nullable: true }),
  desiredStatus: text(12),
  desiredDescription: text(13),
  clientStatus: text(14),
  clientDescription: text(15),
  desiredTransition: ref(16, () => DesiredTransition),
  taskStates: map(
    17,
    ref.of(() => TaskState),
  ),
  deploymentStatus: ref(18, () => AllocDeploymentStatus, { nullable: true }),
  followupEvalId: text(19),
  nextAllocation: text(20),
  rescheduleTracker: ref(21, () => RescheduleTracker, { nullable: true }),
  preemptedAllocations: list(22, text),
  preemptedByAllocation: text(23),
  createIndex: int(24),
  modifyIndex: int(25),
  createTimeMs: instantMs(26),
  modifyTimeMs: instantMs(27),
};
export interface AllocListStub extends InferFields<typeof allocListStubFields> {}
export interface AllocListStubDraft extends DraftFields<typeof allocListStubFields> {}
export const AllocListStub: Struct<AllocListStub, AllocListStubDraft> = struct("AllocListStub", allocListStubFields);
