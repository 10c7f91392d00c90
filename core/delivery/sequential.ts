/**
 * Wald's sequential probability ratio test of a rate: after any number of requests it may be asked whether they speak
 * for a good rate or for a bad one, and its error rates hold however often it is asked. A pass excludes the bad rate: with
 * no error at all it takes ln β ÷ ln(1 − bad) requests (597 for 1 %).
 */

/** α and β of a step: a good version fails, and a bad one passes, at most once in 400 steps. */
export const ERROR_RISK = 0.0025;
/** What is bad when nobody names a limit and stable is better than half of it. */
const BAD_RATE = 0.01;
/** A version that fails twice as often as stable is bad. */
const BAD_RATIO = 2;
/** The good rate is no better than a tenth of the bad one: a single error is no proof. */
const GOOD_SHARE = 0.1;
/** Requests at the good rate that are taken for granted, so that a small sample of stable is not believed too much. */
const PRIOR_REQUESTS = 100;

export interface RateBounds {
  readonly good: number;
  readonly bad: number;
  /** The good rate when stable's has been underestimated by a standard error: a version fails only beside this one too. */
  readonly goodAtMost: number;
}

export interface RateTest extends RateBounds {
  readonly verdict: "pass" | "fail" | "inconclusive";
  /** Logarithm of how much likelier the counts are at the bad rate than at the good one. */
  readonly logRatio: number;
}

/** How far the logarithm must go, up for bad or down for good. */
export const DECISION = Math.log((1 - ERROR_RISK) / ERROR_RISK);

/**
 * Which rates are good and bad beside a stable version that had `errors` of `completed`. Without an absolute limit a bad
 * version is one that fails twice as often as stable, and at least 1 % of requests.
 */
export function errorBounds(
  stable: { readonly completed: number; readonly errors: number },
  limit: number | undefined,
): RateBounds {
  const floor = limit ?? BAD_RATE;
  const rate = (stable.errors + PRIOR_REQUESTS * floor * GOOD_SHARE) / (stable.completed + PRIOR_REQUESTS);
  const bad = limit ?? Math.max(BAD_RATE, BAD_RATIO * rate);
  const standardError = Math.sqrt((rate * (1 - rate)) / (stable.completed + PRIOR_REQUESTS));
  const within = (good: number): number => Math.min(Math.max(good, bad * GOOD_SHARE), bad / BAD_RATIO);
  return { bad, good: within(rate), goodAtMost: within(rate + standardError) };
}

export function sequentialTest(errors: number, completed: number, bounds: RateBounds): RateTest {
  const { good, bad, goodAtMost } = bounds;
  const logRatio = logRatioOf(errors, completed, good, bad);
  if (logRatio <= -DECISION) return { verdict: "pass", logRatio, ...bounds };
  const isBad = logRatio >= DECISION && logRatioOf(errors, completed, goodAtMost, bad) >= DECISION;
  return { verdict: isBad ? "fail" : "inconclusive", logRatio, ...bounds };
}

function logRatioOf(errors: number, completed: number, good: number, bad: number): number {
  return errors * Math.log(bad / good) + (completed - errors) * Math.log((1 - bad) / (1 - good));
}

/** Requests that the test takes on average (Wald's approximation) when the rate is exactly that. */
export function expectedSamples(rate: number, { good, bad }: RateBounds): number {
  const drift = rate * Math.log(bad / good) + (1 - rate) * Math.log((1 - bad) / (1 - good));
  return Math.ceil(((1 - 2 * ERROR_RISK) * DECISION) / Math.abs(drift));
}
