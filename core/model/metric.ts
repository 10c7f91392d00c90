/** Why a placement went where it did, or nowhere. */
import {
  durationNs,
  float,
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
import { Resources } from "./resources.ts";

const nodeScoreMetaFields = {
  nodeId: text(1),
  scores: map(2, float),
  normScore: float(3),
};
export interface NodeScoreMeta extends InferFields<typeof nodeScoreMetaFields> {}
export interface NodeScoreMetaDraft extends DraftFields<typeof nodeScoreMetaFields> {}
export const NodeScoreMeta: Struct<NodeScoreMeta, NodeScoreMetaDraft> = struct("NodeScoreMeta", nodeScoreMetaFields);

const allocMetricFields = {
  nodesEvaluated: int(1),
  nodesFiltered: int(2),
  nodesInPool: int(3),
  nodePool: text(4),
  nodesAvailable: map(5, int),
  classFiltered: map(6, int),
  constraintFiltered: map(7, int),
  nodesExhausted: int(8),
  classExhausted: map(9, int),
  dimensionExhausted: map(10, int),
  quotaExhausted: list(11, text),
  resourcesExhausted: map(
    12,
    ref.of(() => Resources),
  ),
  scores: map(13, float),
  scoreMetaData: list(
    14,
    ref.of(() => NodeScoreMeta),
  ),
  allocationTimeNs: durationNs(15),
  coalescedFailures: int(16),
};
export interface AllocMetric extends InferFields<typeof allocMetricFields> {}
export interface AllocMetricDraft extends DraftFields<typeof allocMetricFields> {}
export const AllocMetric: Struct<AllocMetric, AllocMetricDraft> = struct("AllocMetric", allocMetricFields);
