import { unreachable } from "#core/base";
import type { CanaryCommand, CanaryEffect, CanaryEvent, NoticeKind } from "./exchange.ts";
import type { CanaryState, Outcome, Phase } from "./state.ts";
import { troubleOf } from "./trouble.ts";
import { checkStep, type StepCheck } from "./verdict.ts";
import { addTallies, type CallerReading, emptyTally, type Tally, Window } from "./window.ts";

/** How long callers may take to have the shares. */
const APPLY_MS = 30_000;
/** Of earlier steps, stable counts for so many requests at most: the window's own come first. */
const REFERENCE_REQUESTS_MAX = 5_000;

/**
 * One roll-out. Events go in with the time; effects come out, to be carried out in order. `state` is all that a successor
 * needs: it is to be stored before the effects are carried out, so that what was decided outlives who decided it.
 */
export class Canary {
  #state: CanaryState;
  #window = new Window();
  #nextCheckMs = 0;
  #lastCheck: StepCheck | undefined;
  #effects: CanaryEffect[] = [];
  #nowMs = 0;

  constructor(state: CanaryState) {
    this.#state = state;
  }

  get state(): CanaryState {
    return this.#state;
  }

  /** Of this step; undefined before its first check. */
  get lastCheck(): StepCheck | undefined {
    return this.#lastCheck;
  }

  /** What the window holds so far. */
  get counted(): { readonly canary: Tally; readonly stable: Tally } {
    return { canary: this.#window.canary, stable: this.#window.stable };
  }

  /** Canary's share as it should be now. */
  get wantedPercent(): number {
    const { phase, plan, step, ending } = this.#state;
    if (phase === "starting" || phase === "withdrawing") return 0;
    if (phase === "ended") return ending?.outcome === "promoted" ? 100 : 0;
    return plan.steps[step] ?? 0;
  }

  /** When the next check is due; undefined while none is. */
  get nextCheckMs(): number | undefined {
    return this.#state.phase === "measuring" && !this.#isPaused ? this.#nextCheckMs : undefined;
  }

  take(event: CanaryEvent, nowMs: number): readonly CanaryEffect[] {
    this.#nowMs = nowMs;
    this.#effects = [];
    switch (event.type) {
      case "begin":
        this.#begin();
        break;
      case "observed":
        this.#observe(event.callers);
        break;
      case "command":
        this.#obey(event.command);
        break;
      case "settled":
        this.#end(event.statement);
        break;
      default:
        unreachable(event);
    }
    return this.#effects;
  }

  #begin(): void {
    // Whoever begins has its own time to bring the shares into force.
    this.#state = { ...this.#state, phaseSinceMs: this.#nowMs };
    const { phase, plan } = this.#state;
    if (phase === "starting") {
      this.#notice("begun", `from ${plan.from} to ${plan.to} in steps of ${plan.steps.join(", ")} %`);
      this.#setWeights();
      return;
    }
    this.#notice("resumed-by-successor", `in phase ${phase}`);
    if (phase === "settling") this.#effects.push({ type: "settle" });
    else if (phase === "withdrawing") this.#setWeights();
    // The shares may or may not have been written, and nothing that was counted is known: this step begins anew.
    else if (phase !== "ended") this.#enter("shifting");
  }

