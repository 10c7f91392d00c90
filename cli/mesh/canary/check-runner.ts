import type { Timers } from "#core/base";
import {
  type CanaryEvent,
  type CanaryPlan,
  type CheckOutcome,
  type CheckRun,
  checkTimeoutMs,
  type FurtherCheck,
} from "#core/delivery";
import { probeCommand } from "./probe-command.ts";
import { type ProbeContext, probePrometheus, probeWeb } from "./probe-http.ts";
import type { Env } from "./secrets.ts";

export type CheckedEvent = Extract<CanaryEvent, { readonly type: "checked" }>;

/** What further checks are run by. */
export interface CheckRunner extends Disposable {
  /** Begins a run; `about` is put into a command's environment. */
  start(run: CheckRun, about: Env): void;
  /** Those that have ended since it was last asked. */
  ended(): CheckedEvent[];
}

/** Runs checks beside the roll-out, each at most once at a time. */
export class SystemCheckRunner implements CheckRunner {
  readonly #checks: ReadonlyMap<string, FurtherCheck>;
  readonly #intervalMs: number;
  readonly #env: Env;
  readonly #timers: Timers;
  readonly #running = new Map<string, AbortController>();
  #ended: CheckedEvent[] = [];

  constructor({ checks, intervalMs }: Pick<CanaryPlan, "checks" | "intervalMs">, env: Env, timers: Timers) {
    this.#checks = new Map(checks.map((check) => [check.name, check]));
    this.#intervalMs = intervalMs;
    this.#env = env;
    this.#timers = timers;
  }

  start({ name, run }: CheckRun, about: Env): void {
    const check = this.#checks.get(name);
    if (!check) return;
    this.#running.get(name)?.abort();
    const abort = new AbortController();
    this.#running.set(name, abort);
    const context = {
      env: { ...this.#env, ...about },
      timers: this.#timers,
      timeoutMs: checkTimeoutMs(check, this.#intervalMs),
      signal: abort.signal,
    };
    void probe(check, context).then((outcome) => {
      if (this.#running.get(name) === abort) this.#running.delete(name);
      if (!abort.signal.aborted) this.#ended.push({ type: "checked", name, run, outcome });
    });
  }

  ended(): CheckedEvent[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  [Symbol.dispose](): void {
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
  }
}

function probe({ source }: FurtherCheck, context: ProbeContext): Promise<CheckOutcome> {
  switch (source.kind) {
    case "prometheus":
      return probePrometheus(source, context);
    case "web":
      return probeWeb(source, context);
    case "command":
      return probeCommand(source, context);
  }
}
