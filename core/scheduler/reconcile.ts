import type { Allocation, Job, TaskGroup } from "#core/model";
import { isClientTerminal, type StoredAllocation } from "#core/store";
import { type UpdateKind, updateKind } from "./changes.ts";
import { freeNames, nameIndex } from "./names.ts";

/** How the node of an allocation is, as far as its allocations are concerned. */
export type NodeCondition = "fine" | "draining" | "down" | "gone" | "disconnected";

export interface Surroundings {
  readonly conditionOf: (nodeId: string) => NodeCondition;
  readonly jobVersion: (version: number) => Job | undefined;
}

export interface Stop {
  readonly alloc: Allocation;
  readonly description: string;
  /** `lost` when the node can no longer say how it ended. */
  readonly clientStatus: string;
}

export interface Place {
  readonly name: string;
  readonly previous: Allocation | null;
  /** System jobs place on this very node. */
  readonly nodeId?: string;
}

/** What should happen to one group. */
export interface GroupPlan {
  readonly group: TaskGroup;
  readonly place: readonly Place[];
  readonly stop: readonly Stop[];
  readonly inPlace: readonly StoredAllocation[];
  /** Replaced one for one: each is stopped, and its name placed again. */
  readonly destructive: readonly StoredAllocation[];
  /** Allocations that stay as they are; of a batch job also those of the past. */
  readonly ignored: number;
}

export const reasons = {
  notNeeded: "alloc not needed due to job update",
  jobStopped: "alloc not needed due to job update",
  updated: "alloc is being updated due to job update",
  lost: "alloc is lost since its node is down",
  migrated: "alloc is being migrated",
} as const;

/** Stops everything that still runs: the job was stopped or is gone. */
export function stopAll(allocs: readonly StoredAllocation[], surroundings: Surroundings): Stop[] {
  return allocs
    .filter(({ alloc }) => isLive(alloc))
    .map(({ alloc }) => stopOf(alloc, reasons.jobStopped, surroundings));
}

function isLive(alloc: Allocation): boolean {
  return alloc.desiredStatus === "run" && !isClientTerminal(alloc.clientStatus);
}

function stopOf(alloc: Allocation, description: string, surroundings: Surroundings): Stop {
  const condition = surroundings.conditionOf(alloc.nodeId);
  const isLost = condition === "down" || condition === "gone";
  return isLost ? { alloc, description: reasons.lost, clientStatus: "lost" } : { alloc, description, clientStatus: "" };
}

/** Compares a group of the job with the allocations there are of it (semantics §1, "Reconciler"). */
export function reconcileGroup(
  job: Job,
  group: TaskGroup,
  allocs: readonly StoredAllocation[],
  surroundings: Surroundings,
): GroupPlan {
  const kept = allocs.filter(({ alloc }) => holdsName(job, alloc));
  const isLost = ({ alloc }: StoredAllocation): boolean =>
    isLive(alloc) && surroundings.conditionOf(alloc.nodeId) !== "fine";
  const lost = kept.filter(isLost);
  const here = kept.filter((stored) => !isLost(stored)).toSorted(byNameIndex);
  const surplus = here.slice(group.count);
  const staying = here.slice(0, group.count);
  const sorted = sortByUpdate(job, group, staying, surroundings);
  const room = Math.max(0, group.count - staying.length);
  const used = new Set(staying.map(({ alloc }) => nameIndex(alloc.name)));
  const replaced = lost.slice(0, room);
  return {
    group,
    place: placements(job, group, room, used, replaced),
    stop: [
      ...lost.map(({ alloc }) => stopOf(alloc, reasons.migrated, surroundings)),
      ...surplus
        .filter(({ alloc }) => isLive(alloc))
        .map(({ alloc }) => stopOf(alloc, reasons.notNeeded, surroundings)),
    ],
    inPlace: sorted["in-place"],
    destructive: sorted.destructive,
    ignored: sorted.none.length + (job.type === "batch" ? allocs.length - kept.length : 0),
  };
}

/**
 * Whether an allocation still stands for its name: a live one does; so does a batch allocation that has done its
 * work, and a failed one, which only its reschedule policy may replace.
 */
function holdsName(job: Job, alloc: Allocation): boolean {
  if (alloc.desiredStatus !== "run") return false;
  if (alloc.nextAllocation !== "") return false;
  if (alloc.clientStatus === "lost") return false;
  if (alloc.clientStatus === "complete") return job.type === "batch";
  return true;
}

function byNameIndex(left: StoredAllocation, right: StoredAllocation): number {
  return nameIndex(left.alloc.name) - nameIndex(right.alloc.name) || left.alloc.createIndex - right.alloc.createIndex;
}

function sortByUpdate(
  job: Job,
  group: TaskGroup,
  staying: readonly StoredAllocation[],
  surroundings: Surroundings,
): Record<UpdateKind, StoredAllocation[]> {
  const sorted: Record<UpdateKind, StoredAllocation[]> = { none: [], "in-place": [], destructive: [] };
  const kinds = new Map<number, UpdateKind>([[job.version, "none"]]);
  for (const stored of staying) {
    const kind = kinds.get(stored.jobVersion) ?? kindOf(job, group, stored.jobVersion, surroundings);
    kinds.set(stored.jobVersion, kind);
    sorted[isFinished(job, stored.alloc) ? "none" : kind].push(stored);
  }
  return sorted;
}

/** A batch allocation that has ended is a record of work done: no update touches it. */
function isFinished(job: Job, alloc: Allocation): boolean {
  return job.type === "batch" && alloc.clientStatus === "complete";
}

function kindOf(job: Job, group: TaskGroup, version: number, surroundings: Surroundings): UpdateKind {
  const before = surroundings.jobVersion(version);
  return before ? updateKind(before, job, group.name) : "destructive";
}

function placements(
  job: Job,
  group: TaskGroup,
  room: number,
  used: ReadonlySet<number>,
  replaced: readonly StoredAllocation[],
): Place[] {
  const names = freeNames(job.id, group.name, room, used);
  return names.map((name, index) => ({ name, previous: replaced[index]?.alloc ?? null }));
}
