import { Evaluation } from "#core/model";
import { empty } from "#core/schema";
import type { Decision } from "./schedule.ts";

/** Waits for room in the place of an evaluation that could not place everything; undefined when it placed all. */
export function blockedEvaluation(
  evaluation: Evaluation,
  decision: Decision,
  made: { readonly id: string; readonly snapshotIndex: number; readonly nowMs: number },
): Evaluation | undefined {
  if (Object.keys(decision.failures).length === 0) return undefined;
  const { namespace, priority, type, jobId, jobModifyIndex } = evaluation;
  return empty(Evaluation, {
    id: made.id,
    namespace,
    priority,
    type,
    triggeredBy: "queued-allocs",
    jobId,
    jobModifyIndex,
    status: "blocked",
    statusDescription: "created to place remaining allocations",
    previousEval: evaluation.id,
    classEligibility: decision.classEligibility,
    escapedComputedClass: decision.escapesClass,
    failedTgAllocs: decision.failures,
    snapshotIndex: made.snapshotIndex,
    createTimeMs: made.nowMs,
    modifyTimeMs: made.nowMs,
  });
}
