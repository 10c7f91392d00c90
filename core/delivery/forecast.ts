import type { CanaryPlan } from "./plan.ts";
import { errorBounds, expectedSamples } from "./sequential.ts";
import type { Tally } from "./window.ts";

/** What a step will take at a given traffic if the new version is as good as stable. */
export interface Forecast {
  readonly percent: number;
  readonly canaryPerSecond: number;
  /** Canary requests to pass on average, and those to fail at exactly the bad rate. */
  readonly requestsToPass: number;
  readonly requestsToFail: number;
  /** Warm-up and whole intervals until that many have come; undefined without traffic. */
  readonly durationMs: number | undefined;
  /** Whether four of five such steps end before `maxHoldMs`. */
  readonly fitsHold: boolean;
}

/** Four steps of five take no more than this many times the average (simulated: docs/canary.md). */
const SLOW_RATIO = 1.4;

export function forecastSteps(plan: CanaryPlan, stable: Tally, requestsPerSecond: number): Forecast[] {
  const bounds = errorBounds(stable, plan.maxErrorRate);
  const requestsToPass = expectedSamples(bounds.good, bounds);
  const requestsToFail = expectedSamples(bounds.bad, bounds);
  return plan.steps.map((percent) => {
    const canaryPerSecond = (requestsPerSecond * percent) / 100;
    const seconds = requestsToPass / canaryPerSecond;
    const checks = Math.ceil((seconds * 1000) / plan.intervalMs);
    return {
      percent,
      canaryPerSecond,
      requestsToPass,
      requestsToFail,
      durationMs: canaryPerSecond > 0 ? plan.warmUpMs + checks * plan.intervalMs : undefined,
      fitsHold: canaryPerSecond > 0 && seconds * SLOW_RATIO * 1000 <= plan.maxHoldMs,
    };
  });
}
