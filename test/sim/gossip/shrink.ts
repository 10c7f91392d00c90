import { type PoolSwarm, runPool } from "./run.ts";

const ATTEMPTS_MAX = 200;

/** The smallest pool that still ends wrong: kinds of actions off one by one, then actions, then members, then time. */
export function shrinkPool(swarm: PoolSwarm): { readonly swarm: PoolSwarm; readonly attempts: number } {
  let best = swarm;
  let attempts = 0;
  const accepts = (candidate: PoolSwarm): boolean => {
    if (attempts >= ATTEMPTS_MAX) return false;
    attempts++;
    if (runPool(candidate).failure === undefined) return false;
    best = candidate;
    return true;
  };
  for (const kind of new Set(swarm.actions.map((action) => action.kind)))
    accepts({ ...best, actions: best.actions.filter((action) => action.kind !== kind) });
  for (let size = Math.ceil(best.actions.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < best.actions.length; )
      if (!accepts({ ...best, actions: best.actions.filter((_, at) => at < from || at >= from + size) })) from += size;
  accepts({ ...best, network: { ...best.network, lossRate: 0 } });
  accepts({ ...best, hasBuggify: false });
  while (best.members > 2 && accepts({ ...best, members: Math.max(2, best.members >> 1) }));
  while (best.hostileMs > 1_000 && accepts({ ...best, hostileMs: best.hostileMs >> 1 }));
  return { swarm: best, attempts };
}
