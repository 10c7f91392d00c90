import type { CheckOutcome, Limits } from "./outcome.ts";

/** What is looked at beside the callers' counters. */
export interface FurtherCheck {
  readonly name: string;
  /** Undefined: the plan's. */
  readonly intervalMs?: number;
  /** Of one run, no longer than the interval. Undefined: ten seconds, or the interval if that is shorter. */
  readonly timeoutMs?: number;
  /** Runs that may fail in the whole roll-out before it is rolled back. */
  readonly failedChecks: number;
  readonly source: CheckSource;
}

export type CheckSource = PrometheusSource | WebSource | CommandSource;

/** An instant query (`GET /api/v1/query`): each of its samples must keep the limits that are given. */
export interface PrometheusSource extends Headers, Limits {
  readonly kind: "prometheus";
  readonly address: string;
  readonly query: string;
}

/** A page that must answer with this status. */
export interface WebSource extends Headers {
  readonly kind: "web";
  readonly url: string;
  readonly status: number;
}

/** A program and its arguments; no shell. */
export interface CommandSource {
  readonly kind: "command";
  readonly args: readonly string[];
}

/** Sent along. A secret one is `env:NAME` or `file:PATH`: where its value is found, for the plan is stored and shown. */
export interface Headers {
  readonly headers: Readonly<Record<string, string>>;
  readonly secretHeaders: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 10_000;

/** How long a run may take in a plan with this interval. */
export function checkTimeoutMs({ timeoutMs, intervalMs }: FurtherCheck, usualMs: number): number {
  return timeoutMs ?? Math.min(TIMEOUT_MS, intervalMs ?? usualMs);
}

/** One run of a check; an outcome counts only for the run that it is of. */
export interface CheckRun {
  readonly name: string;
  readonly run: number;
}

/** When each check is due, and what its last run in this window has found. */
export class CheckRounds {
  readonly #checks: readonly FurtherCheck[];
  readonly #intervalMs: number;
  readonly #dueMs = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #latest = new Map<string, CheckOutcome>();
  #run = 0;

  constructor(checks: readonly FurtherCheck[], intervalMs: number) {
    this.#checks = checks;
    this.#intervalMs = intervalMs;
  }

  /** A new window: what was found before it, or is still looked at, tells nothing about it. */
  open(nowMs: number): void {
    this.#running.clear();
    this.#latest.clear();
    for (const check of this.#checks) this.#dueMs.set(check.name, nowMs + this.#intervalOf(check));
  }

  /** The runs that begin now. One that is under way is not begun twice. */
  due(nowMs: number): CheckRun[] {
    const due = this.#checks.filter(
      ({ name }) => !this.#running.has(name) && nowMs >= (this.#dueMs.get(name) ?? Infinity),
    );
    return due.map((check) => {
      const run = ++this.#run;
      this.#running.set(check.name, run);
      this.#dueMs.set(check.name, nowMs + this.#intervalOf(check));
      return { name: check.name, run };
    });
  }

  /** The check that it is of; undefined when the run is of an earlier window. */
  take({ name, run }: CheckRun, outcome: CheckOutcome): FurtherCheck | undefined {
    if (this.#running.get(name) !== run) return undefined;
    this.#running.delete(name);
    this.#latest.set(name, outcome);
    return this.#checks.find((check) => check.name === name);
  }

  latest(name: string): CheckOutcome | undefined {
    return this.#latest.get(name);
  }

  /** Why not every check has passed; undefined when each has, and none is under way. */
  get missing(): string | undefined {
    for (const { name } of this.#checks) {
      const latest = this.#latest.get(name);
      if (latest === undefined || this.#running.has(name)) return `the check ${name} has not ended`;
      if (latest.verdict !== "pass") return `the check ${name}: ${latest.reason}`;
    }
    return undefined;
  }

  #intervalOf({ intervalMs }: FurtherCheck): number {
    return intervalMs ?? this.#intervalMs;
  }
}
