import type { Job, TaskGroup } from "#core/model";
import { isClientTerminal, type StoredAllocation } from "#core/store";
import { allocationName } from "./names.ts";
import { type GroupPlan, reconcileGroup, type Surroundings } from "./reconcile.ts";

/** One allocation of the group on every node that may run it; what runs elsewhere is stopped. */
export function systemGroupPlan(
  job: Job,
  group: TaskGroup,
  allocs: readonly StoredAllocation[],
  nodeIds: readonly string[],
  surroundings: Surroundings,
): GroupPlan {
  const covered = new Set(allocs.filter(({ alloc }) => covers(job, alloc)).map(({ alloc }) => alloc.nodeId));
  const missing = group.count === 0 ? [] : nodeIds.filter((nodeId) => !covered.has(nodeId));
  const wanted = { ...group, count: group.count === 0 ? 0 : covered.size };
  const plan = reconcileGroup(job, wanted, allocs, surroundings);
  const name = allocationName(job.id, group.name, 0);
  return { ...plan, group, place: missing.map((nodeId) => ({ name, previous: null, nodeId })) };
}

function covers(job: Job, alloc: StoredAllocation["alloc"]): boolean {
  if (alloc.desiredStatus !== "run") return false;
  return job.type === "sysbatch" ? alloc.clientStatus !== "lost" : !isClientTerminal(alloc.clientStatus);
}
