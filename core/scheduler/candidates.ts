import type { Job } from "#core/model";
import { codeOf, eligibilities, nodeStatuses, type Store } from "#core/store";

const READY = codeOf(nodeStatuses, "ready");
const ELIGIBLE = codeOf(eligibilities, "eligible");
const ALL_POOLS = "all";

/** The slots of nodes that are ready, eligible, in the job's pool and in one of its datacenters. */
export function candidateSlots(store: Store, job: Job): number[] {
  const { columns, names, slotEnd } = store.nodes;
  const wanted = new Map<number, boolean>();
  const isWanted = (datacenter: number): boolean => {
    const known = wanted.get(datacenter) ?? matchesAny(names.text(datacenter), job.datacenters ?? []);
    wanted.set(datacenter, known);
    return known;
  };
  const pool = job.nodePool === ALL_POOLS ? undefined : names.find(job.nodePool);
  const anyPool = job.nodePool === ALL_POOLS;
  const slots: number[] = [];
  for (let slot = 0; slot < slotEnd; slot++) {
    if (columns.status.get(slot) !== READY || columns.eligibility.get(slot) !== ELIGIBLE) continue;
    if (!anyPool && columns.pool.get(slot) !== pool) continue;
    if (isWanted(columns.datacenter.get(slot)) && store.nodes.at(slot)) slots.push(slot);
  }
  return slots;
}

/** Datacenters are named by globs: `*` stands for any run of characters. */
export function matchesAny(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matchesGlob(name, glob));
}

function matchesGlob(name: string, glob: string): boolean {
  const [first, ...rest] = glob.split("*") as [string, ...string[]];
  if (rest.length === 0) return name === glob;
  if (!name.startsWith(first)) return false;
  const last = rest.pop() as string;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
