import { describe, expect, test } from "vitest";
import { Canary, parseState, startState } from "./mod.ts";
import { fresh, plan, World } from "./transcript.ts";

describe("a roll-out", () => {
  test("of an equal version is promoted, a step at a time, when 1 % is excluded", () => {
    expect(new World().run(200).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check inconclusive: 0 of 200 failed: 1 % not excluded
        27 s check inconclusive: 0 of 400 failed: 1 % not excluded
        37 s check inconclusive: 0 of 600 failed: 1 % not excluded
        47 s check pass: 0 of 800 failed: 1 % is excluded
        47 s weights v1=50 v2=50
        48 s applied 1 of 1 callers
        53 s measuring a check every 10 s
        63 s check pass: 2 of 2000 failed: 1 % is excluded
        63 s weights v1=0 v2=100
        64 s applied 1 of 1 callers
        69 s measuring a check every 10 s
        79 s check pass: 4 of 4000 failed: 1 % is excluded
        79 s ended promoted: v2 has passed every step; splitter removed
      "
    `);
  });

  test("of a version with 5 % errors goes back to 100/0 at the first check that is sure", () => {
    const world = new World();
    world.v2.failsEvery = 20;
    expect(world.run(200).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check fail: 10 of 200 failed: at least 1 % rather than 0.11 %
        17 s withdrawing 10 of 200 failed: at least 1 % rather than 0.11 %
        17 s weights v1=100 v2=0
        18 s ended rolled-back: 10 of 200 failed: at least 1 % rather than 0.11 %
      "
    `);
  });

  test("of a version that takes twice as long goes back", () => {
    const world = new World();
    world.v2.latencyMs = 24;
    expect(world.run(200).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check fail: slower: median 25 ms, stable 13 ms
        17 s withdrawing slower: median 25 ms, stable 13 ms
        17 s weights v1=100 v2=0
        18 s ended rolled-back: slower: median 25 ms, stable 13 ms
      "
    `);
  });

  test("of a version without errors but beyond an absolute limit goes back", () => {
    const world = new World({ maxP99Ms: 10 });
    expect(world.run(200).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check fail: the 99th percentile is above 10 ms
        17 s withdrawing the 99th percentile is above 10 ms
        17 s weights v1=100 v2=0
        18 s ended rolled-back: the 99th percentile is above 10 ms
      "
    `);
  });

  test("without enough traffic stays inconclusive and goes back after max-hold", () => {
    const world = new World();
    world.perSecond = 20;
    expect(world.run(200).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check inconclusive: 0 of 10 failed: 1 % not excluded; latency undecided after 10 answers
        27 s check inconclusive: 0 of 20 failed: 1 % not excluded
        37 s check inconclusive: 0 of 30 failed: 1 % not excluded
        47 s check inconclusive: 0 of 40 failed: 1 % not excluded
        57 s check inconclusive: 0 of 50 failed: 1 % not excluded
        67 s check inconclusive: 0 of 60 failed: 1 % not excluded
        67 s withdrawing still inconclusive after 60 s: 0 of 60 failed: 1 % not excluded
        67 s weights v1=100 v2=0
        68 s ended rolled-back: still inconclusive after 60 s: 0 of 60 failed: 1 % not excluded
      "
    `);
  });

  test("without any traffic is inconclusive, never promoted", () => {
    const world = new World({ maxHoldMs: 20_000 });
    world.perSecond = 0;
    expect(world.run(200).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check inconclusive: no traffic
        27 s check inconclusive: no traffic
        27 s withdrawing still inconclusive after 20 s: no traffic
        27 s weights v1=100 v2=0
        28 s ended rolled-back: still inconclusive after 20 s: no traffic
      "
    `);
  });

  test("tolerates as many failed checks as it is told, each over a window of its own", () => {
    const world = new World({ failedChecks: 1 });
    world.v2.failsEvery = 20;
    expect(world.run(200).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        17 s check fail: 10 of 200 failed: at least 1 % rather than 0.11 %
        27 s check fail: 10 of 200 failed: at least 1 % rather than 0.11 %
        27 s withdrawing 10 of 200 failed: at least 1 % rather than 0.11 %
        27 s weights v1=100 v2=0
        28 s ended rolled-back: 10 of 200 failed: at least 1 % rather than 0.11 %
      "
    `);
  });
});

describe("what is broken ends it at once", () => {
  test("a refused configuration", () => {
    const world = new World().run(10);
    expect(world.set({ refusal: "unknown cluster v2" }).run(5).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        11 s withdrawing web refused the configuration: unknown cluster v2
        11 s weights v1=100 v2=0
        12 s ended rolled-back: web refused the configuration: unknown cluster v2
      "
    `);
  });

  test("no healthy endpoint of the new version, even while paused", () => {
    const world = new World().run(10).command("pause").run(2);
    const { canary } = world.reading;
    expect(world.set({ canary: { ...canary, healthy: 0 } }).run(5).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        10 s > pause
        10 s paused the shares stay as they are; what is broken still ends it
        13 s withdrawing web has no healthy endpoint of the new version
        13 s weights v1=100 v2=0
        14 s ended rolled-back: web has no healthy endpoint of the new version
      "
    `);
  });

  test("all endpoints of the new version kept out for their errors", () => {
    const world = new World().run(10);
    const { canary } = world.reading;
    expect(
      world
        .set({ canary: { ...canary, healthy: 0, ejected: 1 } })
        .run(5)
        .lines.at(-1),
    ).toMatchInlineSnapshot(
      `"  12 s ended rolled-back: web keeps out every endpoint of the new version for its errors"`,
    );
  });

  test("shares that do not come into force", () => {
    const world = new World().run(10);
    world.isDeaf = true;
    expect(world.run(100).lines.slice(-5).join("\n")).toMatchInlineSnapshot(`
      "  47 s check pass: 0 of 800 failed: 1 % is excluded
        47 s weights v1=50 v2=50
        77 s withdrawing the shares are not in force after 30 s: web behind
        77 s weights v1=100 v2=0
       107 s ended rolled-back: the shares are not in force after 30 s: web behind; not every caller here has the shares yet"
    `);
  });
});

describe("without Consul", () => {
  test("shares that are not in force yet are waited for; the callers' 30 s begin when it is back", () => {
    const world = new World().run(47).loseConsul(30);
    world.isDeaf = true;
    world.run(29);
    world.isDeaf = false;
    expect(world.run(2).lines.slice(8).join("\n")).toMatchInlineSnapshot(`
      "  37 s check inconclusive: 0 of 600 failed: 1 % not excluded
        47 s check pass: 0 of 800 failed: 1 % is excluded
        47 s weights v1=50 v2=50
        47 s > Consul is away for 30 s
       107 s applied 1 of 1 callers"
    `);
  });

  test("several times, shares are waited for until max-hold; a rollback is not given up for it", () => {
    const world = new World().run(47);
    world.isDeaf = true;
    world.loseConsul(25).run(20).loseConsul(10).run(20);
    expect(world.loseConsul(90).run(40).lines.slice(8).join("\n")).toMatchInlineSnapshot(`
      "  37 s check inconclusive: 0 of 600 failed: 1 % not excluded
        47 s check pass: 0 of 800 failed: 1 % is excluded
        47 s weights v1=50 v2=50
        47 s > Consul is away for 25 s
        92 s > Consul is away for 10 s
       107 s withdrawing the shares are not in force after 60 s, in part without Consul: web behind
       107 s weights v1=100 v2=0
       122 s > Consul is away for 90 s
       242 s ended rolled-back: the shares are not in force after 60 s, in part without Consul: web behind; not every caller here has the shares yet"
    `);
  });

  test("for longer than max-hold, shares that are in force go on, others are withdrawn", () => {
    const applied = new World().run(47);
    expect(applied.canary.state.phase).toBe("shifting");
    expect(applied.loseConsul(100).run(10).lines.slice(8).join("\n")).toMatchInlineSnapshot(`
      "  37 s check inconclusive: 0 of 600 failed: 1 % not excluded
        47 s check pass: 0 of 800 failed: 1 % is excluded
        47 s weights v1=50 v2=50
        47 s > Consul is away for 100 s
       148 s applied 1 of 1 callers
       153 s measuring a check every 10 s"
    `);
    const behind = new World().run(47);
    behind.isDeaf = true;
    expect(behind.loseConsul(100).run(1).lines.slice(8).join("\n")).toMatchInlineSnapshot(`
      "  37 s check inconclusive: 0 of 600 failed: 1 % not excluded
        47 s check pass: 0 of 800 failed: 1 % is excluded
        47 s weights v1=50 v2=50
        47 s > Consul is away for 100 s
       148 s withdrawing the shares are not in force after 101 s, in part without Consul: web behind
       148 s weights v1=100 v2=0"
    `);
  });

  test("what was counted in its absence is judged when it is back, and held no longer than max-hold", () => {
    const world = new World().run(20);
    world.perSecond = 20;
    expect(world.loseConsul(100).run(3).lines.slice(5).join("\n")).toMatchInlineSnapshot(`
      "   7 s measuring a check every 10 s
        17 s check inconclusive: 0 of 200 failed: 1 % not excluded
        20 s > Consul is away for 100 s
       121 s check inconclusive: 0 of 361 failed: 1 % not excluded
       121 s withdrawing still inconclusive after 60 s: 0 of 361 failed: 1 % not excluded
       121 s weights v1=100 v2=0
       122 s ended rolled-back: still inconclusive after 60 s: 0 of 361 failed: 1 % not excluded"
    `);
  });
});

describe("commands", () => {
  test("a pause keeps the shares and judges nothing of it; the hold is not used up", () => {
    const world = new World().run(12).command("pause").run(100).command("pause").command("resume").run(15);
    expect(world.command("abort").run(5).text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 50, 100 %
         0 s weights v1=100 v2=0
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         7 s measuring a check every 10 s
        12 s > pause
        12 s paused the shares stay as they are; what is broken still ends it
       112 s > pause
       112 s > resume
       112 s resumed
       122 s check inconclusive: 0 of 180 failed: 1 % not excluded
       127 s > abort
       127 s withdrawing aborted by command
       127 s weights v1=100 v2=0
       128 s ended aborted: aborted by command
      "
    `);
  });

  test("skip goes on without a verdict; after the end nothing is obeyed", () => {
    const world = new World({ steps: [5, 100] }).command("skip").run(3).command("skip").run(10).command("skip");
    expect(world.command("abort").text).toMatchInlineSnapshot(`
      "
         0 s begun from v1 to v2 in steps of 5, 100 %
         0 s weights v1=100 v2=0
         0 s > skip
         0 s ignored skip: no step has begun
         1 s applied 1 of 1 callers
         1 s weights v1=95 v2=5
         2 s applied 1 of 1 callers
         3 s > skip
         3 s skipped this step counts as passed, by command
         3 s weights v1=0 v2=100
         4 s applied 1 of 1 callers
         9 s measuring a check every 10 s
        13 s > skip
        13 s skipped this step counts as passed, by command
        13 s ended promoted: v2 has passed every step; splitter removed
        13 s > abort
        13 s ignored abort: too late, it is ended
      "
    `);
  });
});

