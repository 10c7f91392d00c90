import { randomBytes, randomInt } from "node:crypto";
import type { Clock, Random, Timers } from "#core/base";

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const systemTimers: Timers = {
  after(delayMs, run) {
    // setTimeout takes 31 bits; a longer wait is cut and its owner looks again.
    const handle = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** The machine's randomness. */
export const systemRandom: Random = {
  below: (bound) => randomInt(0, bound),
  fraction: () => randomInt(0, 2 ** 47) / 2 ** 47,
  bytes: (length) => new Uint8Array(randomBytes(length)),
};
