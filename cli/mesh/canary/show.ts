import type { CallerReading, CanaryState, Histogram, Notice } from "#core/delivery";
import { quantileOf } from "#core/delivery";
import { columns } from "#cli/render";
import type { CanaryView, CanaryWatcher } from "./controller.ts";
import type { Explanation } from "./explain.ts";

export type Write = (text: string) => void;

/** A line for each thing that happens. */
export function lineWatcher(write: Write): CanaryWatcher {
  return {
    notice: (notice, nowMs) => write(`${timeOf(nowMs)}  ${noticeText(notice)}\n`),
    view: () => undefined,
    remark: (text) => write(`${text}\n`),
  };
}

/** A JSON object for each thing that happens. */
export function jsonWatcher(write: Write, service: string): CanaryWatcher {
  const line = (event: object): void => write(`${JSON.stringify(event)}\n`);
  return {
    notice: (notice, nowMs) => line(eventOf(notice, nowMs, service)),
    view: () => undefined,
    remark: (text) => line({ Event: "remark", Service: service, Text: text }),
  };
}

/** What has happened, for programs: a line of `-json`, the body for a webhook. */
export function eventOf(
  { kind, step, canaryPercent, text, check, further }: Notice,
  nowMs: number,
  service: string,
): object {
  return {
    Time: new Date(nowMs).toISOString(),
    Event: kind,
    Service: service,
    Step: step + 1,
    Percent: canaryPercent,
    Text: text,
    ...(check && { Check: check }),
    ...(further && { Further: { Name: further.name, Verdict: further.verdict, Reason: further.reason } }),
  };
}

/** A table that is drawn anew in place, what has happened above it. */
export function tableWatcher(write: Write): CanaryWatcher {
  let height = 0;
  const above = (text: string): void => {
    write(`${height > 0 ? `\u001b[${height}A\u001b[J` : ""}${text}\n`);
    height = 0;
  };
  return {
    notice: (notice, nowMs) => above(`${timeOf(nowMs)}  ${noticeText(notice)}`),
    remark: above,
    view: (view) => {
      const table = viewText(view);
      above(table);
      height = table.split("\n").length;
    },
  };
}

function timeOf(nowMs: number): string {
  return new Date(nowMs).toTimeString().slice(0, 8);
}

function noticeText({ kind, canaryPercent, text, check }: Notice): string {
  if (!check) return `${kind}: ${text}`.replace(/: $/, "");
  const { canary, stable } = check;
  const both = [
    ["canary", canary],
    ["stable", stable],
  ] as const;
  const figures = both.map(
    ([name, { completed, errors, p50Ms, p99Ms }]) =>
      `${name} ${errors}/${completed} errors, p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}`,
  );
  return `check at ${canaryPercent} %: ${text} (${figures.join("; ")})`;
}

function viewText({ canary, callers, writtenPercent, nowMs }: CanaryView): string {
  const { plan, phase, step, pausedSinceMs, failedChecks } = canary.state;
  const wanted = canary.wantedPercent;
  const { nextCheckMs } = canary;
  const next =
    nextCheckMs === undefined ? "" : `, next check in ${Math.max(0, Math.ceil((nextCheckMs - nowMs) / 1000))} s`;
  const paused = pausedSinceMs === undefined ? "" : ", PAUSED";
  const acked = callers.filter(({ appliedPercent }) => appliedPercent === wanted).length;
  const head = `\n${plan.service} ${plan.from} → ${plan.to}  step ${step + 1} of ${plan.steps.length}  ${phaseText(canary.state)}${paused}${next}  failed checks ${failedChecks} of ${plan.failedChecks} allowed`;
  const weights = `${plan.to}: desired ${wanted} %, written ${writtenPercent ?? "?"} %, in force at ${acked} of ${callers.length} callers`;
  return [
    head,
    weights,
    "",
    columns(callerRows(callers)),
    "",
    columns(versionRows(canary)),
    ...(plan.checks.length > 0 ? ["", columns(furtherRows(canary))] : []),
    "",
    phase === "waiting" ? "p pause  r resume  y approve  a abort" : "p pause  r resume  s skip  a abort",
  ].join("\n");
}

function phaseText({ phase, gate, plan }: CanaryState): string {
  return phase === "waiting" && gate !== undefined ? `waiting for approval of ${plan.steps[gate]} %` : phase;
}

function furtherRows(canary: CanaryView["canary"]): string[][] {
  const { plan, furtherFailures } = canary.state;
  const rows = plan.checks.map(({ name, failedChecks, source }) => {
    const outcome = canary.lastOutcome(name);
    const failed = `${furtherFailures[name] ?? 0} of ${failedChecks} allowed`;
    return [name, source.kind, outcome?.verdict ?? "–", failed, outcome?.reason ?? "not run in this window"];
  });
  return [["Check", "Kind", "Verdict", "Failed", "Reason"], ...rows];
}

function callerRows(callers: readonly CallerReading[]): string[][] {
  const rows = callers.map(({ id, appliedPercent, canary }) => [
    id,
    appliedPercent === undefined ? "does not answer" : `${appliedPercent} %`,
    String(canary.healthy ?? ""),
    String(canary.ejected),
  ]);
  return [["Caller", "In force", "Healthy canaries", "Ejected"], ...rows];
}

function versionRows({ counted, state: { plan } }: CanaryView["canary"]): string[][] {
  const row = (
    name: string,
    { completed, errors, latencies }: { completed: number; errors: number; latencies: Histogram },
  ): string[] => [
    name,
    String(completed),
    String(errors),
    completed === 0 ? "" : `${((errors / completed) * 100).toFixed(2)} %`,
    milliseconds(quantileOf(latencies, 0.5)),
    milliseconds(quantileOf(latencies, 0.99)),
  ];
  return [
    ["This window", "Requests", "Errors", "Rate", "p50", "p99"],
    row(`${plan.from} (stable)`, counted.stable),
    row(`${plan.to} (canary)`, counted.canary),
  ];
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? "–" : `${Number(value.toFixed(1))} ms`;
}

/** What each step will take, as a table. */
export function explanationText(
  { callers, requestsPerSecond, errorRate, steps }: Explanation,
  maxHoldMs: number,
): string {
  const rows = steps.map(({ percent, canaryPerSecond, requestsToPass, requestsToFail, durationMs, fitsHold }) => [
    `${percent} %`,
    canaryPerSecond.toFixed(1),
    String(requestsToPass),
    String(requestsToFail),
    durationMs === undefined ? "for ever" : seconds(durationMs),
    fitsHold ? "yes" : "no: too little traffic",
  ]);
  const head = [
    "Step",
    "Canary requests/s",
    "To pass",
    "To fail",
    "Takes about",
    `Within max-hold ${seconds(maxHoldMs)}`,
  ];
  const traffic = `${requestsPerSecond.toFixed(1)} requests/s from ${callers.join(", ")}, ${(errorRate * 100).toFixed(2)} % errors`;
  return `${traffic}\n\n${columns([head, ...rows])}\n`;
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 1000)} s`;
}
