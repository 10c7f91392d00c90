import type { Change, ChangeSet } from "./change.ts";

/** What a parked query waits for: a table, a row, or what belongs to a job, a node or an evaluation. */
export type WatchKey = string;

export const watchKey = {
  table: (table: string): WatchKey => table,
  row: (table: string, id: string, namespace = ""): WatchKey => `${table}\u0000${namespace}\u0000${id}`,
  allocsOfJob: (namespace: string, jobId: string): WatchKey => `allocs/job\u0000${namespace}\u0000${jobId}`,
  allocsOfNode: (nodeId: string): WatchKey => `allocs/node\u0000${nodeId}`,
  allocsOfEvaluation: (evalId: string): WatchKey => `allocs/eval\u0000${evalId}`,
  evaluationsOfJob: (namespace: string, jobId: string): WatchKey => `evals/job\u0000${namespace}\u0000${jobId}`,
} as const;

export function keysOfChange(change: Change): WatchKey[] {
  const { table, id, namespace } = change;
  const keys = [watchKey.table(table), watchKey.row(table, id, namespace)];
  if (table === "allocs") {
    keys.push(watchKey.allocsOfJob(namespace, change.jobId ?? ""), watchKey.allocsOfNode(change.nodeId ?? ""));
    keys.push(watchKey.allocsOfEvaluation(change.evalId ?? ""));
  }
  if (table === "evals") keys.push(watchKey.evaluationsOfJob(namespace, change.jobId ?? ""));
  return keys;
}

type Wake = () => void;

/**
 * Who waits for what. A waiter is called at most once and then forgotten; it looks again and parks again if nothing
 * that it wanted has changed. Woken by change sets only, once per applied batch.
 */
export class Watches {
  readonly #waiters = new Map<WatchKey, Set<Wake>>();
  #size = 0;

  /** How many waiters are parked. */
  get size(): number {
    return this.#size;
  }

  /** Calls `wake` at the next change of any of `keys`. The result takes it back. */
  park(keys: readonly WatchKey[], wake: Wake): () => void {
    const parked: Wake = () => {
      leave();
      wake();
    };
    const leave = (): void => {
      if (this.#remove(keys, parked)) this.#size--;
    };
    for (const key of keys) {
      const waiters = this.#waiters.get(key) ?? new Set();
      waiters.add(parked);
      this.#waiters.set(key, waiters);
    }
    this.#size++;
    return leave;
  }

  notify(changes: ChangeSet): void {
    if (this.#size === 0) return;
    const keys = new Set(changes.flatMap(keysOfChange));
    const woken = new Set<Wake>();
    for (const key of keys) for (const wake of this.#waiters.get(key) ?? []) woken.add(wake);
    for (const wake of woken) wake();
  }

  /** After a restore nothing that anybody holds is current: all look again. */
  wakeAll(): void {
    const woken = new Set([...this.#waiters.values()].flatMap((waiters) => [...waiters]));
    for (const wake of woken) wake();
  }

  #remove(keys: readonly WatchKey[], wake: Wake): boolean {
    let wasParked = false;
    for (const key of keys) {
      const waiters = this.#waiters.get(key);
      if (waiters?.delete(wake)) wasParked = true;
      if (waiters?.size === 0) this.#waiters.delete(key);
    }
    return wasParked;
  }
}
