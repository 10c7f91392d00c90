import { err, ok, type Result } from "#core/base";
import { type CanaryExtras, checkExtras, noExtras } from "./extras.ts";

/** How a canary is to go. */
export interface CanaryPlan extends CanaryExtras {
  readonly service: string;
  /** Subsets: the stable version and the new one. */
  readonly from: string;
  readonly to: string;
  /** Shares of the new version, in per cent, rising to 100. */
  readonly steps: readonly number[];
  /** From one check to the next. */
  readonly intervalMs: number;
  /** Not measured at the beginning of a step. */
  readonly warmUpMs: number;
  /** Checks that may fail in the whole roll-out before it is rolled back. */
  readonly failedChecks: number;
  /** How long a step may stay inconclusive. */
  readonly maxHoldMs: number;
  /** Absolute limits; undefined compares with stable only. A rate is a part of 1. */
  readonly maxErrorRate: number | undefined;
  readonly maxP99Ms: number | undefined;
  /** Leave the splitter at 0/100 after promotion. */
  readonly keep: boolean;
}

export const defaultPlan: Omit<CanaryPlan, "service" | "from" | "to"> = {
  steps: [5, 25, 50, 100],
  intervalMs: 30_000,
  warmUpMs: 10_000,
  failedChecks: 0,
  maxHoldMs: 900_000,
  maxErrorRate: undefined,
  maxP99Ms: undefined,
  keep: false,
  ...noExtras,
};

const STEPS_MAX = 100;
const INTERVAL_MIN_MS = 1_000;
const DURATION_MAX_MS = 7 * 24 * 3_600_000;
const FAILED_CHECKS_MAX = 1_000;
const ERROR_RATE_MIN = 0.0001;
const ERROR_RATE_MAX = 0.5;

/** Refuses a plan that could not go as its author means it; names the field as the command spells it. */
export function checkPlan(plan: CanaryPlan): Result<CanaryPlan> {
  const wrong = rules.find(({ holds }) => !holds(plan));
  if (wrong) return err("invalid", `-${wrong.field}: ${wrong.says}`, { field: `-${wrong.field}` });
  const extras = checkExtras(plan);
  return extras.ok ? ok(plan) : extras;
}

interface Rule {
  readonly field: string;
  readonly says: string;
  readonly holds: (plan: CanaryPlan) => boolean;
}

const rules: readonly Rule[] = [
  { field: "to", says: "must differ from -from", holds: ({ from, to }) => from !== to },
  {
    field: "steps",
    says: `1 to ${STEPS_MAX} shares in per cent, in steps of 0.01, each above the one before`,
    holds: ({ steps }) => steps.length >= 1 && steps.length <= STEPS_MAX && steps.every(isHigherShare),
  },
  { field: "steps", says: "the last share must be 100", holds: ({ steps }) => steps.at(-1) === 100 },
  {
    field: "interval",
    says: "at least 1s, at most 168h",
    holds: ({ intervalMs }) => intervalMs >= INTERVAL_MIN_MS && intervalMs <= DURATION_MAX_MS,
  },
  {
    field: "warm-up",
    says: "at least 0s, at most 168h",
    holds: ({ warmUpMs }) => warmUpMs >= 0 && warmUpMs <= DURATION_MAX_MS,
  },
  {
    field: "max-hold",
    says: "no shorter than -interval, at most 168h",
    holds: ({ maxHoldMs, intervalMs }) => maxHoldMs >= intervalMs && maxHoldMs <= DURATION_MAX_MS,
  },
  {
    field: "failed-checks",
    says: `0 to ${FAILED_CHECKS_MAX}`,
    holds: ({ failedChecks }) =>
      Number.isInteger(failedChecks) && failedChecks >= 0 && failedChecks <= FAILED_CHECKS_MAX,
  },
  {
    field: "max-errors",
    says: "0.01 to 50 per cent",
    holds: ({ maxErrorRate: rate }) => rate === undefined || (rate >= ERROR_RATE_MIN && rate <= ERROR_RATE_MAX),
  },
  { field: "max-p99", says: "more than 0s", holds: ({ maxP99Ms }) => maxP99Ms === undefined || maxP99Ms > 0 },
];

function isHigherShare(percent: number, at: number, steps: readonly number[]): boolean {
  const hundredths = percent * 100;
  const isWhole = Math.abs(hundredths - Math.round(hundredths)) < 1e-6;
  return isWhole && percent <= 100 && percent > (at === 0 ? 0 : (steps[at - 1] ?? 0));
}
