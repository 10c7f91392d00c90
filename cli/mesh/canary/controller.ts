import { assert, err, type Failure, ok, type Result } from "#core/base";
import {
  Canary,
  type CanaryCommand,
  type CanaryEffect,
  type CanaryEvent,
  type CanaryState,
  type CallerReading,
  type Notice,
  type Outcome,
} from "#core/delivery";
import type { MeshContext } from "../connect.ts";
import type { CheckRunner } from "./check-runner.ts";
import { readCallers } from "./readings.ts";
import type { CanaryRecord } from "./record.ts";
import type { ShareWriter } from "./shares.ts";
import type { WantedRoutes } from "./side-routes.ts";

/** What somebody who watches is shown. */
export interface CanaryView {
  readonly canary: Canary;
  readonly callers: readonly CallerReading[];
  /** Canary's share as Consul has it of us; undefined before. */
  readonly writtenPercent: number | undefined;
  readonly nowMs: number;
}

export interface CanaryWatcher {
  notice(notice: Notice, nowMs: number): void;
  /** About once a second. */
  view(view: CanaryView): void;
  /** What concerns the controller rather than the roll-out. */
  remark(text: string): void;
}

export interface CanaryEnd {
  readonly outcome: Outcome;
  readonly reason: string;
}

export interface ControllerOptions {
  readonly context: MeshContext;
  readonly root: string;
  readonly record: CanaryRecord;
  readonly shares: ShareWriter;
  readonly sideRoutes: { set(wanted: WantedRoutes): Promise<Result<void>> };
  readonly checks: CheckRunner;
  readonly watcher: CanaryWatcher;
  /** Commands of this terminal, the oldest first; taken from its front. */
  readonly inbox: CanaryCommand[];
}

const TURN_MS = 500;
const RENEW_MS = 3_000;
const RETRY_MS = 500;

/** Carries out what a `Canary` decides, while it holds the lock. */
export class CanaryController {
  readonly #options: ControllerOptions;
  readonly #canary: Canary;
  #stored: CanaryState | undefined;
  #renewedMs: number;
  #isCutOff = false;
  /** Consul has been away since the callers were last looked at. */
  #wasCutOff = false;
  #end: CanaryEnd | undefined;

  constructor(state: CanaryState, options: ControllerOptions) {
    this.#canary = new Canary(state);
    this.#options = options;
    this.#renewedMs = options.context.clock.monotonicMs();
  }

