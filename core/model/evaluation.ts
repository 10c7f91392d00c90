/** A request to look at a job again. */
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
import { AllocMetric } from "./metric.ts";
import { PlanAnnotations } from "./plan-annotations.ts";

const evaluationStubFields = {
  id: text(1),
  namespace: text(2),
  priority: int(3),
  type: text(4),
  triggeredBy: text(5),
  jobId: text(6),
  nodeId: text(7),
  deploymentId: text(8),
  status: text(9),
  statusDescription: text(10),
  waitUntilMs: timeMs(11, { nullable: true }),
  nextEval: text(12),
  previousEval: text(13),
  blockedEval: text(14),
  createIndex: int(15),
  modifyIndex: int(16),
  createTimeMs: instantMs(17),
  modifyTimeMs: instantMs(18),
};
export interface EvaluationStub extends InferFields<typeof evaluationStubFields> {}
export interface EvaluationStubDraft extends DraftFields<typeof evaluationStubFields> {}
export const EvaluationStub: Struct<EvaluationStub, EvaluationStubDraft> = struct(
  "EvaluationStub",
  evaluationStubFields,
);

const evaluationFields = {
  id: text(1),
  namespace: text(2),
  priority: int(3),
  type: text(4),
  triggeredBy: text(5),
  jobId: text(6),
  jobModifyIndex: int(7, { omitEmpty: true }),
  nodeId: text(8, { omitEmpty: true }),
  nodeModifyIndex: int(9, { omitEmpty: true }),
  deploymentId: text(10, { omitEmpty: true }),
  status: text(11),
  statusDescription: text(12, { omitEmpty: true }),
  waitNs: durationNs(13, { omitEmpty: true }),
  waitUntilMs: timeMs(14, { omitEmpty: true }),
  nextEval: text(15, { omitEmpty: true }),
  previousEval: text(16, { omitEmpty: true }),
  blockedEval: text(17, { omitEmpty: true }),
  relatedEvals: list(
    18,
    ref.of(() => EvaluationStub),
    { omitEmpty: true },
  ),
  failedTgAllocs: map(
    19,
    ref.of(() => AllocMetric),
    { omitEmpty: true },
  ),
  planAnnotations: ref(20, () => PlanAnnotations, { nullable: true, omitEmpty: true }),
  classEligibility: map(21, bool, { omitEmpty: true }),
  quotaLimitReached: text(22, { omitEmpty: true }),
  missingNonNodeResources: list(23, text, { omitEmpty: true }),
  escapedComputedClass: bool(24, { omitEmpty: true }),
  annotatePlan: bool(25, { omitEmpty: true }),
  queuedAllocations: map(26, int, { omitEmpty: true }),
  leaderAcl: text(27, { omitEmpty: true }),
  snapshotIndex: int(28, { omitEmpty: true }),
  createIndex: int(29, { omitEmpty: true }),
  modifyIndex: int(30, { omitEmpty: true }),
  createTimeMs: instantMs(31),
  modifyTimeMs: instantMs(32),
};
export interface Evaluation extends InferFields<typeof evaluationFields> {}
export interface EvaluationDraft extends DraftFields<typeof evaluationFields> {}
export const Evaluation: Struct<Evaluation, EvaluationDraft> = struct("Evaluation", evaluationFields);
