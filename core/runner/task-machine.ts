import { assert, type Random } from "#core/base";
import type { TaskEvent, TaskState } from "#core/model";
import { TaskState as TaskStateNoun } from "#core/model";
import { empty } from "#core/schema";
import { appendEvent, type EventDraft, type Exit, events, isSuccess, stamped } from "./events.ts";
import { type EndCause, type RestartCount, type RestartDecision, RestartTracker } from "./restart-tracker.ts";
import type { TaskSpec } from "./spec.ts";

/**
 * Where a task stands.
 * - `waiting`: its stage has not come.
 * - `preparing`: its directory and environment are being made.
 * - `starting`: its driver was asked to start it.
 * - `running`, `delaying` (shutdown_delay before a kill), `killing` (kill signal sent).
 * - `backoff`: waits for its restart.
 * - `dead`: over.
 */
export type TaskPhase = "waiting" | "preparing" | "starting" | "running" | "delaying" | "killing" | "backoff" | "dead";

export type TaskTimer = "restart" | "kill" | "shutdown-delay";

export type TaskInput =
  | { readonly kind: "begin" }
  | { readonly kind: "prepared" }
  /** Trying again can help with what the machine refused, not with what the job asks for. */
  | { readonly kind: "prepare-failed"; readonly event: EventDraft; readonly recoverable: boolean }
  | { readonly kind: "started"; readonly run: number }
  | { readonly kind: "start-failed"; readonly run: number; readonly message: string; readonly recoverable: boolean }
  | { readonly kind: "exited"; readonly exit: Exit }
  | { readonly kind: "timer"; readonly timer: TaskTimer }
  | { readonly kind: "kill"; readonly why?: EventDraft | undefined; readonly skipShutdownDelay?: boolean }
  | { readonly kind: "restart"; readonly reason: string }
  /** Something happened that its owner should see; changes nothing else. */
  | { readonly kind: "note"; readonly event: EventDraft };

export type TaskEffect =
  | { readonly kind: "prepare" }
  /** Start run number `run`; the same number after a restart of the agent means the same process. */
  | { readonly kind: "start"; readonly run: number }
  | { readonly kind: "signal"; readonly run: number; readonly signal: string }
  | { readonly kind: "recover"; readonly run: number }
  /** Its exit is noted: the driver may forget it. */
  | { readonly kind: "release"; readonly run: number }
  | { readonly kind: "arm"; readonly timer: TaskTimer; readonly delayMs: number }
  | { readonly kind: "disarm"; readonly timer: TaskTimer };

/** All that outlives the agent. */
export interface TaskSnapshot {
  readonly phase: TaskPhase;
  readonly run: number;
  readonly state: TaskState;
  readonly restarts: RestartCount;
  readonly restartDueMs: number;
  readonly isEnding: boolean;
  readonly isRestartAsked: boolean;
}

const FORCE_KILL = "SIGKILL";

/** The life of one task. Feed it inputs, carry out the effects in order; no time passes inside. */
export class TaskMachine {
  #spec: TaskSpec;
  readonly #random: Random;
  readonly #tracker: RestartTracker;
  #phase: TaskPhase;
  #run: number;
  #state: TaskState;
  #restartDueMs: number;
  /** Killed for good: its exit is not followed by a restart. */
  #isEnding: boolean;
  /** Somebody asked for a restart: the exit to come is not counted. */
  #isRestartAsked: boolean;
  #skipsShutdownDelay = false;
  #effects: TaskEffect[] = [];

  constructor(spec: TaskSpec, random: Random, nowMs: number, restored?: TaskSnapshot) {
    this.#spec = spec;
    this.#random = random;
    this.#tracker = new RestartTracker(restored?.restarts);
    this.#phase = restored?.phase ?? "waiting";
    this.#run = restored?.run ?? 0;
    this.#state = restored?.state ?? empty(TaskStateNoun, { state: "pending", events: [] });
    this.#restartDueMs = restored?.restartDueMs ?? 0;
    this.#isEnding = restored?.isEnding ?? false;
    this.#isRestartAsked = restored?.isRestartAsked ?? false;
    if (restored === undefined) this.#emit(events.received(), nowMs);
  }

  get spec(): TaskSpec {
    return this.#spec;
  }

  get phase(): TaskPhase {
    return this.#phase;
  }

  /** The number of its latest run, from 1. */
  get run(): number {
    return this.#run;
  }

  get state(): TaskState {
    return this.#state;
  }

  get isDead(): boolean {
    return this.#phase === "dead";
  }

  /** It was told to end for good. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  get hasProcess(): boolean {
    return this.#phase === "running" || this.#phase === "delaying" || this.#phase === "killing";
  }

  /** The run that a signal would reach, or undefined when there is none. */
  get liveRun(): number | undefined {
    return this.hasProcess ? this.#run : undefined;
  }

