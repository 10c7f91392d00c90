import type { Random } from "#core/base";
import { goDuration } from "./go-duration.ts";

/** When a task may start again (job specification, `restart`). */
export interface RestartRules {
  readonly attempts: number;
  readonly intervalNs: number;
  readonly delayNs: number;
  readonly mode: "fail" | "delay";
  /** Whether a task that ended well is started again. */
  readonly onSuccess: boolean;
}

/** What the tracker remembers over a restart of the agent. */
export interface RestartCount {
  readonly count: number;
  readonly windowStartMs: number;
}

export type RestartDecision =
  | { readonly kind: "restart"; readonly delayNs: number; readonly reason: string }
  | { readonly kind: "complete" }
  | { readonly kind: "give-up"; readonly reason: string };

/** Why a task ended, as far as restarting it is concerned. */
export type EndCause = "success" | "failure" | "unrecoverable";

const JITTER = 0.25;

/** Counts restarts in a window that begins with the first of them. */
export class RestartTracker {
  #count: number;
  #windowStartMs: number;

  constructor(restored?: RestartCount) {
    this.#count = restored?.count ?? 0;
    this.#windowStartMs = restored?.windowStartMs ?? 0;
  }

  get state(): RestartCount {
    return { count: this.#count, windowStartMs: this.#windowStartMs };
  }

  decide(rules: RestartRules, cause: EndCause, nowMs: number, random: Random): RestartDecision {
    if (cause === "success" && !rules.onSuccess) return { kind: "complete" };
    if (rules.attempts === 0) return { kind: "give-up", reason: "Policy allows no restarts" };
    if (cause === "unrecoverable") return { kind: "give-up", reason: "Error was unrecoverable" };
    this.#enter(rules, nowMs);
    if (this.#count > rules.attempts) return this.#exceeded(rules, nowMs, random);
    return { kind: "restart", delayNs: jittered(rules.delayNs, random), reason: "Restart within policy" };
  }

  #enter(rules: RestartRules, nowMs: number): void {
    const windowEndMs = this.#windowStartMs + rules.intervalNs / 1e6;
    if (this.#count === 0 || nowMs > windowEndMs || nowMs < this.#windowStartMs) {
      this.#count = 0;
      this.#windowStartMs = nowMs;
    }
    this.#count++;
  }

  #exceeded(rules: RestartRules, nowMs: number, random: Random): RestartDecision {
    if (rules.mode === "fail") {
      const interval = goDuration(rules.intervalNs);
      const reason = `Exceeded allowed attempts ${rules.attempts} in interval ${interval} and mode is "fail"`;
      return { kind: "give-up", reason };
    }
    const restNs = Math.max(0, rules.intervalNs - (nowMs - this.#windowStartMs) * 1e6);
    const delayNs = Math.round(restNs) + jittered(rules.delayNs, random);
    return { kind: "restart", delayNs, reason: "Exceeded allowed attempts, applying a delay" };
  }
}

/** `delayNs` and up to a quarter more, so that tasks that died together do not come back together. */
function jittered(delayNs: number, random: Random): number {
  return delayNs + Math.floor(delayNs * JITTER * random.fraction());
}
