import type { Evaluation, Job } from "#core/model";
import { isTerminal, type Store } from "#core/store";

const TERMINAL_EVALUATIONS = new Set(["complete", "failed", "canceled"]);

export function isTerminalEvaluation(evaluation: Evaluation): boolean {
  return TERMINAL_EVALUATIONS.has(evaluation.status);
}

/** A job is running while an allocation is, pending while an evaluation is open or nothing has happened, else dead. */
export function statusOf(store: Store, job: Job): string {
  if (job.type === "system") return job.stop ? "dead" : "running";
  const allocations = store.allocations.byJob(job.namespace, job.id);
  if (allocations.some(({ alloc }) => !isTerminal(alloc))) return "running";
  const evaluations = store.evaluationsOf(job.namespace, job.id);
  if (evaluations.some((evaluation) => !isTerminalEvaluation(evaluation))) return "pending";
  if ((job.periodic !== null || job.parameterizedJob !== null) && !job.stop) return "running";
  if (job.stop || evaluations.length > 0 || allocations.length > 0) return "dead";
  return "pending";
}