  /** Resolves at the roll-out's end, or undefined when the lock is lost: then its state is to be read anew. */
  async run(): Promise<Result<CanaryEnd | undefined>> {
    const begun = await this.#take({ type: "begin" });
    if (!begun.ok) return this.#lostOr(begun.failure);
    while (this.#end === undefined) {
      const turned = await this.#turn();
      if (!turned.ok) return this.#lostOr(turned.failure);
      if (this.#end === undefined) await this.#pause(TURN_MS);
    }
    return ok(this.#end);
  }

  /** Without Consul nothing is decided: the last shares stay, and so does the lock or it is lost. */
  async #turn(): Promise<Result<void>> {
    const renewed = await this.#renew();
    if (!renewed.ok) return renewed;
    const command = await this.#nextCommand();
    if (!command.ok) return command;
    if (command.value !== undefined) {
      const obeyed = await this.#take({ type: "command", command: command.value });
      if (!obeyed.ok) return obeyed;
    }
    for (const checked of this.#options.checks.ended()) {
      const taken = await this.#take(checked);
      if (!taken.ok) return taken;
    }
    if (this.#end !== undefined) return ok(undefined);
    return this.#observe();
  }

  async #observe(): Promise<Result<void>> {
    const { from, to, service } = this.#canary.state.plan;
    const callers = await readCallers(this.#options.root, { service, from, to });
    if (this.#wasCutOff) {
      this.#wasCutOff = false;
      const told = await this.#take({ type: "reconnected" });
      if (!told.ok) return told;
    }
    const taken = await this.#take({ type: "observed", callers });
    const { watcher, context, shares } = this.#options;
    const { canaryPercent: writtenPercent } = shares;
    watcher.view({ canary: this.#canary, callers, writtenPercent, nowMs: context.clock.nowMs() });
    return taken;
  }

  async #renew(): Promise<Result<void>> {
    const nowMs = this.#options.context.clock.monotonicMs();
    if (nowMs - this.#renewedMs < RENEW_MS) return ok(undefined);
    const renewed = await this.#insist(() => this.#options.record.renew());
    if (renewed.ok) this.#renewedMs = nowMs;
    return renewed;
  }

  async #nextCommand(): Promise<Result<CanaryCommand | undefined>> {
    const own = this.#options.inbox.shift();
    if (own !== undefined) return ok(own);
    const asked = await this.#insist(() => this.#options.record.asked());
    if (!asked.ok || asked.value === undefined) return asked;
    const forgotten = await this.#insist(() => this.#options.record.forget());
    return forgotten.ok ? asked : forgotten;
  }

  /** What was decided is stored first, so that it outlives this process; then it is carried out. */
  async #take(event: CanaryEvent): Promise<Result<void>> {
    const { clock } = this.#options.context;
    const effects = this.#canary.take(event, clock.nowMs());
    const { state } = this.#canary;
    if (state !== this.#stored) {
      const written = await this.#insist(() => this.#options.record.write(state));
      if (!written.ok) return written;
      this.#stored = state;
    }
    for (const effect of effects) {
      const done = await this.#carryOut(effect);
      if (!done.ok) return done;
    }
    return ok(undefined);
  }

  async #carryOut(effect: CanaryEffect): Promise<Result<void>> {
    const { watcher, shares, sideRoutes, context } = this.#options;
    switch (effect.type) {
      case "notice":
        watcher.notice(effect.notice, context.clock.nowMs());
        return ok(undefined);
      case "weights":
        return this.#insist(() => shares.write(effect.canaryPercent));
      case "routes":
        return this.#insist(() => sideRoutes.set(effect));
      case "check":
        this.#options.checks.start(effect, this.#about());
        return ok(undefined);
      case "settle": {
        const settled = await this.#insist(() => shares.settle());
        return settled.ok ? this.#take({ type: "settled", statement: settled.value }) : settled;
      }
      case "end":
        this.#end = { outcome: effect.outcome, reason: effect.reason };
        return ok(undefined);
    }
  }

  /** Tries again while Consul is away; says so once. */
  async #insist<T>(call: () => Promise<Result<T>>): Promise<Result<T>> {
    for (;;) {
      const done = await call();
      const isAway = !done.ok && (done.failure.code === "unavailable" || done.failure.code === "timeout");
      if (isAway !== this.#isCutOff) {
        this.#isCutOff = isAway;
        this.#wasCutOff = true;
        const { watcher } = this.#options;
        watcher.remark(
          isAway ? `nothing is changed until Consul answers: ${done.failure.message}` : "Consul answers again",
        );
      }
      if (!isAway) return done;
      await this.#pause(RETRY_MS);
    }
  }

  /** A session that has ended may have a successor; somebody else's splitter ends the roll-out where it is. */
  async #lostOr(reason: Failure): Promise<Result<undefined>> {
    if (reason.code === "not_found" || reason.code === "cancelled") return ok(undefined);
    const { state } = this.#canary;
    assert(state.phase !== "ended", "an ended roll-out does nothing that could fail");
    const ending = { outcome: "aborted", reason: reason.message } as const;
    // The shares are somebody else's now; what leads past them is still ours.
    await this.#options.sideRoutes.set({ testers: false, mirror: false });
    await this.#options.record.write({ ...state, phase: "ended", ending });
    return err(reason.code, reason.message, reason);
  }

  /** For the environment of commands. */
  #about(): Readonly<Record<string, string>> {
    const { plan, step } = this.#canary.state;
    return {
      DROVER_CANARY_SERVICE: plan.service,
      DROVER_CANARY_FROM: plan.from,
      DROVER_CANARY_TO: plan.to,
      DROVER_CANARY_STEP: String(step + 1),
      DROVER_CANARY_PERCENT: String(this.#canary.wantedPercent),
    };
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#options.context.timers.after(delayMs, resolve));
  }
}
