/** What a node has, and what of it is set aside. */
import {
  any,
  bool,
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
import { NetworkResource } from "./network.ts";

const legacyNodeCpuResourcesFields = {
  cpuShares: int(1),
  totalCpuCores: int(2),
  reservableCpuCores: list(3, int),
};
export interface LegacyNodeCpuResources extends InferFields<typeof legacyNodeCpuResourcesFields> {}
export interface LegacyNodeCpuResourcesDraft extends DraftFields<typeof legacyNodeCpuResourcesFields> {}
export const LegacyNodeCpuResources: Struct<LegacyNodeCpuResources, LegacyNodeCpuResourcesDraft> = struct(
  "LegacyNodeCpuResources",
  legacyNodeCpuResourcesFields,
);

const nodeProcessorResourcesFields = {
  topology: any(1),
};
export interface NodeProcessorResources extends InferFields<typeof nodeProcessorResourcesFields> {}
export interface NodeProcessorResourcesDraft extends DraftFields<typeof nodeProcessorResourcesFields> {}
export const NodeProcessorResources: Struct<NodeProcessorResources, NodeProcessorResourcesDraft> = struct(
  "NodeProcessorResources",
  nodeProcessorResourcesFields,
);

const nodeDiskResourcesFields = {
  diskMb: int(1),
};
export interface NodeDiskResources extends InferFields<typeof nodeDiskResourcesFields> {}
export interface NodeDiskResourcesDraft extends DraftFields<typeof nodeDiskResourcesFields> {}
export const NodeDiskResources: Struct<NodeDiskResources, NodeDiskResourcesDraft> = struct(
  "NodeDiskResources",
  nodeDiskResourcesFields,
);

const nodeNetworkAddressFields = {
  family: text(1),
  alias: text(2),
  address: text(3),
  reservedPorts: text(4),
  gateway: text(5),
};
export interface NodeNetworkAddress extends InferFields<typeof nodeNetworkAddressFields> {}
export interface NodeNetworkAddressDraft extends DraftFields<typeof nodeNetworkAddressFields> {}
export const NodeNetworkAddress: Struct<NodeNetworkAddress, NodeNetworkAddressDraft> = struct(
  "NodeNetworkAddress",
  nodeNetworkAddressFields,
);

const nodeNetworkResourceFields = {
  mode: text(1),
  device: text(2),
  macAddress: text(3),
  speed: int(4),
  addresses: list(
    5,
    ref.of(() => NodeNetworkAddress),
  ),
};
export interface NodeNetworkResource extends InferFields<typeof nodeNetworkResourceFields> {}
export interface NodeNetworkResourceDraft extends DraftFields<typeof nodeNetworkResourceFields> {}
export const NodeNetworkResource: Struct<NodeNetworkResource, NodeNetworkResourceDraft> = struct(
  "NodeNetworkResource",
  nodeNetworkResourceFields,
);

const nodeDeviceLocalityFields = {
  pciBusId: text(1),
};
export interface NodeDeviceLocality extends InferFields<typeof nodeDeviceLocalityFields> {}
export interface NodeDeviceLocalityDraft extends DraftFields<typeof nodeDeviceLocalityFields> {}
export const NodeDeviceLocality: Struct<NodeDeviceLocality, NodeDeviceLocalityDraft> = struct(
  "NodeDeviceLocality",
  nodeDeviceLocalityFields,
);

const nodeDeviceFields = {
  id: text(1),
  healthy: bool(2),
  healthDescription: text(3),
  locality: ref(4, () => NodeDeviceLocality, { nullable: true }),
};
export interface NodeDevice extends InferFields<typeof nodeDeviceFields> {}
export interface NodeDeviceDraft extends DraftFields<typeof nodeDeviceFields> {}
export const NodeDevice: Struct<NodeDevice, NodeDeviceDraft> = struct("NodeDevice", nodeDeviceFields);

const nodeDeviceResourceFields = {
  vendor: text(1),
  type: text(2),
  name: text(3),
  instances: list(
    4,
    ref.of(() => NodeDevice),
  ),
  attributes: map(5, any),
};
export interface NodeDeviceResource extends InferFields<typeof nodeDeviceResourceFields> {}
export interface NodeDeviceResourceDraft extends DraftFields<typeof nodeDeviceResourceFields> {}
export const NodeDeviceResource: Struct<NodeDeviceResource, NodeDeviceResourceDraft> = struct(
  "NodeDeviceResource",
  nodeDeviceResourceFields,
);

const nodeMemoryResourcesFields = {
  memoryMb: int(1),
};
export interface NodeMemoryResources extends InferFields<typeof nodeMemoryResourcesFields> {}
export interface NodeMemoryResourcesDraft extends DraftFields<typeof nodeMemoryResourcesFields> {}
export const NodeMemoryResources: Struct<NodeMemoryResources, NodeMemoryResourcesDraft> = struct(
  "NodeMemoryResources",
  nodeMemoryResourcesFields,
);

const nodeResourcesFields = {
  cpu: ref(1, () => LegacyNodeCpuResources),
  processors: ref(2, () => NodeProcessorResources),
  memory: ref(3, () => NodeMemoryResources),
  disk: ref(4, () => NodeDiskResources),
  devices: list(
    5,
    ref.of(() => NodeDeviceResource),
  ),
  nodeNetworks: list(
    6,
    ref.of(() => NodeNetworkResource),
  ),
  networks: list(
    7,
    ref.of(() => NetworkResource),
  ),
  minDynamicPort: int(8),
  maxDynamicPort: int(9),
};
export interface NodeResources extends InferFields<typeof nodeResourcesFields> {}
export interface NodeResourcesDraft extends DraftFields<typeof nodeResourcesFields> {}
export const NodeResources: Struct<NodeResources, NodeResourcesDraft> = struct("NodeResources", nodeResourcesFields);

const nodeReservedDiskResourcesFields = {
  diskMb: int(1),
};
export interface NodeReservedDiskResources extends InferFields<typeof nodeReservedDiskResourcesFields> {}
export interface NodeReservedDiskResourcesDraft extends DraftFields<typeof nodeReservedDiskResourcesFields> {}
export const NodeReservedDiskResources: Struct<NodeReservedDiskResources, NodeReservedDiskResourcesDraft> = struct(
  "NodeReservedDiskResources",
  nodeReservedDiskResourcesFields,
);

const nodeReservedCpuResourcesFields = {
  cpuShares: int(1),
  reservedCpuCores: list(2, int),
};
export interface NodeReservedCpuResources extends InferFields<typeof nodeReservedCpuResourcesFields> {}
export interface NodeReservedCpuResourcesDraft extends DraftFields<typeof nodeReservedCpuResourcesFields> {}
export const NodeReservedCpuResources: Struct<NodeReservedCpuResources, NodeReservedCpuResourcesDraft> = struct(
  "NodeReservedCpuResources",
  nodeReservedCpuResourcesFields,
);

const nodeReservedMemoryResourcesFields = {
  memoryMb: int(1),
};
export interface NodeReservedMemoryResources extends InferFields<typeof nodeReservedMemoryResourcesFields> {}
export interface NodeReservedMemoryResourcesDraft extends DraftFields<typeof nodeReservedMemoryResourcesFields> {}
export const NodeReservedMemoryResources: Struct<NodeReservedMemoryResources, NodeReservedMemoryResourcesDraft> =
  struct("NodeReservedMemoryResources", nodeReservedMemoryResourcesFields);

const nodeReservedNetworkResourcesFields = {
  reservedHostPorts: text(1),
};
export interface NodeReservedNetworkResources extends InferFields<typeof nodeReservedNetworkResourcesFields> {}
export interface NodeReservedNetworkResourcesDraft extends DraftFields<typeof nodeReservedNetworkResourcesFields> {}
export const NodeReservedNetworkResources: Struct<NodeReservedNetworkResources, NodeReservedNetworkResourcesDraft> =
  struct("NodeReservedNetworkResources", nodeReservedNetworkResourcesFields);

const nodeReservedResourcesFields = {
  cpu: ref(1, () => NodeReservedCpuResources),
  memory: ref(2, () => NodeReservedMemoryResources),
  disk: ref(3, () => NodeReservedDiskResources),
  networks: ref(4, () => NodeReservedNetworkResources),
};
export interface NodeReservedResources extends InferFields<typeof nodeReservedResourcesFields> {}
export interface NodeReservedResourcesDraft extends DraftFields<typeof nodeReservedResourcesFields> {}
export const NodeReservedResources: Struct<NodeReservedResources, NodeReservedResourcesDraft> = struct(
  "NodeReservedResources",
  nodeReservedResourcesFields,
);