  snapshot(): TaskSnapshot {
    return {
      phase: this.#phase,
      run: this.#run,
      state: this.#state,
      restarts: this.#tracker.state,
      restartDueMs: this.#restartDueMs,
      isEnding: this.#isEnding,
      isRestartAsked: this.#isRestartAsked,
    };
  }

  /** Takes over changed kill, restart and delay settings; they count from the next use on. */
  update(spec: TaskSpec): void {
    assert(spec.name === this.#spec.name, "a task keeps its name");
    this.#spec = spec;
  }

  /** What a restarted agent has to do for a task that was underway. */
  resume(nowMs: number): readonly TaskEffect[] {
    this.#effects = [];
    if (this.#phase === "preparing") this.#do({ kind: "prepare" });
    if (this.#phase === "starting" || this.hasProcess) this.#do({ kind: "recover", run: this.#run });
    if (this.#phase === "backoff") this.#arm("restart", this.#restartDueMs - nowMs);
    return this.#effects;
  }

  /** The driver has the process of this run again: a kill that was underway goes on. */
  recovered(nowMs: number): readonly TaskEffect[] {
    this.#effects = [];
    if (this.#phase === "starting") return this.step({ kind: "started", run: this.#run }, nowMs);
    if (!this.hasProcess) return this.#effects;
    if (this.#isEnding) this.#sendKill();
    else if (this.#isRestartAsked) this.#stopForRestart();
    return this.#effects;
  }

  step(input: TaskInput, nowMs: number): readonly TaskEffect[] {
    this.#effects = [];
    if (input.kind === "note") this.#emit(input.event, nowMs);
    else if (!this.isDead) this.#handle(input, nowMs);
    return this.#effects;
  }

  #handle(input: Exclude<TaskInput, { kind: "note" }>, nowMs: number): void {
    switch (input.kind) {
      case "begin":
        return this.#begin(nowMs);
      case "prepared":
        return this.#prepared(nowMs);
      case "prepare-failed":
        return this.#prepareFailed(input.event, input.recoverable, nowMs);
      case "started":
        return input.run === this.#run ? this.#started(nowMs) : undefined;
      case "start-failed":
        return input.run === this.#run ? this.#startFailed(input.message, input.recoverable, nowMs) : undefined;
      case "exited":
        return this.#exited(input.exit, nowMs);
      case "timer":
        return this.#timer(input.timer, nowMs);
      case "kill":
        return this.#kill(input.why, input.skipShutdownDelay ?? false, nowMs);
      case "restart":
        return this.#restart(input.reason, nowMs);
    }
  }

  #begin(nowMs: number): void {
    if (this.#phase !== "waiting") return;
    this.#phase = "preparing";
    this.#emit(events.setup("Building Task Directory"), nowMs);
    this.#do({ kind: "prepare" });
  }

  #prepared(nowMs: number): void {
    if (this.#phase !== "preparing") return;
    if (this.#isEnding) return this.#die(false, nowMs);
    this.#launch();
  }

  #prepareFailed(event: EventDraft, recoverable: boolean, nowMs: number): void {
    if (this.#phase !== "preparing") return;
    this.#emit(event, nowMs);
    if (recoverable) this.#ended("failure", nowMs);
    else this.#die(true, nowMs);
  }

  #launch(): void {
    this.#phase = "starting";
    this.#run++;
    this.#do({ kind: "start", run: this.#run });
  }

  #started(nowMs: number): void {
    if (this.#phase !== "starting") return;
    this.#phase = "running";
    this.#state = { ...this.#state, state: "running", startedAtMs: nowMs };
    this.#emit(events.started(), nowMs);
    if (this.#isEnding) this.#beginKill(nowMs);
  }

  #startFailed(message: string, recoverable: boolean, nowMs: number): void {
    if (this.#phase !== "starting") return;
    this.#emit(events.driverFailure(message), nowMs);
    this.#ended(recoverable ? "failure" : "unrecoverable", nowMs);
  }

  #exited(exit: Exit, nowMs: number): void {
    // A short task's end can arrive before the news of its start does.
    if (this.#phase === "starting") this.#started(nowMs);
    if (!this.hasProcess) return;
    this.#disarm("kill", "shutdown-delay");
    this.#do({ kind: "release", run: this.#run });
    this.#emit(events.terminated(exit), nowMs);
    if (this.#isEnding) return this.#killedAndDead(nowMs);
    if (this.#isRestartAsked) return this.#restartAsAsked(nowMs);
    this.#ended(isSuccess(exit) ? "success" : "failure", nowMs);
  }

  #killedAndDead(nowMs: number): void {
    if (this.#phase === "killing") this.#emit(events.killed(), nowMs);
    this.#die(false, nowMs);
  }

  /** A run ended by itself: the policy says what follows. */
  #ended(cause: EndCause, nowMs: number): void {
    if (this.#isEnding) return this.#die(false, nowMs);
    const decision = this.#tracker.decide(this.#spec.restart, cause, nowMs, this.#random);
    this.#follow(decision, nowMs);
  }

  #follow(decision: RestartDecision, nowMs: number): void {
    if (decision.kind === "complete") return this.#die(false, nowMs);
    if (decision.kind === "give-up") {
      this.#emit(events.notRestarting(decision.reason), nowMs);
      return this.#die(true, nowMs);
    }
    this.#backOff(decision.reason, decision.delayNs, nowMs);
  }

  #restartAsAsked(nowMs: number): void {
    this.#isRestartAsked = false;
    this.#backOff("", 0, nowMs);
  }

  #backOff(reason: string, delayNs: number, nowMs: number): void {
    const { restarts } = this.#state;
    this.#phase = "backoff";
    this.#state = { ...this.#state, state: "pending", restarts: restarts + 1, lastRestartMs: nowMs };
    this.#emit(events.restarting(reason, delayNs), nowMs);
    this.#restartDueMs = nowMs + Math.ceil(delayNs / 1e6);
    if (delayNs === 0) this.#launchAgain();
    else this.#arm("restart", delayNs / 1e6);
  }

  /** The directory is made again: a start that follows a crash must not trust what the crash left. */
  #launchAgain(): void {
    this.#phase = "preparing";
    this.#do({ kind: "prepare" });
  }

  #timer(timer: TaskTimer, nowMs: number): void {
    if (timer === "restart" && this.#phase === "backoff") this.#launchAgain();
    if (timer === "shutdown-delay" && this.#phase === "delaying") this.#announceKill(nowMs);
    if (timer === "kill" && this.#phase === "killing") this.#signal(FORCE_KILL);
    if (timer === "kill" && this.#phase === "running" && this.#isRestartAsked) this.#signal(FORCE_KILL);
  }

  #kill(why: EventDraft | undefined, skipShutdownDelay: boolean, nowMs: number): void {
    if (skipShutdownDelay) this.#skipsShutdownDelay = true;
    if (this.#isEnding) return this.#hurry(nowMs);
    this.#isEnding = true;
    if (why) this.#emit(why, nowMs);
    if (this.#phase === "waiting") return this.#die(false, nowMs);
    if (this.#phase === "running") return this.#beginKill(nowMs);
    if (this.#phase !== "backoff") return;
    this.#disarm("restart");
    this.#emit(events.killed(), nowMs);
    this.#die(false, nowMs);
  }

  /** A second kill that does not want to wait ends the shutdown delay of the first. */
  #hurry(nowMs: number): void {
    if (this.#phase !== "delaying" || !this.#skipsShutdownDelay) return;
    this.#disarm("shutdown-delay");
    this.#announceKill(nowMs);
  }

  #beginKill(nowMs: number): void {
    const delayNs = this.#spec.shutdownDelayNs;
    if (delayNs === 0 || this.#skipsShutdownDelay) return this.#announceKill(nowMs);
    this.#phase = "delaying";
    this.#emit(events.shutdownDelay(delayNs), nowMs);
    this.#arm("shutdown-delay", delayNs / 1e6);
  }

  #announceKill(nowMs: number): void {
    this.#emit(events.killing(this.#spec.killTimeoutNs), nowMs);
    this.#sendKill();
  }

  #sendKill(): void {
    this.#phase = "killing";
    this.#signal(this.#spec.killSignal);
    this.#arm("kill", this.#spec.killTimeoutNs / 1e6);
  }

  #restart(reason: string, nowMs: number): void {
    if (this.#phase !== "running" || this.#isEnding || this.#isRestartAsked) return;
    this.#isRestartAsked = true;
    this.#emit(events.restartSignaled(reason), nowMs);
    this.#stopForRestart();
  }

  #stopForRestart(): void {
    this.#signal(this.#spec.killSignal);
    this.#arm("kill", this.#spec.killTimeoutNs / 1e6);
  }

  #die(failed: boolean, nowMs: number): void {
    this.#phase = "dead";
    this.#state = { ...this.#state, state: "dead", failed, finishedAtMs: nowMs };
  }

  #emit(event: EventDraft, nowMs: number): void {
    const stampedEvent: TaskEvent = stamped(event, nowMs);
    this.#state = { ...this.#state, events: appendEvent(this.#state.events, stampedEvent) };
  }

  #signal(signal: string): void {
    this.#do({ kind: "signal", run: this.#run, signal });
  }

  #arm(timer: TaskTimer, delayMs: number): void {
    this.#do({ kind: "arm", timer, delayMs: Math.max(0, Math.ceil(delayMs)) });
  }

  #disarm(...timers: readonly TaskTimer[]): void {
    for (const timer of timers) this.#do({ kind: "disarm", timer });
  }

  #do(effect: TaskEffect): void {
    this.#effects.push(effect);
  }
}
