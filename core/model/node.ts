/** A machine that runs allocations. */
import {
  any,
  bool,
  durationNs,
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
import { NodeReservedResources, NodeResources } from "./node-resources.ts";

const drainStrategyFields = {
  deadlineNs: durationNs(1),
  ignoreSystemJobs: bool(2),
  forceDeadlineMs: timeMs(3),
  startedAtMs: timeMs(4),
};
export interface DrainStrategy extends InferFields<typeof drainStrategyFields> {}
export interface DrainStrategyDraft extends DraftFields<typeof drainStrategyFields> {}
export const DrainStrategy: Struct<DrainStrategy, DrainStrategyDraft> = struct("DrainStrategy", drainStrategyFields);

const driverInfoFields = {
  attributes: map(1, text),
  detected: bool(2),
  healthy: bool(3),
  healthDescription: text(4),
  updateTimeMs: timeMs(5),
};
export interface DriverInfo extends InferFields<typeof driverInfoFields> {}
export interface DriverInfoDraft extends DraftFields<typeof driverInfoFields> {}
export const DriverInfo: Struct<DriverInfo, DriverInfoDraft> = struct("DriverInfo", driverInfoFields);

const clientHostVolumeConfigFields = {
  name: text(1),
  path: text(2),
  readOnly: bool(3),
  id: text(4),
};
export interface ClientHostVolumeConfig extends InferFields<typeof clientHostVolumeConfigFields> {}
export interface ClientHostVolumeConfigDraft extends DraftFields<typeof clientHostVolumeConfigFields> {}
export const ClientHostVolumeConfig: Struct<ClientHostVolumeConfig, ClientHostVolumeConfigDraft> = struct(
  "ClientHostVolumeConfig",
  clientHostVolumeConfigFields,
);

const clientHostNetworkConfigFields = {
  name: text(1),
  cidr: text(2),
  interface: text(3),
  reservedPorts: text(4),
};
export interface ClientHostNetworkConfig extends InferFields<typeof clientHostNetworkConfigFields> {}
export interface ClientHostNetworkConfigDraft extends DraftFields<typeof clientHostNetworkConfigFields> {}
export const ClientHostNetworkConfig: Struct<ClientHostNetworkConfig, ClientHostNetworkConfigDraft> = struct(
  "ClientHostNetworkConfig",
  clientHostNetworkConfigFields,
);

const drainMetadataFields = {
  startedAtMs: timeMs(1),
  updatedAtMs: timeMs(2),
  status: text(3),
  accessorId: text(4),
  meta: map(5, text),
};
export interface DrainMetadata extends InferFields<typeof drainMetadataFields> {}
export interface DrainMetadataDraft extends DraftFields<typeof drainMetadataFields> {}
export const DrainMetadata: Struct<DrainMetadata, DrainMetadataDraft> = struct("DrainMetadata", drainMetadataFields);

const nodeEventFields = {
  message: text(1),
  subsystem: text(2),
  details: map(3, text),
  timestampMs: timeMs(4),
  createIndex: int(5),
};
export interface NodeEvent extends InferFields<typeof nodeEventFields> {}
export interface NodeEventDraft extends DraftFields<typeof nodeEventFields> {}
export const NodeEvent: Struct<NodeEvent, NodeEventDraft> = struct("NodeEvent", nodeEventFields);

const nodeFields = {
  id: text(1),
  secretId: text(2, { secret: true }),
  datacenter: text(3),
  name: text(4),
  cgroupParent: text(5),
  httpAddr: text(6),
  tlsEnabled: bool(7),
  attributes: map(8, text),
  nodeResources: ref(9, () => NodeResources, { nullable: true }),
  reservedResources: ref(10, () => NodeReservedResources, { nullable: true }),
  links: map(11, text),
  meta: map(12, text),
  nodeClass: text(13),
  nodePool: text(14),
  computedClass: text(15),
  drainStrategy: ref(16, () => DrainStrategy, { nullable: true }),
  schedulingEligibility: text(17),
  status: text(18),
  statusDescription: text(19),
  identitySigningKeyId: text(20),
  statusUpdatedAt: int(21),
  events: list(
    22,
    ref.of(() => NodeEvent),
  ),
  drivers: map(
    23,
    ref.of(() => DriverInfo),
  ),
  csiControllerPlugins: map(24, any),
  csiNodePlugins: map(25, any),
  hostVolumes: map(
    26,
    ref.of(() => ClientHostVolumeConfig),
  ),
  gcVolumesOnNodeGc: bool(27),
  hostNetworks: map(
    28,
    ref.of(() => ClientHostNetworkConfig),
  ),
  lastDrain: ref(29, () => DrainMetadata, { nullable: true }),
  nodeMaxAllocs: int(30),
  lastMissedHeartbeatIndex: int(31),
  lastAllocUpdateIndex: int(32),
  createIndex: int(33),
  modifyIndex: int(34),
};
export interface Node extends InferFields<typeof nodeFields> {}
export interface NodeDraft extends DraftFields<typeof nodeFields> {}
export const Node: Struct<Node, NodeDraft> = struct("Node", nodeFields);

const nodeListStubFields = {
  address: text(1),
  id: text(2),
  attributes: map(3, text, { omitEmpty: true }),
  datacenter: text(4),
  name: text(5),
  nodePool: text(6),
  nodeClass: text(7),
  version: text(8),
  drain: bool(9),
  schedulingEligibility: text(10),
  status: text(11),
  statusDescription: text(12),
  drivers: map(
    13,
    ref.of(() => DriverInfo),
  ),
  hostVolumes: map(
    14,
    ref.of(() => ClientHostVolumeConfig),
  ),
  nodeResources: ref(15, () => NodeResources, { omitEmpty: true, nullable: true }),
  reservedResources: ref(16, () => NodeReservedResources, { omitEmpty: true, nullable: true }),
  lastDrain: ref(17, () => DrainMetadata, { nullable: true }),
  createIndex: int(18),
  modifyIndex: int(19),
};
export interface NodeListStub extends InferFields<typeof nodeListStubFields> {}
export interface NodeListStubDraft extends DraftFields<typeof nodeListStubFields> {}
export const NodeListStub: Struct<NodeListStub, NodeListStubDraft> = struct("NodeListStub", nodeListStubFields);
