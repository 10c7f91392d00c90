import { countAbove, countOf, quantileOf } from "./histogram.ts";
import type { CanaryPlan } from "./plan.ts";
import type { Verdict } from "./outcome.ts";
import { type LatencyCheck, rankTest } from "./rank.ts";
import { errorBounds, type RateTest, sequentialTest } from "./sequential.ts";
import { addTallies, type Tally } from "./window.ts";

/** What a check found, with its samples. */
export interface StepCheck {
  readonly verdict: Verdict;
  /** In a sentence, for whoever watches. */
  readonly reason: string;
  readonly canary: Samples;
  readonly stable: Samples;
  readonly errors: RateTest;
  readonly latency: LatencyCheck;
  /** Undefined without `maxP99Ms`. */
  readonly p99: RateTest | undefined;
}

export interface Samples {
  readonly completed: number;
  readonly errors: number;
  readonly retries: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** Stable answers in the window that make its own latencies enough. */
const STABLE_ENOUGH = 20;
/** A 99th percentile keeps a limit when fewer than 2 % are above it, and is well when half a per cent is. */
const P99_BOUNDS = { good: 0.005, goodAtMost: 0.005, bad: 0.02 };

/**
 * The verdict over a window. `reference` is stable as it was in earlier steps: it counts for five thousand requests at most,
 * and alone where stable has no traffic any more.
 */
export function checkStep(canary: Tally, stable: Tally, reference: Tally, plan: CanaryPlan): StepCheck {
  const known = addTallies(stable, reference);
  const errors = sequentialTest(canary.errors, canary.completed, errorBounds(known, plan.maxErrorRate));
  const latencies = countOf(stable.latencies) >= STABLE_ENOUGH ? stable.latencies : known.latencies;
  const latency = rankTest(canary.latencies, latencies);
  const p99 = plan.maxP99Ms === undefined ? undefined : percentileTest(canary, plan.maxP99Ms);
  const found = { errors, latency, p99 };
  return {
    ...decide(canary, found, plan),
    ...found,
    canary: samplesOf(canary),
    stable: samplesOf(stable),
  };
}

function percentileTest({ latencies }: Tally, limitMs: number): RateTest {
  return sequentialTest(countAbove(latencies, limitMs), countOf(latencies), P99_BOUNDS);
}

type Found = Pick<StepCheck, "errors" | "latency" | "p99">;

function decide(canary: Tally, found: Found, plan: CanaryPlan): Pick<StepCheck, "verdict" | "reason"> {
  if (canary.completed === 0) return { verdict: "inconclusive", reason: "no traffic" };
  const { errors, latency, p99 } = found;
  const failed = [
    errors.verdict === "fail" &&
      `${ofRequests(canary)} failed: at least ${percent(errors.bad)} rather than ${percent(errors.good)}`,
    latency.verdict === "fail" && `slower: median ${latency.canaryMedianMs} ms, stable ${latency.stableMedianMs} ms`,
    p99?.verdict === "fail" && `the 99th percentile is above ${plan.maxP99Ms} ms`,
  ].filter((reason) => reason !== false);
  if (failed.length > 0) return { verdict: "fail", reason: failed.join("; ") };
  const open = [
    errors.verdict !== "pass" && `${ofRequests(canary)} failed: ${percent(errors.bad)} not excluded`,
    latency.verdict !== "pass" && `latency undecided after ${countOf(canary.latencies)} answers`,
    p99 !== undefined && p99.verdict !== "pass" && "the 99th percentile is undecided",
  ].filter((reason) => reason !== false);
  if (open.length > 0) return { verdict: "inconclusive", reason: open.join("; ") };
  return { verdict: "pass", reason: `${ofRequests(canary)} failed: ${percent(errors.bad)} is excluded` };
}

function ofRequests({ completed, errors }: Tally): string {
  return `${errors} of ${completed}`;
}

function percent(rate: number): string {
  return `${Number((rate * 100).toFixed(2))} %`;
}

function samplesOf({ completed, errors, retries, latencies }: Tally): Samples {
  return { completed, errors, retries, p50Ms: quantileOf(latencies, 0.5), p99Ms: quantileOf(latencies, 0.99) };
}
