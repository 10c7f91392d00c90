import { unreachable } from "#core/base";
import type { CanaryCommand, CanaryEffect, CanaryEvent, Notice } from "./exchange.ts";
import { CheckRounds, type CheckRun } from "./further.ts";
import type { NoticeKind } from "./notices.ts";
import type { CheckOutcome, Verdict } from "./outcome.ts";
import type { CanaryState, Outcome, Phase } from "./state.ts";
import { testerText } from "./testers.ts";
import { troubleOf } from "./trouble.ts";
import { checkStep, type StepCheck } from "./verdict.ts";
import { addTallies, type CallerReading, emptyTally, type Tally, Window } from "./window.ts";

/** How long callers may take to have the shares while Consul answers. */
const APPLY_MS = 30_000;
/** Who waits for approval for long is judged by what was counted within the last hour at most. */
const GUARD_WINDOW_MS = 3_600_000;
/** Of earlier steps, stable counts for so many requests at most: the window's own come first. */
const REFERENCE_REQUESTS_MAX = 5_000;

/**
 * One roll-out. Events go in with the time; effects come out, to be carried out in order. `state` is all that a successor
 * needs: it is to be stored before the effects are carried out, so that what was decided outlives who decided it.
 */
export class Canary {
  #state: CanaryState;
  #window = new Window();
  #windowSinceMs = 0;
  /** When Consul answered again; 0 if it was never away. */
  #reconnectedMs = 0;
  #nextCheckMs = 0;
  #lastCheck: StepCheck | undefined;
  /** The last check of this window has passed; further ones may be missing. */
  #hasPassed = false;
  readonly #rounds: CheckRounds;
  #effects: CanaryEffect[] = [];
  #nowMs = 0;

  constructor(state: CanaryState) {
    this.#state = state;
    this.#rounds = new CheckRounds(state.plan.checks, state.plan.intervalMs);
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
    const { phase, plan, step, ending, gate } = this.#state;
    if (phase === "starting" || phase === "withdrawing" || gate === 0) return 0;
    if (phase === "ended") return ending?.outcome === "promoted" ? 100 : 0;
    return plan.steps[step] ?? 0;
  }

  /** When the next check is due; undefined while none is. */
  get nextCheckMs(): number | undefined {
    return this.#isCounting && !this.#isPaused ? this.#nextCheckMs : undefined;
  }

