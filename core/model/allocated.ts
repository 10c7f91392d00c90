/** What an allocation was given on its node. */
import { bool, int, list, map, ref, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";
import { NetworkResource } from "./network.ts";
import { TaskLifecycleConfig } from "./task.ts";

const allocatedMemoryResourcesFields = {
  memoryMb: int(1),
  memoryMaxMb: int(2),
};
export interface AllocatedMemoryResources extends InferFields<typeof allocatedMemoryResourcesFields> {}
export interface AllocatedMemoryResourcesDraft extends DraftFields<typeof allocatedMemoryResourcesFields> {}
export const AllocatedMemoryResources: Struct<AllocatedMemoryResources, AllocatedMemoryResourcesDraft> = struct(
  "AllocatedMemoryResources",
  allocatedMemoryResourcesFields,
);

const allocatedDeviceResourceFields = {
  vendor: text(1),
  type: text(2),
  name: text(3),
  deviceIds: list(4, text),
};
export interface AllocatedDeviceResource extends InferFields<typeof allocatedDeviceResourceFields> {}
export interface AllocatedDeviceResourceDraft extends DraftFields<typeof allocatedDeviceResourceFields> {}
export const AllocatedDeviceResource: Struct<AllocatedDeviceResource, AllocatedDeviceResourceDraft> = struct(
  "AllocatedDeviceResource",
  allocatedDeviceResourceFields,
);

const allocatedCpuResourcesFields = {
  cpuShares: int(1),
  reservedCores: list(2, int),
};
export interface AllocatedCpuResources extends InferFields<typeof allocatedCpuResourcesFields> {}
export interface AllocatedCpuResourcesDraft extends DraftFields<typeof allocatedCpuResourcesFields> {}
export const AllocatedCpuResources: Struct<AllocatedCpuResources, AllocatedCpuResourcesDraft> = struct(
  "AllocatedCpuResources",
  allocatedCpuResourcesFields,
);

const allocatedTaskResourcesFields = {
  cpu: ref(1, () => AllocatedCpuResources),
  memory: ref(2, () => AllocatedMemoryResources),
  networks: list(
    3,
    ref.of(() => NetworkResource),
  ),
  devices: list(
    4,
    ref.of(() => AllocatedDeviceResource),
  ),
};
export interface AllocatedTaskResources extends InferFields<typeof allocatedTaskResourcesFields> {}
export interface AllocatedTaskResourcesDraft extends DraftFields<typeof allocatedTaskResourcesFields> {}
export const AllocatedTaskResources: Struct<AllocatedTaskResources, AllocatedTaskResourcesDraft> = struct(
  "AllocatedTaskResources",
  allocatedTaskResourcesFields,
);

const allocatedPortMappingFields = {
  label: text(1),
  value: int(2),
  to: int(3),
  hostIp: text(4),
  ignoreCollision: bool(5),
};
export interface AllocatedPortMapping extends InferFields<typeof allocatedPortMappingFields> {}
export interface AllocatedPortMappingDraft extends DraftFields<typeof allocatedPortMappingFields> {}
export const AllocatedPortMapping: Struct<AllocatedPortMapping, AllocatedPortMappingDraft> = struct(
  "AllocatedPortMapping",
  allocatedPortMappingFields,
);

const allocatedSharedResourcesFields = {
  networks: list(
    1,
    ref.of(() => NetworkResource),
  ),
  diskMb: int(2),
  ports: list(
    3,
    ref.of(() => AllocatedPortMapping),
  ),
};
export interface AllocatedSharedResources extends InferFields<typeof allocatedSharedResourcesFields> {}
export interface AllocatedSharedResourcesDraft extends DraftFields<typeof allocatedSharedResourcesFields> {}
export const AllocatedSharedResources: Struct<AllocatedSharedResources, AllocatedSharedResourcesDraft> = struct(
  "AllocatedSharedResources",
  allocatedSharedResourcesFields,
);

const allocatedResourcesFields = {
  tasks: map(
    1,
    ref.of(() => AllocatedTaskResources),
  ),
  taskLifecycles: map(
    2,
    ref.ofNullable(() => TaskLifecycleConfig),
  ),
  shared: ref(3, () => AllocatedSharedResources),
};
export interface AllocatedResources extends InferFields<typeof allocatedResourcesFields> {}
export interface AllocatedResourcesDraft extends DraftFields<typeof allocatedResourcesFields> {}
export const AllocatedResources: Struct<AllocatedResources, AllocatedResourcesDraft> = struct(
  "AllocatedResources",
  allocatedResourcesFields,
);
