import type { Evaluation, Job, Node } from "#core/model";
import { isTerminal, type Store } from "#core/store";

/** How old what is over must be before it goes. Zero for a forced collection. */
export interface GarbageRules {
  readonly evaluationAgeMs: number;
  readonly batchEvaluationAgeMs: number;
  readonly jobAgeMs: number;
  readonly nodeAgeMs: number;
}

export interface Garbage {
  readonly evaluationIds: readonly string[];
  readonly allocationIds: readonly string[];
  readonly jobs: readonly { readonly namespace: string; readonly id: string }[];
  readonly nodeIds: readonly string[];
}

const TERMINAL_EVALUATIONS = new Set(["complete", "failed", "canceled"]);

/** What may be taken away at `nowMs`: jobs that are dead with all that belongs to them, ended evaluations, lost nodes. */
export function garbageOf(store: Store, rules: GarbageRules, nowMs: number): Garbage {
  const jobs = [...store.jobs.values()].filter((job) => isCollectableJob(store, job, rules, nowMs));
  const gone = new Set(jobs.map((job) => `${job.namespace}\u0000${job.id}`));
  const evaluations = [...store.evaluations.values()].filter(
    (evaluation) =>
      gone.has(`${evaluation.namespace}\u0000${evaluation.jobId}`) ||
      isCollectableEvaluation(store, evaluation, rules, nowMs),
  );
  const allocationIds = evaluations.flatMap((evaluation) =>
    store.allocations.byEvaluation(evaluation.id).map(({ alloc }) => alloc.id),
  );
  const leaving = new Set(allocationIds);
  const nodes = [...store.nodes.values()].filter((node) => isCollectableNode(store, node, rules, nowMs, leaving));
  return {
    evaluationIds: evaluations.map((evaluation) => evaluation.id),
    allocationIds,
    jobs: jobs.map(({ namespace, id }) => ({ namespace, id })),
    nodeIds: nodes.map((node) => node.id),
  };
}

function isCollectableJob(store: Store, job: Job, rules: GarbageRules, nowMs: number): boolean {
  if (job.status !== "dead" || job.submitTimeMs > nowMs - rules.jobAgeMs) return false;
  if ((job.periodic !== null || job.parameterizedJob !== null) && !job.stop) return false;
  if (store.versionsOf(job.namespace, job.id).some((version) => version.versionTag !== null)) return false;
  const evaluations = store.evaluationsOf(job.namespace, job.id);
  return evaluations.every(
    (evaluation) => isOver(store, evaluation) && evaluation.modifyTimeMs <= nowMs - rules.evaluationAgeMs,
  );
}

function isOver(store: Store, evaluation: Evaluation): boolean {
  if (!TERMINAL_EVALUATIONS.has(evaluation.status)) return false;
  return store.allocations.byEvaluation(evaluation.id).every(({ alloc }) => isTerminal(alloc));
}

/** Evaluations of a living batch job stay: their allocations are the record of what already ran. */
function isCollectableEvaluation(store: Store, evaluation: Evaluation, rules: GarbageRules, nowMs: number): boolean {
  const job = store.job(evaluation.namespace, evaluation.jobId);
  const isBatch = evaluation.type === "batch" || evaluation.type === "sysbatch";
  if (isBatch && job && !job.stop && job.status !== "dead") return false;
  const ageMs = isBatch ? rules.batchEvaluationAgeMs : rules.evaluationAgeMs;
  return evaluation.modifyTimeMs <= nowMs - ageMs && isOver(store, evaluation);
}

function isCollectableNode(
  store: Store,
  node: Node,
  rules: GarbageRules,
  nowMs: number,
  leaving: ReadonlySet<string>,
): boolean {
  if (node.status !== "down" || node.statusUpdatedAt * 1000 > nowMs - rules.nodeAgeMs) return false;
  return store.allocations.byNode(node.id).every(({ alloc }) => leaving.has(alloc.id));
}
