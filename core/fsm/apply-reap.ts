import { ok, type Result } from "#core/base";
import type { Reap } from "./commands.ts";
import type { Applying, Outcome } from "./outcome.ts";

export function applyReap({ store }: Applying, reap: Reap): Result<Outcome> {
  for (const id of reap.allocationIds ?? []) store.deleteAllocation(id);
  for (const id of reap.evaluationIds ?? []) {
    const evaluation = store.evaluations.get(id);
    if (evaluation) store.deleteEvaluation(evaluation);
  }
  for (const { namespace, id } of reap.jobs ?? []) store.deleteJob(namespace, id);
  for (const id of reap.nodeIds ?? []) if (store.nodes.get(id)) store.deleteNode(id);
  return ok({});
}
