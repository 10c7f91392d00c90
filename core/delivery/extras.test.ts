import { describe, expect, test } from "vitest";
import {
  type CanaryPlan,
  checkPlan,
  type FurtherCheck,
  outcomeOfExit,
  outcomeOfSamples,
  outcomeOfStatus,
  parseState,
  parseTester,
  retryDelayMs,
  startState,
  type Webhook,
} from "./mod.ts";
import { plan, World } from "./transcript.ts";

const none = { headers: {}, secretHeaders: {} };
const smoke: FurtherCheck = { name: "smoke", failedChecks: 0, source: { kind: "command", args: ["/bin/smoke"] } };
const steps = [50, 100];

function lines(world: World): string[] {
  return world.lines.map((line) => line.trim());
}

describe("a further check", () => {
  test("that fails rolls back by itself, whatever the counters say", () => {
    const world = new World({ steps, checks: [smoke] });
    world.outcomes.set("smoke", { verdict: "fail", reason: "exit code 1: no" });
    expect(world.run(60).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=50 v2=50
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check pass: 2 of 2000 failed: 1 % is excluded
        18 s further-check smoke: fail: exit code 1: no
        18 s withdrawing the check smoke: exit code 1: no
        18 s weights v1=100 v2=0
        19 s ended rolled-back: the check smoke: exit code 1: no
      "
    `);
  });

  test("is tolerated as often as it is told in the whole roll-out, and its last run must pass", () => {
    const world = new World({ steps, checks: [{ ...smoke, intervalMs: 4_000, failedChecks: 1 }] });
    world.outcomes.set("smoke", { verdict: "fail", reason: "exit code 1" });
    world.run(12);
    world.outcomes.set("smoke", { verdict: "pass", reason: "exit code 0" });
    world.run(10);
    world.outcomes.set("smoke", { verdict: "fail", reason: "exit code 1" });
    expect(world.run(60).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=50 v2=50
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        12 s further-check smoke: fail: exit code 1
        16 s further-check smoke: pass: exit code 0
        17 s check pass: 2 of 2000 failed: 1 % is excluded
        17 s weights v1=0 v2=100
        18 s applied 1 of 1 callers
        23 s measuring a check every 10 s
        28 s further-check smoke: fail: exit code 1
        28 s withdrawing the check smoke: exit code 1
        28 s weights v1=100 v2=0
        29 s ended rolled-back: the check smoke: exit code 1
      "
    `);
  });

  test("that cannot be found out, or does not end, never promotes", () => {
    const world = new World({ steps, checks: [smoke], maxHoldMs: 25_000 });
    world.outcomes.set("smoke", { verdict: "inconclusive", reason: "ended by SIGTERM" });
    expect(lines(world.run(60)).at(-1)).toBe(
      "33 s ended rolled-back: still inconclusive after 25 s: the check smoke: ended by SIGTERM",
    );
    const endless = new World({ steps, checks: [smoke], maxHoldMs: 25_000 });
    expect(lines(endless.run(60)).at(-1)).toContain("still inconclusive after 25 s: the check smoke has not ended");
  });

  test("of an earlier window tells nothing: a run that a pause has overtaken is not judged", () => {
    const world = new World({ steps, checks: [smoke] });
    world.outcomes.set("smoke", { verdict: "fail", reason: "exit code 1" });
    world.run(16).command("pause").run(3).command("resume");
    expect(world.canary.state.furtherFailures).toEqual({});
    expect(world.canary.lastOutcome("smoke")).toBeUndefined();
  });
});

