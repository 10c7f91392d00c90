import { type Bin, mergeHistograms } from "./histogram.ts";
import { Canary } from "./canary.ts";
import type { CanaryCommand, CanaryEffect } from "./exchange.ts";
import type { CheckRun } from "./further.ts";
import type { CheckOutcome } from "./outcome.ts";
import { type CanaryPlan, defaultPlan } from "./plan.ts";
import { parseState, startState } from "./state.ts";
import type { CallerReading, VersionReading } from "./window.ts";

/** For tests: a roll-out in a small world, written down a line for each thing that happens. */
/** Three steps, a check every ten seconds. */
export const plan: CanaryPlan = {
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

export const fresh: VersionReading = { completed: 0, errors: 0, latencies: [], retries: 0, healthy: 1, ejected: 0 };

/** One caller whose requests go where the weights say, a second at a time; what happens is written down. */
export class World {
  readonly lines: string[] = [];
  canary: Canary;
  nowMs = 0;
  /** What further checks find, a second after they begin; one that is not here does not end. */
  readonly outcomes = new Map<string, CheckOutcome>();
  #runs: CheckRun[] = [];
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

  /** Consul does not answer for so many seconds: shares go nowhere, requests go where they went, nothing is observed. */
  loseConsul(seconds: number): this {
    this.lines.push(`${this.#clock} > Consul is away for ${seconds} s`);
    for (let second = 0; second < seconds; second++) this.#serve(this.reading.appliedPercent ?? 0);
    this.#carryOut(this.canary.take({ type: "reconnected" }, this.nowMs));
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
    const { appliedPercent } = this.reading;
    if (!this.isDeaf && appliedPercent !== undefined) this.set({ appliedPercent: this.percent });
    this.#serve(this.percent);
    this.#endRuns();
    this.#carryOut(this.canary.take({ type: "observed", callers: [this.reading] }, this.nowMs));
  }

  #serve(percent: number): void {
    this.nowMs += 1000;
    const canary = (this.perSecond * percent) / 100;
    this.reading = {
      ...this.reading,
      canary: served(this.reading.canary, canary, this.v2),
      stable: served(this.reading.stable, this.perSecond - canary, this.v1),
    };
  }

  #endRuns(): void {
    const runs = this.#runs;
    this.#runs = [];
    for (const { name, run } of runs) {
      const outcome = this.outcomes.get(name);
      if (outcome) this.#carryOut(this.canary.take({ type: "checked", name, run, outcome }, this.nowMs));
    }
  }

  #carryOut(effects: readonly CanaryEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "notice")
        this.lines.push(`${this.#clock} ${effect.notice.kind} ${effect.notice.text}`.trimEnd());
      if (effect.type === "routes")
        this.lines.push(`${this.#clock} = testers ${effect.testers}, mirror ${effect.mirror}`);
      if (effect.type === "check") this.#runs.push(effect);
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
