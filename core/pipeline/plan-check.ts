import type { Allocation } from "#core/model";
import { codeOf, type HostPort, nodeStatuses, type Store, type Usage, usageOf } from "#core/store";

/** What a plan wants to do to the nodes. */
export interface PlannedWork {
  readonly placed: readonly Allocation[];
  readonly stoppedIds: readonly string[];
}

/** What the plans that are on their way into the log will have changed, by node slot. */
export interface Overlay {
  deltaAt(slot: number): Usage | undefined;
}

export interface PlanVerdict {
  /** Placements that fit their nodes as they are now. */
  readonly accepted: readonly Allocation[];
  /** Nodes whose part of the plan was refused, with why. */
  readonly refused: ReadonlyMap<string, string>;
}

const READY = codeOf(nodeStatuses, "ready");

/**
 * Looks at every node that a plan touches as it is now: ready, and with room for what stays and what comes. Costs the
 * nodes touched, not what runs on them. A refused node loses its placements; the rest of the plan stands.
 */
export function checkPlan(store: Store, work: PlannedWork, overlay?: Overlay): PlanVerdict {
  const refused = new Map<string, string>();
  const accepted: Allocation[] = [];
  for (const [nodeId, allocs] of byNode(work.placed)) {
    const reason = refuseNode(store, nodeId, allocs, work.stoppedIds, overlay);
    if (reason === undefined) accepted.push(...allocs);
    else refused.set(nodeId, reason);
  }
  return { accepted, refused };
}

function byNode(allocs: readonly Allocation[]): Map<string, Allocation[]> {
  const groups = new Map<string, Allocation[]>();
  for (const alloc of allocs) groups.set(alloc.nodeId, [...(groups.get(alloc.nodeId) ?? []), alloc]);
  return groups;
}

function refuseNode(
  store: Store,
  nodeId: string,
  allocs: readonly Allocation[],
  stoppedIds: readonly string[],
  overlay: Overlay | undefined,
): string | undefined {
  const slot = store.nodes.slotOf(nodeId);
  if (slot === undefined) return "node does not exist";
  const columns = store.nodes.columns;
  if (columns.status.get(slot) !== READY) return "node is not ready";
  const isNew = allocs.some((alloc) => !store.allocations.get(alloc.id));
  if (isNew && columns.eligibility.get(slot) !== 0) return "node is not eligible";
  const leaving = [...stoppedIds, ...allocs.map((alloc) => alloc.id)].flatMap((id) => liveUsage(store, id, nodeId));
  const coming = allocs.map((alloc) => usageOf(alloc.allocatedResources));
  const pending = overlay?.deltaAt(slot);
  const change = total([...coming, ...(pending ? [pending] : [])], leaving);
  if (columns.usedCpuMhz.get(slot) + change.cpuMhz > columns.cpuMhz.get(slot)) return "cpu";
  if (columns.usedMemoryMib.get(slot) + change.memoryMib > columns.memoryMib.get(slot)) return "memory";
  if (columns.usedDiskMib.get(slot) + change.diskMib > columns.diskMib.get(slot)) return "disk";
  return refusePorts(store, slot, coming, leaving);
}

function liveUsage(store: Store, id: string, nodeId: string): Usage[] {
  const known = store.allocations.get(id)?.alloc;
  const isCounted = known?.nodeId === nodeId && known.desiredStatus === "run";
  return isCounted ? [usageOf(known.allocatedResources)] : [];
}

function total(coming: readonly Usage[], leaving: readonly Usage[]): Omit<Usage, "ports"> {
  const sum = (key: "cpuMhz" | "memoryMib" | "diskMib"): number =>
    coming.reduce((all, usage) => all + usage[key], 0) - leaving.reduce((all, usage) => all + usage[key], 0);
  return { cpuMhz: sum("cpuMhz"), memoryMib: sum("memoryMib"), diskMib: sum("diskMib") };
}

function refusePorts(
  store: Store,
  slot: number,
  coming: readonly Usage[],
  leaving: readonly Usage[],
): string | undefined {
  const taken = store.nodes.portsAt(slot);
  const key = ({ hostIp, value }: HostPort): string => `${hostIp}:${value}`;
  const freed = new Set(leaving.flatMap((usage) => usage.ports.map(key)));
  const wanted = new Set<string>();
  for (const port of coming.flatMap((usage) => usage.ports)) {
    if ((taken.has(port) && !freed.has(key(port))) || wanted.has(key(port)))
      return `network: port ${port.value} is taken`;
    wanted.add(key(port));
  }
  return undefined;
}
