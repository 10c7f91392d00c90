/** What a task asks of a node. */
import { int, list, ref, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";
import { Affinity, Constraint } from "./constraint.ts";
import { NetworkResource } from "./network.ts";

const numaFields = {
  affinity: text(1, { draftZero: true }),
  devices: list(2, text),
};
export interface NUMA extends InferFields<typeof numaFields> {}
export interface NUMADraft extends DraftFields<typeof numaFields> {}
export const NUMA: Struct<NUMA, NUMADraft> = struct("NUMA", numaFields);

const requestedDeviceFields = {
  name: text(1, { draftZero: true }),
  count: int(2),
  constraints: list(
    3,
    ref.of(() => Constraint),
  ),
  affinities: list(
    4,
    ref.of(() => Affinity),
  ),
};
export interface RequestedDevice extends InferFields<typeof requestedDeviceFields> {}
export interface RequestedDeviceDraft extends DraftFields<typeof requestedDeviceFields> {}
export const RequestedDevice: Struct<RequestedDevice, RequestedDeviceDraft> = struct(
  "RequestedDevice",
  requestedDeviceFields,
);

const resourcesFields = {
  cpu: int(1),
  cores: int(2),
  memoryMb: int(3),
  memoryMaxMb: int(4),
  diskMb: int(5),
  iops: int(6),
  networks: list(
    7,
    ref.of(() => NetworkResource),
  ),
  devices: list(
    8,
    ref.of(() => RequestedDevice),
  ),
  numa: ref(9, () => NUMA, { nullable: true }),
  secretsMb: int(10),
};
export interface Resources extends InferFields<typeof resourcesFields> {}
export interface ResourcesDraft extends DraftFields<typeof resourcesFields> {}
export const Resources: Struct<Resources, ResourcesDraft> = struct("Resources", resourcesFields);
