import { expect, test } from "vitest";
import { type CallerReading, Canary, type CanaryEvent, defaultPlan, startState } from "#core/delivery";
import type { CanaryWatcher } from "./controller.ts";
import { explanationText, jsonWatcher, lineWatcher, tableWatcher } from "./show.ts";

const plan = { ...defaultPlan, service: "api", from: "v1", to: "v2", warmUpMs: 0 };

function caller(appliedPercent: number, requests: number): CallerReading {
  const version = { completed: requests, errors: 0, retries: 0, healthy: 2, ejected: 0 };
  return {
    id: "web-1-sidecar-proxy",
    process: "1",
    appliedPercent,
    refusal: undefined,
    canary: { ...version, latencies: [[12, 1, requests]] },
    stable: { ...version, completed: requests * 19, latencies: [[11, 1, requests * 19]] },
  };
}

/** The first check of a canary, shown. */
function show(watcher: CanaryWatcher): void {
  const canary = new Canary(startState(plan, 0));
  const events: CanaryEvent[] = [
    { type: "begin" },
    { type: "observed", callers: [caller(0, 0)] },
    { type: "observed", callers: [caller(5, 0)] },
    { type: "observed", callers: [caller(5, 10)] },
    { type: "observed", callers: [caller(5, 110)] },
  ];
  events.forEach((event, at) => {
    const nowMs = at * 30_000;
    for (const effect of canary.take(event, nowMs)) if (effect.type === "notice") watcher.notice(effect.notice, nowMs);
  });
  watcher.view({ canary, callers: [caller(5, 110)], writtenPercent: 5, nowMs: 121_000 });
}

test("lines say what happens, a check with both versions' samples", () => {
  let text = "";
  show(lineWatcher((part) => (text += part)));
  expect(text.replace(/^\d\d:\d\d:\d\d /gm, "")).toMatchInlineSnapshot(`
    " begun: from v1 to v2 in steps of 5, 25, 50, 100 %
     weights: v1=100 v2=0
     applied: 1 of 1 callers
     weights: v1=95 v2=5
     applied: 1 of 1 callers
     measuring: a check every 30 s
     check at 5 %: inconclusive: 0 of 100 failed: 1 % not excluded (canary 0/100 errors, p50 13 ms, p99 13 ms; stable 0/1900 errors, p50 12 ms, p99 12 ms)
    "
  `);
});

test("the table stands below what has happened, and is drawn anew in its place", () => {
  const parts: string[] = [];
  const watcher = tableWatcher((part) => parts.push(part));
  show(watcher);
  expect(parts.at(-1)).toMatchInlineSnapshot(`
    "
    api v1 → v2  step 1 of 4  measuring, next check in 29 s  failed checks 0 of 0 allowed
    v2: desired 5 %, written 5 %, in force at 1 of 1 callers

    Caller               In force  Healthy canaries  Ejected
    web-1-sidecar-proxy  5 %       2                 0

    This window  Requests  Errors  Rate    p50    p99
    v1 (stable)  1900      0       0.00 %  12 ms  12 ms
    v2 (canary)  100       0       0.00 %  13 ms  13 ms

    p pause  r resume  s skip  a abort
    "
  `);
  const lines = parts.at(-1)?.split("\n").length ?? 0;
  watcher.remark("Consul answers again");
  expect(parts.at(-1)).toBe(`\u001b[${lines - 1}A\u001b[JConsul answers again\n`);
});

test("the table of a canary that waits shows for what, and what its further checks have found", () => {
  const source = { kind: "command", args: ["/bin/smoke"] } as const;
  const checks = [{ name: "smoke", failedChecks: 1, source }];
  const state = { ...startState({ ...plan, checks, gates: [25] }, 0), phase: "waiting", gate: 1 } as const;
  let text = "";
  const canary = new Canary({ ...state, furtherFailures: { smoke: 1 } });
  const view = { canary, callers: [], writtenPercent: 5, nowMs: 0 };
  tableWatcher((part) => (text += part)).view(view);
  expect(text).toMatch(/waiting for approval of 25 %/);
  expect(text).toMatch(
    /^Check +Kind +Verdict +Failed +Reason\nsmoke +command +– +1 of 1 allowed +not run in this window$/m,
  );
  expect(text).toMatch(/^p pause {2}r resume {2}y approve {2}a abort$/m);
});

test("events are JSON, a line each", () => {
  const lines: string[] = [];
  show(jsonWatcher((part) => lines.push(part), "api"));
  const check = JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
  expect(check).toMatchObject({
    Time: "1970-01-01T00:02:00.000Z",
    Event: "check",
    Service: "api",
    Step: 1,
    Percent: 5,
    Check: { verdict: "inconclusive", canary: { completed: 100, errors: 0, retries: 0, p50Ms: 13, p99Ms: 13 } },
  });
});

test("an explanation says which steps have too little traffic", () => {
  const step = { requestsToPass: 885, requestsToFail: 424 };
  const text = explanationText(
    {
      callers: ["web-1-sidecar-proxy"],
      requestsPerSecond: 20,
      errorRate: 0.001,
      steps: [
        { percent: 5, canaryPerSecond: 1, durationMs: 910_000, fitsHold: false, ...step },
        { percent: 100, canaryPerSecond: 20, durationMs: 70_000, fitsHold: true, ...step },
      ],
    },
    900_000,
  );
  expect(text).toMatchInlineSnapshot(`
    "20.0 requests/s from web-1-sidecar-proxy, 0.10 % errors

    Step   Canary requests/s  To pass  To fail  Takes about  Within max-hold 900 s
    5 %    1.0                885      424      910 s        no: too little traffic
    100 %  20.0               885      424      70 s         yes
    "
  `);
});