describe("a successor", () => {
  test("goes on at the same step with a window of its own, and knows stable from before", () => {
    const world = new World().run(60);
    expect(world.canary.state).toMatchObject({ step: 1, phase: "measuring" });
    expect(world.run(8).succeed(20).run(100).text.split("\n").slice(9).join("\n")).toMatchInlineSnapshot(`
      "  37 s check inconclusive: 0 of 600 failed: 1 % not excluded
        47 s check pass: 0 of 800 failed: 1 % is excluded
        47 s weights v1=50 v2=50
        48 s applied 1 of 1 callers
        53 s measuring a check every 10 s
        63 s check pass: 2 of 2000 failed: 1 % is excluded
        63 s weights v1=0 v2=100
        64 s applied 1 of 1 callers
        88 s resumed-by-successor in phase warming
        88 s weights v1=0 v2=100
        89 s applied 1 of 1 callers
        94 s measuring a check every 10 s
       104 s check pass: 4 of 4000 failed: 1 % is excluded
       104 s ended promoted: v2 has passed every step; splitter removed
      "
    `);
  });

  test.each(["withdrawing", "settling"] as const)("carries %s to its end", (phase) => {
    const ending = { outcome: phase === "settling" ? "promoted" : "rolled-back", reason: "it was decided" } as const;
    const canary = new Canary({ ...startState(plan, 0), phase, ending });
    const effects = canary.take({ type: "begin" }, 1000);
    expect(effects.at(-1)).toEqual(phase === "settling" ? { type: "settle" } : { type: "weights", canaryPercent: 0 });
  });

  test.each(["", "{}", '{"format":3}', JSON.stringify({ ...startState(plan, 0), step: 9 })])(
    "does not take %j for a state",
    (text) => {
      expect(parseState(text).ok).toBe(false);
    },
  );
});

test("counters that begin anew discard the window", () => {
  const world = new World().run(12);
  world.set({ process: "2", canary: fresh, stable: fresh }).run(5);
  expect(world.lines.at(-1)).toBe("  13 s window-discarded a proxy's counters began anew");
  expect(world.canary.counted.canary.completed).toBe(80);
});
