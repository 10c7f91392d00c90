/** A named set of nodes. */
import {
  bool,
  bytes,
  durationNs,
  int,
  map,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const nodePoolSchedulerConfigurationFields = {
  schedulerAlgorithm: text(1),
  memoryOversubscriptionEnabled: bool(2),
};
export interface NodePoolSchedulerConfiguration extends InferFields<typeof nodePoolSchedulerConfigurationFields> {}
export interface NodePoolSchedulerConfigurationDraft extends DraftFields<typeof nodePoolSchedulerConfigurationFields> {}
export const NodePoolSchedulerConfiguration: Struct<
  NodePoolSchedulerConfiguration,
  NodePoolSchedulerConfigurationDraft
> = struct("NodePoolSchedulerConfiguration", nodePoolSchedulerConfigurationFields);

const nodePoolFields = {
  name: text(1),
  description: text(2),
  meta: map(3, text),
  schedulerConfiguration: ref(4, () => NodePoolSchedulerConfiguration, { nullable: true }),
  nodeIdentityTtlNs: durationNs(5),
  hash: bytes(6),
  createIndex: int(7),
  modifyIndex: int(8),
};
export interface NodePool extends InferFields<typeof nodePoolFields> {}
export interface NodePoolDraft extends DraftFields<typeof nodePoolFields> {}
export const NodePool: Struct<NodePool, NodePoolDraft> = struct("NodePool", nodePoolFields);
