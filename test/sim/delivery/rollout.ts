import { Prng } from "#core/base";
import {
  type Bin,
  Canary,
  type CanaryEffect,
  type CanaryPlan,
  type CallerReading,
  defaultPlan,
  mergeHistograms,
  type Outcome,
  startState,
  type VersionReading,
} from "#core/delivery";

/** One simulated roll-out. Answers take as long in both versions: what is in question is errors. */
export interface Rollout {
  readonly stableRate: number;
  readonly canaryRate: number;
  /** Canary requests between two checks, and those after which a step is given up. */
  readonly requestsPerCheck: number;
  readonly requestsMax: number;
}

export interface RolloutResult {
  readonly outcome: Outcome;
  readonly reason: string;
  /** Canary requests of each step that was decided. */
  readonly samples: readonly number[];
  readonly isInconclusive: boolean;
}

/** A check a second. */
const INTERVAL_MS = 1_000;
const LATENCY: Bin = [20, 1, 1];
const fresh: VersionReading = { completed: 0, errors: 0, latencies: [], retries: 0, healthy: 1, ejected: 0 };

/** Steps of 5, 25, 50 and 100 %; each version fails at its own rate, request by request. */
export function runRollout(seed: number, rollout: Rollout): RolloutResult {
  const plan: CanaryPlan = {
    ...defaultPlan,
    service: "api",
    from: "v1",
    to: "v2",
    intervalMs: INTERVAL_MS,
    warmUpMs: 0,
    maxHoldMs: (rollout.requestsMax / rollout.requestsPerCheck) * INTERVAL_MS,
  };
  const canary = new Canary(startState(plan, 0));
  const world = new RolloutWorld(new Prng(seed), rollout, canary);
  world.carryOut(canary.take({ type: "begin" }, 0));
  for (let second = 1; canary.state.phase !== "ended"; second++) world.second(second * INTERVAL_MS);
  const { outcome, reason } = canary.state.ending ?? { outcome: "aborted", reason: "" };
  return { outcome, reason, samples: world.samples, isInconclusive: reason.includes("inconclusive") };
}

class RolloutWorld {
  readonly samples: number[] = [];
  readonly #random: Prng;
  readonly #rollout: Rollout;
  readonly #machine: Canary;
  #percent = 0;
  #canary = fresh;
  #stable = fresh;

  constructor(random: Prng, rollout: Rollout, machine: Canary) {
    this.#random = random;
    this.#rollout = rollout;
    this.#machine = machine;
  }

  second(nowMs: number): void {
    const { canaryRate, stableRate, requestsPerCheck } = this.#rollout;
    if (this.#percent > 0) {
      const others = Math.round((requestsPerCheck * (100 - this.#percent)) / this.#percent);
      this.#canary = this.#served(this.#canary, requestsPerCheck, canaryRate);
      this.#stable = this.#served(this.#stable, others, stableRate);
    }
    const reading: CallerReading = {
      id: "web",
      process: "1",
      appliedPercent: this.#percent,
      refusal: undefined,
      canary: this.#canary,
      stable: this.#stable,
    };
    this.carryOut(this.#machine.take({ type: "observed", callers: [reading] }, nowMs));
  }

  carryOut(effects: readonly CanaryEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "weights") this.#percent = effect.canaryPercent;
      if (effect.type === "settle") this.#machine.take({ type: "settled", statement: "" }, 0);
      const check = effect.type === "notice" ? effect.notice.check : undefined;
      if (check && check.verdict !== "inconclusive") this.samples.push(check.canary.completed);
    }
  }

  #served(before: VersionReading, requests: number, rate: number): VersionReading {
    const errors = before.errors + this.#failures(requests, rate);
    const bins: Bin[] = requests === 0 ? [] : [[LATENCY[0], LATENCY[1], requests]];
    const latencies = mergeHistograms(before.latencies, bins);
    return { ...before, completed: before.completed + requests, errors, latencies };
  }

  /** From one failure to the next in a single draw: they are rare. */
  #failures(requests: number, rate: number): number {
    if (rate <= 0) return 0;
    let failures = 0;
    let at = 0;
    for (;;) {
      at += 1 + Math.floor(Math.log(1 - this.#random.fraction()) / Math.log(1 - rate));
      if (at > requests) return failures;
      failures++;
    }
  }
}