describe("a gate", () => {
  test("is waited at until somebody approves, longer than max-hold", () => {
    const world = new World({ steps, gates: [100], maxHoldMs: 20_000 });
    world.command("approve").run(200).command("skip");
    expect(world.canary.wantedPercent).toBe(50);
    expect(world.command("approve").run(60).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 50, 100 %
         0 s weights v1=100 v2=0
         0 s > approve
         0 s ignored approve: nothing waits for approval
         1 s applied 1 of 1 callers
         1 s weights v1=50 v2=50
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check pass: 2 of 2000 failed: 1 % is excluded
        17 s waiting for approval before 100 %: mesh canary approve api
       200 s > skip
       200 s ignored skip: it waits for approval
       200 s > approve
       200 s approved 100 %
       200 s weights v1=0 v2=100
       201 s applied 1 of 1 callers
       206 s measuring a check every 10 s
       216 s check pass: 4 of 4000 failed: 1 % is excluded
       216 s ended promoted: v2 has passed every step; splitter removed
      "
    `);
  });

  test("before the first step waits at 100/0; a successor goes on waiting", () => {
    const world = new World({ steps, gates: [50] }).run(5).succeed(20).run(5);
    expect(world.command("approve").run(3).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s waiting for approval before 50 %: mesh canary approve api
        25 s resumed-by-successor in phase waiting
        25 s weights v1=100 v2=0
        30 s > approve
        30 s approved 50 %
        30 s weights v1=50 v2=50
        31 s applied 1 of 1 callers
      "
    `);
  });

  test("is guarded: a version that gets worse while it waits is rolled back", () => {
    const world = new World({ steps, gates: [100] }).run(30);
    expect(world.canary.state.phase).toBe("waiting");
    world.v2.failsEvery = 10;
    expect(lines(world.run(30)).at(-1)).toMatch(/^\d+ s ended rolled-back: \d+ of \d+ failed: at least 1 %/);
    // What was good for a day does not outweigh what is bad now.
    const late = new World({ steps, gates: [100] }).run(86_400);
    late.v2.failsEvery = 20;
    expect(late.lines.length).toBeLessThan(20);
    expect(lines(late.run(600)).at(-1)).toMatch(/^\d+ s ended rolled-back: \d+ of \d+ failed: at least 1 %/);
  });
});

test("testers and mirrored requests begin with the roll-out and end with it, the mirror at 100 %", () => {
  const testers = [{ kind: "header", name: "x-canary", value: "1" }] as const;
  expect(new World({ steps, testers, mirrorPercent: 10 }).run(60).text).toMatchInlineSnapshot(`
    "
       0 s begun from v1 to v2 in steps of 50, 100 %
       0 s weights v1=100 v2=0
       0 s = testers true, mirror true
       0 s routes requests with header x-canary=1 go to v2; 10 % of the others are mirrored to v2
       1 s applied 1 of 1 callers
       1 s weights v1=50 v2=50
       1 s = testers true, mirror true
       2 s applied 1 of 1 callers
       7 s measuring a check every 10 s
      17 s check pass: 2 of 2000 failed: 1 % is excluded
      17 s weights v1=0 v2=100
      17 s = testers true, mirror false
      18 s applied 1 of 1 callers
      23 s measuring a check every 10 s
      33 s check pass: 4 of 4000 failed: 1 % is excluded
      33 s = testers false, mirror false
      33 s ended promoted: v2 has passed every step; splitter removed
    "
  `);
  const aborted = new World({ steps, testers, mirrorPercent: 10 }).run(5).command("abort").run(2);
  expect(lines(aborted).slice(-3)).toEqual([
    "5 s weights v1=100 v2=0",
    "5 s = testers false, mirror false",
    "6 s ended aborted: aborted by command",
  ]);
});

test("a successor of any phase puts the routes where they belong", () => {
  const testers = [{ kind: "cookie", name: "canary" }] as const;
  const world = new World({ steps, testers }).run(3).succeed(20);
  expect(lines(world).at(-1)).toBe("23 s = testers true, mirror false");
  world.command("abort").succeed(20);
  expect(lines(world).at(-1)).toBe("43 s = testers false, mirror false");
});

test("a state of the format before has no extras", () => {
  const { furtherFailures: _failures, gate: _gate, ...state } = startState(plan, 0);
  const { checks: _checks, gates: _gates, testers: _testers, webhooks: _hooks, ...before } = state.plan;
  const read = parseState(JSON.stringify({ ...state, format: 1, plan: before }));
  expect(read).toMatchObject({ ok: true, value: { format: 2, furtherFailures: {}, plan: { gates: [], checks: [] } } });
});

const query = { kind: "prometheus", address: "http://127.0.0.1:9090", query: "up", ...none } as const;
const hook: Webhook = { url: "http://127.0.0.1/", events: [], timeoutMs: 5_000, retries: 3, ...none };

