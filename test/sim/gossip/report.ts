import { lanProfile, withoutLifeguard } from "#core/gossip";
import {
  countDeathsUnderPauses,
  countFalseDeaths,
  detectionFormulaMs,
  disseminationFormulaMs,
  measureDetection,
  measureReunion,
  type PauseKind,
  ratioBound,
} from "./experiments.ts";

interface Output {
  write(text: string): void;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const OFF_DEATHS_MIN = 500;
const RATIO_MAX = 1 / 50;

/** All experiments of docs/gossip.md; `isShort` only shows that each of them runs. False when a bound is missed. */
export function runExperiments(output: Output, isShort: boolean): boolean {
  const line = (text: string): void => output.write(`${text}\n`);
  return [
    reportDetection(line, 100, isShort ? 2 : 100),
    reportDetection(line, 1_000, isShort ? 1 : 20),
    ...[0.01, 0.1, 0.3].map((lossRate) => reportLoss(line, lossRate, isShort ? MINUTE_MS / 10 : 30 * MINUTE_MS)),
    ...[200, 1_000].map((count) => reportSpeed(line, count, isShort ? 1 : 20)),
    reportPauses(line, 200, "stopped-machine", isShort ? 5_000 : 10 * MINUTE_MS),
    reportPauses(line, 1_000, "stopped-machine", isShort ? 2_000 : 2 * MINUTE_MS),
    reportWaiting(line, isShort ? 5_000 : MINUTE_MS),
    reportReunion(line, isShort ? 10 : 50, isShort ? MINUTE_MS : 60 * MINUTE_MS),
    reportReunion(line, isShort ? 12 : 100, isShort ? MINUTE_MS : 60 * MINUTE_MS),
  ].every(Boolean);
}

function p95(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN;
}

function word(isMet: boolean): string {
  return isMet ? "met   " : "missed";
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** From the death to the last that hears of it: what the formulas for the two halves say together, and one probe period. */
function reportDetection(line: (text: string) => void, count: number, runs: number): boolean {
  const results = Array.from({ length: runs }, (_, seed) => measureDetection(seed + 1, count));
  const first = p95(results.map((result) => result.firstMs));
  const last = p95(results.map((result) => result.lastMs));
  const bound = detectionFormulaMs(count) + disseminationFormulaMs(count) + lanProfile.probeIntervalMs;
  const isMet = last <= bound;
  line(
    `${word(isMet)} ${count} members, ${runs} deaths, p95: first verdict after ${seconds(first)}, everybody knows after ${seconds(last)} (≤ ${seconds(bound)})`,
  );
  return isMet;
}

function reportLoss(line: (text: string) => void, lossRate: number, forMs: number): boolean {
  const count = 100;
  const deaths = countFalseDeaths(1, count, lossRate, forMs);
  const days = (count * forMs) / DAY_MS;
  const isMet = lossRate > 0.01 || deaths <= days;
  line(
    `${word(isMet)} ${count} members, ${(100 * lossRate).toFixed(0)} % loss: ${deaths} false deaths in ${days.toFixed(1)} member-days${lossRate > 0.01 ? "" : " (≤ 1 a day)"}`,
  );
  return isMet;
}

/** Lifeguard must not cost speed: true deaths are found as fast as without it. */
function reportSpeed(line: (text: string) => void, count: number, runs: number): boolean {
  const median = (profile: typeof lanProfile): number =>
    Array.from({ length: runs }, (_, seed) => measureDetection(seed + 1, count, profile).firstMs).sort(
      (left, right) => left - right,
    )[runs >> 1] as number;
  const [on, off] = [median(lanProfile), median(withoutLifeguard(lanProfile))];
  const isMet = on <= off + 0.1 * lanProfile.probeIntervalMs;
  line(`${word(isMet)} ${count} members: a true death after ${seconds(on)} with Lifeguard, ${seconds(off)} without`);
  return isMet;
}

function reportPauses(line: (text: string) => void, count: number, kind: PauseKind, forMs: number): boolean {
  const on = countDeathsUnderPauses(1, count, lanProfile, kind, forMs);
  const off = countDeathsUnderPauses(1, count, withoutLifeguard(lanProfile), kind, forMs);
  const bound = ratioBound(on, off);
  const isVoid = off < OFF_DEATHS_MIN;
  const isMet = !isVoid && bound <= RATIO_MAX;
  line(
    `${isVoid ? "void  " : word(isMet)} ${count} members, a tenth stopped for 1 to 5 s, ${seconds(forMs)}: ${on} false deaths with Lifeguard, ${off} without (≥ ${OFF_DEATHS_MIN}); ratio ≤ ${bound.toFixed(4)} at 95 % (≤ ${RATIO_MAX})`,
  );
  return isMet;
}

/** Beside it, where packets wait for a stopped process: nobody dies either way, so it claims nothing. */
function reportWaiting(line: (text: string) => void, forMs: number): boolean {
  const on = countDeathsUnderPauses(1, 200, lanProfile, "stopped-process", forMs);
  const off = countDeathsUnderPauses(1, 200, withoutLifeguard(lanProfile), "stopped-process", forMs);
  line(`shown  200 members, the same with packets waiting in the socket: ${on} with, ${off} without`);
  return true;
}

function reportReunion(line: (text: string) => void, count: number, apartMs: number): boolean {
  const tookMs = measureReunion(1, count, apartMs);
  const isMet = tookMs <= 90_000;
  line(
    `${word(isMet)} ${count} members, halves apart for ${seconds(apartMs)}: one view after ${seconds(tookMs)} (≤ 90 s)`,
  );
  return isMet;
}