  #observe(callers: readonly CallerReading[]): void {
    const { phase } = this.#state;
    if (phase === "ended" || phase === "settling") return;
    if (phase !== "withdrawing") {
      const trouble = troubleOf(callers, phase === "warming" || phase === "measuring");
      if (trouble !== undefined) return this.#withdraw("rolled-back", trouble);
    }
    if (phase === "measuring") this.#measure(callers);
    else if (phase === "warming") this.#warm(callers);
    else this.#awaitShares(callers);
  }

  #awaitShares(callers: readonly CallerReading[]): void {
    const { phase, phaseSinceMs, step } = this.#state;
    const behind = callers.filter(({ appliedPercent }) => !isSame(appliedPercent, this.wantedPercent));
    const isApplied = callers.length > 0 && behind.length === 0;
    if (!isApplied && this.#nowMs - phaseSinceMs < APPLY_MS) return;
    if (phase === "withdrawing") return this.#end(isApplied ? "" : "not every caller here has the shares yet");
    if (!isApplied) {
      const who = callers.length === 0 ? "no caller is measured" : `${behind.map(({ id }) => id).join(", ")} behind`;
      return this.#withdraw("rolled-back", `the shares are not in force after ${APPLY_MS / 1000} s: ${who}`);
    }
    this.#notice("applied", `${callers.length} of ${callers.length} callers`);
    if (phase === "starting") return this.#shiftTo(step);
    this.#enter("warming");
  }

  #warm(callers: readonly CallerReading[]): void {
    const { phaseSinceMs, plan, heldSinceMs } = this.#state;
    if (this.#isPaused || this.#nowMs - phaseSinceMs < plan.warmUpMs) return;
    this.#enter("measuring");
    this.#state = { ...this.#state, heldSinceMs: heldSinceMs ?? this.#nowMs };
    this.#openWindow(callers);
    this.#notice("measuring", `a check every ${plan.intervalMs / 1000} s`);
  }

  #openWindow(callers: readonly CallerReading[]): void {
    this.#window = new Window();
    this.#window.add(callers);
    this.#nextCheckMs = this.#nowMs + this.#state.plan.intervalMs;
  }

  #measure(callers: readonly CallerReading[]): void {
    if (this.#isPaused) return;
    if (!this.#window.add(callers)) {
      this.#notice("window-discarded", "a proxy's counters began anew");
      this.#openWindow(callers);
    }
    if (this.#nowMs >= this.#nextCheckMs) this.#check(callers);
    else this.#limitHold();
  }

  #check(callers: readonly CallerReading[]): void {
    const { plan, reference, failedChecks } = this.#state;
    const { canary, stable } = this.#window;
    const check = checkStep(canary, stable, reference, plan);
    this.#lastCheck = check;
    this.#nextCheckMs = this.#nowMs + plan.intervalMs;
    this.#notice("check", `${check.verdict}: ${check.reason}`, check);
    if (check.verdict === "pass") return this.#advance();
    if (check.verdict === "inconclusive") return this.#limitHold();
    this.#state = { ...this.#state, failedChecks: failedChecks + 1 };
    if (failedChecks + 1 > plan.failedChecks) return this.#withdraw("rolled-back", check.reason);
    this.#openWindow(callers);
  }

  /** Inconclusive for too long is no promotion. */
  #limitHold(): void {
    const { heldSinceMs, plan } = this.#state;
    if (heldSinceMs === undefined || this.#nowMs - heldSinceMs < plan.maxHoldMs) return;
    const found = this.#lastCheck?.reason ?? "not measured";
    this.#withdraw("rolled-back", `still inconclusive after ${plan.maxHoldMs / 1000} s: ${found}`);
  }

  #advance(): void {
    const { step, plan, reference } = this.#state;
    this.#state = { ...this.#state, reference: limited(addTallies(this.#window.stable, reference)) };
    if (step + 1 < plan.steps.length) return this.#shiftTo(step + 1);
    const reason = `${plan.to} has passed every step`;
    this.#state = { ...this.#state, ending: { outcome: "promoted", reason } };
    this.#enter("settling");
    this.#effects.push({ type: "settle" });
  }

  #shiftTo(step: number): void {
    this.#lastCheck = undefined;
    this.#window = new Window();
    this.#state = { ...this.#state, step, heldSinceMs: undefined };
    this.#enter("shifting");
  }

  #enter(phase: Phase): void {
    this.#state = { ...this.#state, phase, phaseSinceMs: this.#nowMs };
    if (phase === "shifting" || phase === "withdrawing") this.#setWeights();
  }

  #setWeights(): void {
    const { from, to } = this.#state.plan;
    const canaryPercent = this.wantedPercent;
    const rest = Number((100 - canaryPercent).toFixed(2));
    this.#notice("weights", `${from}=${rest} ${to}=${canaryPercent}`);
    this.#effects.push({ type: "weights", canaryPercent });
  }

  #withdraw(outcome: Outcome, reason: string): void {
    this.#state = { ...this.#state, ending: { outcome, reason }, pausedSinceMs: undefined };
    this.#notice("withdrawing", reason);
    this.#enter("withdrawing");
  }

  #obey(command: CanaryCommand): void {
    const { phase } = this.#state;
    if (phase === "withdrawing" || phase === "settling" || phase === "ended")
      return this.#notice("ignored", `${command}: too late, it is ${phase}`);
    if (command === "abort") return this.#withdraw("aborted", "aborted by command");
    if (command === "skip") return this.#skip();
    if (command === "pause") return this.#pause();
    this.#resume();
  }

  #skip(): void {
    if (this.#state.phase === "starting") return this.#notice("ignored", "skip: no step has begun");
    this.#resume();
    this.#notice("skipped", "this step counts as passed, by command");
    this.#advance();
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#state = { ...this.#state, pausedSinceMs: this.#nowMs };
    this.#notice("paused", "the shares stay as they are; what is broken still ends it");
  }

  /** What was counted across a pause is not judged. */
  #resume(): void {
    const { pausedSinceMs, heldSinceMs, phase } = this.#state;
    if (pausedSinceMs === undefined) return;
    const moved = heldSinceMs === undefined ? undefined : heldSinceMs + this.#nowMs - pausedSinceMs;
    this.#state = { ...this.#state, pausedSinceMs: undefined, heldSinceMs: moved };
    if (phase === "measuring") this.#openWindow([]);
    this.#notice("resumed", "");
  }

  #end(statement: string): void {
    const { ending, phase } = this.#state;
    if (phase === "ended" || ending === undefined) return;
    const reason = statement === "" ? ending.reason : `${ending.reason}; ${statement}`;
    this.#state = { ...this.#state, ending: { ...ending, reason } };
    this.#enter("ended");
    this.#notice("ended", `${ending.outcome}: ${reason}`);
    this.#effects.push({ type: "end", outcome: ending.outcome, reason });
  }

  get #isPaused(): boolean {
    return this.#state.pausedSinceMs !== undefined;
  }

  #notice(kind: NoticeKind, text: string, check?: StepCheck): void {
    const { step } = this.#state;
    const canaryPercent = this.wantedPercent;
    this.#effects.push({ type: "notice", notice: { kind, step, canaryPercent, text, ...(check && { check }) } });
  }
}

/** Shares are in hundredths of a per cent. */
function isSame(applied: number | undefined, wanted: number): boolean {
  return applied !== undefined && Math.abs(applied - wanted) < 0.005;
}

/** Scaled down, so that its rate and its latencies stay and it does not outweigh what is counted now. */
function limited(tally: Tally): Tally {
  const scale = Math.min(1, REFERENCE_REQUESTS_MAX / Math.max(1, tally.completed));
  if (tally.completed === 0) return emptyTally;
  return {
    completed: tally.completed * scale,
    errors: tally.errors * scale,
    retries: tally.retries * scale,
    latencies: tally.latencies.map(([lower, width, count]) => [lower, width, count * scale]),
  };
}