test.each<[Partial<CanaryPlan>, string]>([
  [{ gates: [7] }, "-gate: 7 is none of the steps 5, 50, 100"],
  [{ mirrorPercent: 0 }, "-mirror: 0.01 to 100 per cent"],
  [{ testers: [{ kind: "header", name: "x y" }] }, '-testers: "x y" is no name of a header'],
  [{ checks: [smoke, smoke] }, 'check "smoke": there are two'],
  [{ checks: [{ ...smoke, name: "a b" }] }, 'check "a b": its name must be letters'],
  [{ checks: [{ ...smoke, timeoutMs: 11_000 }] }, 'check "smoke": timeout: more than 0s, no longer than the interval'],
  [{ checks: [{ ...smoke, source: query }] }, 'check "smoke": above or below: one of them is needed'],
  [{ checks: [{ ...smoke, source: { ...query, address: "ftp://a", above: 1 } }] }, 'check "smoke": address: a URL'],
  [{ checks: [{ ...smoke, source: { kind: "command", args: [] } }] }, 'check "smoke": args: a program'],
  [
    { checks: [{ ...smoke, source: { kind: "web", url: "http://a:b@c/", status: 200, ...none } }] },
    'check "smoke": url: a URL such as http://127.0.0.1:8080/health, without a password in it',
  ],
  [{ webhooks: [{ ...hook, url: "nowhere" }] }, "webhook 1: a URL, env:NAME or file:PATH"],
  [{ webhooks: [{ ...hook, events: ["over" as "ended"] }] }, 'webhook 1: events: "over" is none of begun'],
  [
    { webhooks: [{ ...hook, secretHeaders: { Authorization: "Bearer 1" } }] },
    "webhook 1: secret_headers: values say where",
  ],
])("%j is refused, with the reason", (changes, message) => {
  const checked = checkPlan({ ...plan, ...changes });
  expect(checked.ok ? "" : checked.failure.message).toContain(message);
});

test.each([
  [[0.2], { below: 0.5 }, "pass", "0.2 is below 0.5"],
  [[0.2, 0.5], { below: 0.5 }, "fail", "0.5 is not below 0.5"],
  [[0.9], { above: 0.99 }, "fail", "0.9 is not above 0.99"],
  [[3], { above: 1, below: 5 }, "pass", "3 is above 1, 3 is below 5"],
  [[], { above: 1 }, "inconclusive", "the query has no sample"],
  [[Number.NaN, 2], { above: 1 }, "inconclusive", "the query answers NaN"],
] as const)("samples %j within %j: %s", (samples, limits, verdict, reason) => {
  expect(outcomeOfSamples(samples, limits)).toEqual({ verdict, reason });
});

test("a status, an exit code and a signal have their verdicts", () => {
  expect(outcomeOfStatus(204, 204).verdict).toBe("pass");
  expect(outcomeOfStatus(503, 200)).toEqual({ verdict: "fail", reason: "status 503, not 200" });
  expect(outcomeOfExit(0, null, "fine")).toEqual({ verdict: "pass", reason: "exit code 0: fine" });
  expect(outcomeOfExit(1, null, "").verdict).toBe("fail");
  expect(outcomeOfExit(2, null, "").verdict).toBe("inconclusive");
  expect(outcomeOfExit(null, "SIGSEGV", "")).toEqual({ verdict: "inconclusive", reason: "ended by SIGSEGV" });
});

test("rules for testers are read, and refused with an example", () => {
  expect(parseTester("header:x-canary=a=b")).toMatchObject({
    value: { kind: "header", name: "x-canary", value: "a=b" },
  });
  expect(parseTester("cookie:canary")).toEqual({ ok: true, value: { kind: "cookie", name: "canary" } });
  for (const text of ["x-canary=1", "header:", "header:a b", "query:a=1", "header:a="])
    expect(parseTester(text).ok).toBe(false);
});

test("a webhook is tried again with growing pauses, not when it says that the request is wrong", () => {
  expect([1, 2, 3, 4].map((tries) => retryDelayMs(hook, tries, 503))).toEqual([500, 1000, 2000, undefined]);
  expect([retryDelayMs(hook, 1, 404), retryDelayMs(hook, 1, 429), retryDelayMs(hook, 1, undefined)]).toEqual([
    undefined,
    500,
    500,
  ]);
});
