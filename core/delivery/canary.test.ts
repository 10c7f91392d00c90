import { describe, expect, test } from "vitest";
import {
  type Bin,
  Canary,
  type CanaryCommand,
  type CanaryEffect,
  type CanaryPlan,
  type CallerReading,
  defaultPlan,
  mergeHistograms,
  parseState,
  startState,
  type VersionReading,
} from "./mod.ts";

const plan: CanaryPlan = {
  ...defaultPlan,
  service: "api",
  from: "v1",
  to: "v2",
  steps: [5, 50, 100],
  intervalMs: 10_000,
  warmUpMs: 5_000,
  maxHoldMs: 60_000,
};

interface Behaviour {
  /** One request in so many fails. */
  failsEvery: number;
  latencyMs: number;
}

const fresh: VersionReading = { completed: 0, errors: 0, latencies: [], retries: 0, healthy: 1, ejected: 0 };

/** One caller whose requests go where the weights say, a second at a time; what happens is written down. */
class World {
  readonly lines: string[] = [];
  canary: Canary;
  nowMs = 0;
  perSecond = 400;
  percent = 0;
  /** Shares go no further than Consul. */
  isDeaf = false;
  v1: Behaviour = { failsEvery: 1000, latencyMs: 12 };
  v2: Behaviour = { failsEvery: 1000, latencyMs: 12 };
  reading: CallerReading = {
    id: "web",
    process: "1",
    appliedPercent: 0,
    refusal: undefined,
    canary: fresh,
    stable: fresh,
  };

  constructor(changes: Partial<CanaryPlan> = {}) {
    this.canary = new Canary(startState({ ...plan, ...changes }, 0));
    this.#carryOut(this.canary.take({ type: "begin" }, 0));
  }

  run(seconds: number): this {
    for (let second = 0; second < seconds && this.canary.state.phase !== "ended"; second++) this.#second();
    return this;
  }

  command(command: CanaryCommand): this {
    this.lines.push(`${this.#clock} > ${command}`);
    this.#carryOut(this.canary.take({ type: "command", command }, this.nowMs));
    return this;
  }

  /** Kill −9, and a successor after so many seconds. */
  succeed(seconds: number): this {
    const parsed = parseState(JSON.stringify(this.canary.state));
    if (!parsed.ok) throw new Error(parsed.failure.message);
    this.nowMs += seconds * 1000;
    this.canary = new Canary(parsed.value);
    this.#carryOut(this.canary.take({ type: "begin" }, this.nowMs));
    return this;
  }

  set(changes: Partial<CallerReading>): this {
    this.reading = { ...this.reading, ...changes };
    return this;
  }

  get text(): string {
    return `\n${this.lines.join("\n")}\n`;
  }

  get #clock(): string {
    return `${String(this.nowMs / 1000).padStart(4)} s`;
  }

  #second(): void {
    this.nowMs += 1000;
    const canary = (this.perSecond * this.percent) / 100;
    const { appliedPercent } = this.reading;
    this.reading = {
      ...this.reading,
      appliedPercent: this.isDeaf || appliedPercent === undefined ? appliedPercent : this.percent,
      canary: served(this.reading.canary, canary, this.v2),
      stable: served(this.reading.stable, this.perSecond - canary, this.v1),
    };
    this.#carryOut(this.canary.take({ type: "observed", callers: [this.reading] }, this.nowMs));
  }

  #carryOut(effects: readonly CanaryEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "notice")
        this.lines.push(`${this.#clock} ${effect.notice.kind} ${effect.notice.text}`.trimEnd());
      if (effect.type === "weights") this.percent = effect.canaryPercent;
      if (effect.type === "settle")
        this.#carryOut(this.canary.take({ type: "settled", statement: "splitter removed" }, this.nowMs));
    }
  }
}

function served(before: VersionReading, requests: number, { failsEvery, latencyMs }: Behaviour): VersionReading {
  const completed = before.completed + requests;
  const bins: Bin[] = requests === 0 ? [] : [[latencyMs, 1, requests]];
  return {
    ...before,
    completed,
    errors: Math.floor(completed / failsEvery),
    latencies: mergeHistograms(before.latencies, bins),
  };
}

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

  test.each(["", "{}", '{"format":2}', JSON.stringify({ ...startState(plan, 0), step: 9 })])(
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
