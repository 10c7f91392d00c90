import { runSwarm, type SeedFailure } from "./run.ts";
import type { Action, FaultKind, Swarm } from "./swarm.ts";

const ATTEMPTS_MAX = 300;

/** The smallest world that still breaks the same promise: fault kinds off one by one, then actions, then length. */
export function shrink(swarm: Swarm, failure: SeedFailure): { readonly swarm: Swarm; readonly attempts: number } {
  let best = lasting(swarm);
  let attempts = 0;
  const accepts = (candidate: Swarm): boolean => {
    if (attempts >= ATTEMPTS_MAX) return false;
    attempts++;
    if (runSwarm(candidate).failure?.oracle !== failure.oracle) return false;
    best = candidate;
    return true;
  };
  for (const kind of best.enabled) accepts(without(best, kind));
  for (let size = Math.ceil(best.actions.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < best.actions.length; )
      if (!accepts({ ...best, actions: removeRange(best.actions, from, size) })) from += size;
  for (let factor = 0.5; factor < 0.95; factor = (1 + factor) / 2)
    while (accepts({ ...best, hostileMs: Math.round(best.hostileMs * factor) }));
  return { swarm: best, attempts };
}

/** The same world with a hostile phase of a fixed length: leaving something out must not end it earlier. */
function lasting(swarm: Swarm): Swarm {
  return { ...swarm, endsWhenCounting: false, hostileMs: Math.ceil(runSwarm(swarm).hostileMs) };
}

function without(swarm: Swarm, kind: FaultKind): Swarm {
  return {
    ...swarm,
    enabled: swarm.enabled.filter((one) => one !== kind),
    actions: swarm.actions.filter((action) => action.kind !== kind),
    lossRate: kind === "loss" ? 0 : swarm.lossRate,
    duplicationRate: kind === "duplication" ? 0 : swarm.duplicationRate,
    reorderRate: kind === "reorder" ? 0 : swarm.reorderRate,
    corruptionRate: kind === "corruption" ? 0 : swarm.corruptionRate,
    clockRates: kind === "clock" ? swarm.clockRates.map(() => 1) : swarm.clockRates,
  };
}

function removeRange(actions: readonly Action[], from: number, count: number): Action[] {
  return [...actions.slice(0, from), ...actions.slice(from + count)];
}
