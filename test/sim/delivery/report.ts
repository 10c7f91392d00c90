import type { SimOutput } from "../output.ts";
import { type Rollout, type RolloutResult, runRollout } from "./rollout.ts";

/** What is promised of so many roll-outs of one kind. */
export interface Promised {
  readonly name: string;
  readonly rollout: Rollout;
  /** Shares of 1; undefined: only shown. */
  readonly promotedMin?: number;
  readonly promotedMax?: number;
  readonly rolledBackByErrorsMax?: number;
}

const REQUESTS_MAX = 2_500;
const REQUESTS_PER_CHECK = 50;

function rollout(stableRate: number, canaryRate: number, requestsMax = REQUESTS_MAX): Rollout {
  return { stableRate, canaryRate, requestsMax, requestsPerCheck: REQUESTS_PER_CHECK };
}

/** Rows of docs/canary.md; the first two are the promise, the others say how it goes beside them. */
export const promises: readonly Promised[] = [
  {
    name: "identical, 0.1 %",
    rollout: rollout(0.001, 0.001),
    promotedMin: 0.98,
    rolledBackByErrorsMax: 0.01,
  },
  { name: "bad, 1 % against 0.1 %", rollout: rollout(0.001, 0.01), promotedMax: 0.01 },
  { name: "identical, no error", rollout: rollout(0, 0), promotedMin: 0.98, rolledBackByErrorsMax: 0.01 },
  { name: "bad, 5 % against 0.1 %", rollout: rollout(0.001, 0.05), promotedMax: 0.01 },
  { name: "between, 0.4 % against 0.1 %", rollout: rollout(0.001, 0.004) },
  { name: "identical, 0.3 %", rollout: rollout(0.003, 0.003, 10_000), rolledBackByErrorsMax: 0.01 },
  { name: "identical, 2 %", rollout: rollout(0.02, 0.02, 10_000), rolledBackByErrorsMax: 0.015 },
  { name: "bad, 4 % against 2 %", rollout: rollout(0.02, 0.04, 10_000), promotedMax: 0.01 },
];

export interface Report {
  readonly promoted: number;
  readonly rolledBackByErrors: number;
  readonly inconclusive: number;
  /** Of canary requests a decided step. */
  readonly p50: number;
  readonly p80: number;
  readonly p99: number;
  readonly broken: readonly string[];
}

export function reportOf(promised: Promised, seeds: number, from: number): Report {
  const results = Array.from({ length: seeds }, (_, at) => runRollout(from + at, promised.rollout));
  const share = (holds: (result: RolloutResult) => boolean): number => results.filter(holds).length / seeds;
  const samples = results.flatMap((result) => result.samples).toSorted((left, right) => left - right);
  const quantile = (of: number): number => samples[Math.min(samples.length - 1, Math.floor(of * samples.length))] ?? 0;
  const shares = {
    promoted: share(({ outcome }) => outcome === "promoted"),
    rolledBackByErrors: share(({ outcome, isInconclusive }) => outcome === "rolled-back" && !isInconclusive),
    inconclusive: share(({ isInconclusive }) => isInconclusive),
  };
  return { ...shares, p50: quantile(0.5), p80: quantile(0.8), p99: quantile(0.99), broken: brokenOf(promised, shares) };
}

function brokenOf(
  { promotedMin = 0, promotedMax = 1, rolledBackByErrorsMax = 1 }: Promised,
  { promoted, rolledBackByErrors }: Pick<Report, "promoted" | "rolledBackByErrors">,
): string[] {
  return [
    promoted < promotedMin && `promoted less often than ${percent(promotedMin)}`,
    promoted > promotedMax && `promoted more often than ${percent(promotedMax)}`,
    rolledBackByErrors > rolledBackByErrorsMax && `rolled back more often than ${percent(rolledBackByErrorsMax)}`,
  ].filter((line) => line !== false);
}

/** False when a promise is broken. */
export function writeReports(output: SimOutput, seeds: number, from: number): boolean {
  const head = ["promoted", "rolled back", "inconclusive", "p50", "p80", "p99"];
  output.write(`${seeds} roll-outs each, four steps, ${REQUESTS_PER_CHECK} canary requests a check\n`);
  output.write(`${"".padEnd(30)}${head.map((word) => word.padStart(13)).join("")} canary requests a step\n`);
  let isKept = true;
  for (const promised of promises) {
    const { promoted, rolledBackByErrors, inconclusive, p50, p80, p99, broken } = reportOf(promised, seeds, from);
    const cells = [percent(promoted), percent(rolledBackByErrors), percent(inconclusive), p50, p80, p99];
    output.write(`${promised.name.padEnd(30)}${cells.map((cell) => String(cell).padStart(13)).join("")}\n`);
    for (const line of broken) output.write(`  BROKEN: ${line}\n`);
    isKept &&= broken.length === 0;
  }
  return isKept;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
