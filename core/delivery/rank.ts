import { countOf, type Histogram, quantileOf } from "./histogram.ts";

/**
 * Whether canary is slower than stable, by a rank test (Mann and Whitney) on histograms: of all pairs of one answer each,
 * how often is canary's the slower one? A tolerance is added to stable's first, so that the question is not whether there
 * is a difference (with enough requests there always is) but whether it matters.
 */

/** Canary may take 1.4 times as long as stable (halfway, in ratios, between equal and double) … */
const TOLERATED_RATIO = 1.4;
/** … and this much longer in any case: bins are a millisecond wide, and a busy machine wavers by one or two. */
const TOLERATED_MS = 2;
/** Exactly at the tolerance one look in 2,000 errs to either side, five looks at most one in 400. */
export const RANK_DEVIATIONS = 3.3;
/** Fewer on either side are too few for the normal approximation. */
const SAMPLES_MIN = 20;

export interface LatencyCheck {
  readonly verdict: "pass" | "fail" | "inconclusive";
  /** Of canary and of stable, in milliseconds; undefined without answers. */
  readonly canaryMedianMs: number | undefined;
  readonly stableMedianMs: number | undefined;
  /** How often canary was slower than stable with the tolerance; 0.5 is exactly at it. */
  readonly slowerShare: number;
  /** Standard deviations from exactly there. */
  readonly deviations: number;
}

export function rankTest(canary: Histogram, stable: Histogram): LatencyCheck {
  const [count, others] = [countOf(canary), countOf(stable)];
  const medians = { canaryMedianMs: quantileOf(canary, 0.5), stableMedianMs: quantileOf(stable, 0.5) };
  if (count < SAMPLES_MIN || others < SAMPLES_MIN)
    return { verdict: "inconclusive", ...medians, slowerShare: 0.5, deviations: 0 };
  const slowerShare = slowerPairs(canary, stable) / (count * others);
  const deviations = (slowerShare - 0.5) / Math.sqrt((count + others + 1) / (12 * count * others));
  const verdict = deviations >= RANK_DEVIATIONS ? "fail" : deviations <= -RANK_DEVIATIONS ? "pass" : "inconclusive";
  return { verdict, ...medians, slowerShare, deviations };
}

/** Pairs in which canary is slower than stable with the tolerance; equal ones count half. Both are walked once. */
function slowerPairs(canary: Histogram, stable: Histogram): number {
  let at = 0;
  let below = 0;
  let pairs = 0;
  for (const [lower, width, count] of canary) {
    const value = lower + width / 2;
    let bin = stable[at];
    while (bin && tolerated(bin[0], bin[1]) < value) {
      below += bin[2];
      bin = stable[++at];
    }
    const equal = bin && tolerated(bin[0], bin[1]) === value ? bin[2] : 0;
    pairs += count * (below + equal / 2);
  }
  return pairs;
}

function tolerated(lower: number, width: number): number {
  return (lower + width / 2) * TOLERATED_RATIO + TOLERATED_MS;
}