  /** What a further check has found last in this window. */
  lastOutcome(name: string): CheckOutcome | undefined {
    return this.#rounds.latest(name);
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
      case "reconnected":
        this.#reconnectedMs = this.#nowMs;
        break;
      case "command":
        this.#obey(event.command);
        break;
      case "checked":
        this.#takeOutcome(event, event.outcome);
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
      this.#announceRoutes();
      return;
    }
    this.#notice("resumed-by-successor", `in phase ${phase}`);
    if (phase === "settling") this.#settle();
    else if (phase === "waiting") this.#stayWaiting();
    else if (phase === "withdrawing") this.#setWeights();
    // The shares may or may not have been written, and nothing that was counted is known: this step begins anew.
    else if (phase !== "ended") this.#enter("shifting");
  }

  #observe(callers: readonly CallerReading[]): void {
    const { phase } = this.#state;
    if (phase === "ended" || phase === "settling") return;
    if (phase !== "withdrawing") {
      const trouble = troubleOf(callers, phase === "warming" || this.#isCounting);
      if (trouble !== undefined) return this.#withdraw("rolled-back", trouble);
    }
    if (this.#isCounting) this.#measure(callers);
    else if (phase === "waiting") return;
    else if (phase === "warming") this.#warm(callers);
    else this.#awaitShares(callers);
  }

  #awaitShares(callers: readonly CallerReading[]): void {
    const { phase, step } = this.#state;
    const behind = callers.filter(({ appliedPercent }) => !isSame(appliedPercent, this.wantedPercent));
    const isApplied = callers.length > 0 && behind.length === 0;
    if (!isApplied && !this.#isLate) return;
    if (phase === "withdrawing") return this.#end(isApplied ? "" : "not every caller here has the shares yet");
    if (!isApplied) {
      const who = callers.length === 0 ? "no caller is measured" : `${behind.map(({ id }) => id).join(", ")} behind`;
      return this.#withdraw("rolled-back", `the shares are not in force after ${this.#waitedText}: ${who}`);
    }
    this.#notice("applied", `${callers.length} of ${callers.length} callers`);
    if (phase === "starting") return this.#goTo(step);
    this.#enter("warming");
  }

  /**
   * The callers' time runs while Consul answers. A step is not held longer by that than it may be by anything else; a
   * rollback waits as long as it must.
   */
  get #isLate(): boolean {
    const { phase, phaseSinceMs, plan } = this.#state;
    const heldMs = phase === "withdrawing" ? 0 : this.#nowMs - phaseSinceMs;
    const reachableSinceMs = Math.max(phaseSinceMs, this.#reconnectedMs);
    return this.#nowMs - reachableSinceMs >= APPLY_MS || heldMs >= Math.max(plan.maxHoldMs, APPLY_MS);
  }

  get #waitedText(): string {
    const { phaseSinceMs } = this.#state;
    if (this.#reconnectedMs <= phaseSinceMs) return `${APPLY_MS / 1000} s`;
    return `${Math.round((this.#nowMs - phaseSinceMs) / 1000)} s, in part without Consul`;
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
    this.#windowSinceMs = this.#nowMs;
    this.#hasPassed = false;
    this.#rounds.open(this.#nowMs);
    this.#nextCheckMs = this.#nowMs + this.#state.plan.intervalMs;
  }

  #measure(callers: readonly CallerReading[]): void {
    if (this.#isPaused) return;
    if (!this.#window.add(callers)) {
      this.#notice("window-discarded", "a proxy's counters began anew");
      this.#openWindow(callers);
    }
    for (const run of this.#rounds.due(this.#nowMs)) this.#effects.push({ type: "check", ...run });
    if (this.#nowMs >= this.#nextCheckMs) this.#check(callers);
    else this.#limitHold();
  }

  #check(callers: readonly CallerReading[]): void {
    const { plan, reference, failedChecks } = this.#state;
    const { canary, stable } = this.#window;
    const check = checkStep(canary, stable, reference, plan);
    const isNews = this.#isNews(this.#lastCheck?.verdict, check.verdict);
    this.#lastCheck = check;
    this.#nextCheckMs = this.#nowMs + plan.intervalMs;
    if (isNews) this.#notice("check", `${check.verdict}: ${check.reason}`, { check });
    this.#hasPassed = check.verdict === "pass";
    if (check.verdict !== "fail") return this.#tryAdvance(callers);
    this.#state = { ...this.#state, failedChecks: failedChecks + 1 };
    if (failedChecks + 1 > plan.failedChecks) return this.#withdraw("rolled-back", check.reason);
    this.#openWindow(callers);
  }

  /** What a further check has found. It fails the roll-out by itself, and promotes only with all others. */
  #takeOutcome(run: CheckRun, outcome: CheckOutcome): void {
    if (!this.#isCounting || this.#isPaused) return;
    const { name } = run;
    const before = this.#rounds.latest(name)?.verdict;
    const check = this.#rounds.take(run, outcome);
    if (!check) return;
    const { failedChecks } = check;
    if (this.#isNews(before, outcome.verdict))
      this.#notice("further-check", `${name}: ${outcome.verdict}: ${outcome.reason}`, {
        further: { name, ...outcome },
      });
    if (outcome.verdict !== "fail") return this.#tryAdvance();
    const failures = (this.#state.furtherFailures[name] ?? 0) + 1;
    this.#state = { ...this.#state, furtherFailures: { ...this.#state.furtherFailures, [name]: failures } };
    if (failures > failedChecks) this.#withdraw("rolled-back", `the check ${name}: ${outcome.reason}`);
  }

  #tryAdvance(callers: readonly CallerReading[] = []): void {
    const isPassed = this.#hasPassed && this.#rounds.missing === undefined;
    if (this.#state.phase === "waiting") return this.#guard(callers);
    if (isPassed) return this.#advance();
    this.#limitHold();
  }

  #guard(callers: readonly CallerReading[]): void {
    if (this.#nowMs - this.#windowSinceMs >= GUARD_WINDOW_MS) this.#openWindow(callers);
  }

  /** Who waits for days is told what has changed, not each check. */
  #isNews(before: Verdict | undefined, now: Verdict): boolean {
    return this.#state.phase !== "waiting" || before !== now;
  }

  /** Inconclusive for too long is no promotion. Who waits for approval is not inconclusive. */
  #limitHold(): void {
    const { heldSinceMs, plan } = this.#state;
    if (heldSinceMs === undefined || this.#nowMs - heldSinceMs < plan.maxHoldMs) return;
    const found = (this.#hasPassed ? this.#rounds.missing : this.#lastCheck?.reason) ?? "not measured";
    this.#withdraw("rolled-back", `still inconclusive after ${plan.maxHoldMs / 1000} s: ${found}`);
  }

  #advance(): void {
    const { step, plan, reference } = this.#state;
    this.#state = { ...this.#state, reference: limited(addTallies(this.#window.stable, reference)) };
    if (step + 1 < plan.steps.length) return this.#goTo(step + 1);
    const reason = `${plan.to} has passed every step`;
    this.#state = { ...this.#state, ending: { outcome: "promoted", reason } };
    this.#enter("settling");
    this.#settle();
  }

  /** Testers first: what leads to the subsets goes before them. */
  #settle(): void {
    this.#setRoutes();
    this.#effects.push({ type: "settle" });
  }

  /** To a step, or to the gate before it. */
  #goTo(step: number): void {
    const { plan } = this.#state;
    const percent = plan.steps[step] ?? 0;
    if (!plan.gates.includes(percent)) return this.#shiftTo(step);
    this.#state = { ...this.#state, gate: step, heldSinceMs: undefined };
    this.#enter("waiting");
    this.#openWindow([]);
    this.#notice("waiting", `for approval before ${percent} %: mesh canary approve ${plan.service}`);
  }

  /** Another process went on waiting: the shares stay those of the step before. */
  #stayWaiting(): void {
    this.#setWeights();
    this.#openWindow([]);
  }

  #shiftTo(step: number): void {
    this.#lastCheck = undefined;
    this.#window = new Window();
    this.#state = { ...this.#state, step, gate: undefined, heldSinceMs: undefined };
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
    this.#setRoutes();
  }

  /** Testers until it ends; mirrored requests as long as they are not the new version's own. */
  #setRoutes(): void {
    const { phase, plan } = this.#state;
    if (plan.testers.length === 0 && plan.mirrorPercent === undefined) return;
    const isOn = phase !== "withdrawing" && phase !== "settling" && phase !== "ended";
    const mirror = isOn && plan.mirrorPercent !== undefined && this.wantedPercent < 100;
    this.#effects.push({ type: "routes", testers: isOn && plan.testers.length > 0, mirror });
  }

  #announceRoutes(): void {
    const { testers, mirrorPercent, to } = this.#state.plan;
    const said = [
      testers.length > 0 && `requests with ${testers.map(testerText).join(" or ")} go to ${to}`,
      mirrorPercent !== undefined && `${mirrorPercent} % of the others are mirrored to ${to}`,
    ].filter((text) => text !== false);
    if (said.length > 0) this.#notice("routes", said.join("; "));
  }

  #withdraw(outcome: Outcome, reason: string): void {
    this.#state = { ...this.#state, ending: { outcome, reason }, pausedSinceMs: undefined, gate: undefined };
    this.#notice("withdrawing", reason);
    this.#enter("withdrawing");
  }

  #obey(command: CanaryCommand): void {
    const { phase } = this.#state;
    if (phase === "withdrawing" || phase === "settling" || phase === "ended")
      return this.#notice("ignored", `${command}: too late, it is ${phase}`);
    if (command === "abort") return this.#withdraw("aborted", "aborted by command");
    if (command === "skip") return this.#skip();
    if (command === "approve") return this.#approve();
    if (command === "pause") return this.#pause();
    this.#resume();
  }

  #skip(): void {
    if (this.#state.phase === "starting") return this.#notice("ignored", "skip: no step has begun");
    if (this.#state.phase === "waiting") return this.#notice("ignored", "skip: it waits for approval");
    this.#resume();
    this.#notice("skipped", "this step counts as passed, by command");
    this.#advance();
  }

  #approve(): void {
    const { gate, plan } = this.#state;
    if (gate === undefined) return this.#notice("ignored", "approve: nothing waits for approval");
    this.#resume();
    this.#notice("approved", `${plan.steps[gate]} %`);
    this.#shiftTo(gate);
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#state = { ...this.#state, pausedSinceMs: this.#nowMs };
    this.#notice("paused", "the shares stay as they are; what is broken still ends it");
  }

  /** What was counted across a pause is not judged. */
  #resume(): void {
    const { pausedSinceMs, heldSinceMs } = this.#state;
    if (pausedSinceMs === undefined) return;
    const moved = heldSinceMs === undefined ? undefined : heldSinceMs + this.#nowMs - pausedSinceMs;
    this.#state = { ...this.#state, pausedSinceMs: undefined, heldSinceMs: moved };
    if (this.#isCounting) this.#openWindow([]);
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

  /** A gate is guarded: who waits there with a share of the traffic is still judged. */
  get #isCounting(): boolean {
    const { phase, gate } = this.#state;
    return phase === "measuring" || (phase === "waiting" && gate !== 0);
  }

  #notice(kind: NoticeKind, text: string, found: Pick<Notice, "check" | "further"> = {}): void {
    const { step } = this.#state;
    const canaryPercent = this.wantedPercent;
    this.#effects.push({ type: "notice", notice: { kind, step, canaryPercent, text, ...found } });
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
