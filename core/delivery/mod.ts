/**
 * A progressive canary: which share of a service's traffic its new version should have next, decided from what the
 * callers' proxies counted. Synchronous; events and the time go in, effects come out (`Canary`). The verdict of a step
 * is statistical (`checkStep`): pass, fail, or inconclusive, and inconclusive never promotes.
 */
export { Canary } from "./canary.ts";
export {
  type CanaryCommand,
  type CanaryEffect,
  type CanaryEvent,
  type Notice,
} from "./exchange.ts";
export { type CanaryExtras, isReference, noExtras } from "./extras.ts";
export {
  type CheckRun,
  type CheckSource,
  checkTimeoutMs,
  type CommandSource,
  type FurtherCheck,
  type Headers,
  type PrometheusSource,
  type WebSource,
} from "./further.ts";
export { type Forecast, forecastSteps } from "./forecast.ts";
export { type Bin, countOf, type Histogram, mergeHistograms, quantileOf } from "./histogram.ts";
export { type NoticeKind, noticeKinds } from "./notices.ts";
export {
  type CheckOutcome,
  outcomeOfExit,
  outcomeOfSamples,
  outcomeOfStatus,
  type Verdict,
} from "./outcome.ts";
export { type CanaryPlan, checkPlan, defaultPlan } from "./plan.ts";
export { type LatencyCheck, RANK_DEVIATIONS, rankTest } from "./rank.ts";
export { errorBounds, ERROR_RISK, expectedSamples, type RateBounds, sequentialTest } from "./sequential.ts";
export { type CanaryState, type Outcome, parseState, type Phase, startState } from "./state.ts";
export { parseTester, type Tester, testerText } from "./testers.ts";
export { checkStep, type StepCheck } from "./verdict.ts";
export { type CallerReading, emptyTally, type Tally, type VersionReading } from "./window.ts";
export { defaultWebhook, isWanted, retryDelayMs, type Webhook } from "./webhook.ts";
