import { createHash } from "node:crypto";
import { assert, err, type Logger, ok, type Result, type TimerHandle } from "#core/base";
import type { AllocDeploymentStatus, Allocation, Job, Task, TaskGroup } from "#core/model";
import {
  type AllocEffect,
  AllocMachine,
  type AllocRules,
  type AllocSnapshot,
  type EventDraft,
  events,
  type Exit,
  judgeHealth,
  type TaskEffect,
  type TaskInput,
  type TaskSpec,
  taskSpec,
} from "#core/runner";
import type { Driver, RunWatcher } from "#client/driver/contract";
import type { AllocEnvironment, AllocObserver, AllocReport } from "./contract.ts";
import { groupOf, launchRequest, lostVariables, makeFolders, type TaskInJob, validate } from "./launch.ts";
import type { AllocStore } from "./store.ts";

const RECOVER_TRIES = 30;
/** The platform's timers overflow beyond this: a longer delay takes several. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const RECOVER_EVERY_MS = 1_000;

type Turn = () => readonly AllocEffect[];

/**
 * Runs one allocation: feeds its state machine, and carries out what that decides. What was decided is on disk before
 * anybody hears of it and before it is done.
 */
export class AllocRunner {
  readonly #environment: AllocEnvironment;
  readonly #store: AllocStore;
  readonly #observer: AllocObserver;
  readonly #logger: Logger;
  readonly #timers = new Map<string, TimerHandle>();
  readonly #turns: Turn[] = [];
  #allocation: Allocation;
  #job: Job;
  #group: TaskGroup;
  #machine: AllocMachine;
  #isTurning = false;
  #isDetached = false;

  private constructor(
    allocation: Allocation,
    parts: { readonly job: Job; readonly group: TaskGroup },
    environment: AllocEnvironment,
    store: AllocStore,
    observer: AllocObserver,
    restored: AllocSnapshot | undefined,
  ) {
    this.#environment = environment;
    this.#store = store;
    this.#observer = observer;
    this.#allocation = allocation;
    this.#job = parts.job;
    this.#group = parts.group;
    this.#logger = environment.logger.child(allocation.id.slice(0, 8));
    this.#machine = new AllocMachine(this.#specs(), this.#rules(), environment.random, this.#nowMs, restored);
  }

  static create(
    allocation: Allocation,
    environment: AllocEnvironment,
    store: AllocStore,
    observer: AllocObserver,
    restored?: AllocSnapshot,
  ): Result<AllocRunner> {
    const parts = groupOf(allocation);
    if (!parts.ok) return parts;
    return ok(new AllocRunner(allocation, parts.value, environment, store, observer, restored));
  }

  get allocation(): Allocation {
    return this.#allocation;
  }

  get isDone(): boolean {
    return this.#machine.isDone;
  }

  get isStopping(): boolean {
    return this.#machine.isStopping;
  }

  get report(): AllocReport {
    return { allocation: this.#allocation, status: this.#machine.status(), taskStates: this.#machine.taskStates() };
  }

  /** Starts a new allocation. */
  begin(): void {
    this.#turn(() => this.#machine.begin(this.#nowMs));
  }

  /** Takes up an allocation that an earlier agent left. */
  resume(): void {
    this.#turn(() => this.#machine.resume(this.#nowMs));
  }

  /** What the servers changed: a stop, or settings that can change while it runs. */
  update(allocation: Allocation): void {
    const parts = groupOf(allocation);
    if (!parts.ok) return this.#logger.log("error", parts.failure.message);
    this.#allocation = { ...allocation, deploymentStatus: this.#knownHealth(allocation) };
    this.#job = parts.value.job;
    this.#group = parts.value.group;
    this.#machine.update(this.#specs(), this.#rules());
    const isWanted = allocation.desiredStatus === "run" && allocation.clientStatus !== "lost";
    if (!isWanted && !this.isDone) this.stop(allocation.desiredTransition.noShutdownDelay ?? false);
  }

  /** Takes over changed limits of the client. */
  refresh(): void {
    this.#machine.update(this.#specs(), this.#rules());
  }

  stop(skipShutdownDelay: boolean): void {
    this.#turn(() => this.#machine.stop(skipShutdownDelay, this.#nowMs));
  }

  restart(task: string): void {
    this.#feed(task, { kind: "restart", reason: "User requested task to restart" });
  }

  hasTask(task: string): boolean {
    return this.#machine.task(task) !== undefined;
  }

  /** Tasks that have a process, with the number of their run. */
  liveTasks(): readonly { readonly task: string; readonly runId: string; readonly driver: Driver }[] {
    return [...this.#machine.tasks].flatMap((machine) => {
      const { name } = machine.spec;
      if (machine.liveRun === undefined) return [];
      return [{ task: name, runId: this.#runId(name, machine.liveRun), driver: this.#driver(name) }];
    });
  }

  /** The runs that are this allocation's to end. */
  claimedRuns(): readonly string[] {
    const open = [...this.#machine.tasks].filter((machine) => !machine.isDead && machine.run > 0);
    return open.map((machine) => this.#runId(machine.spec.name, machine.run));
  }

  async signal(task: string, signal: string): Promise<Result<void>> {
    const live = this.liveTasks().find((candidate) => candidate.task === task);
    if (live === undefined) return err("invalid", "Task not running");
    return live.driver.signal(live.runId, signal);
  }

  /** Lets go without stopping anything: the agent is leaving. */
  detach(): void {
    this.#isDetached = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  get #nowMs(): number {
    return this.#environment.clock.nowMs();
  }

  #specs(): TaskSpec[] {
    return (this.#group.tasks ?? []).map((task) =>
      taskSpec(this.#job, this.#group, task, {
        maxKillTimeoutNs: this.#environment.maxKillTimeoutNs(),
        defaultKillSignal: this.#environment.drivers.get(task.driver)?.defaultKillSignal ?? "SIGTERM",
      }),
    );
  }

  #rules(): AllocRules {
    return {
      shutdownDelayNs: this.#group.shutdownDelayNs ?? 0,
      maxRunDurationNs: this.#group.maxRunDurationNs ?? 0,
    };
  }

  #feed(task: string, input: TaskInput): void {
    this.#turn(() => this.#machine.step(task, input, this.#nowMs));
  }

  /** Turns are taken one after the other: an effect that answers at once does not run inside another's turn. */
  #turn(turn: Turn): void {
    if (this.#isDetached) return;
    this.#turns.push(turn);
    if (this.#isTurning) return;
    this.#isTurning = true;
    for (let next = this.#turns.shift(); next !== undefined; next = this.#turns.shift()) {
      const effects = next();
      this.#judgeHealth();
      this.#persist();
      this.#observer.changed(this.report);
      for (const effect of effects) this.#carryOut(effect);
    }
    this.#isTurning = false;
  }

  /** The servers' word, unless ours has not reached them yet. */
  #knownHealth(allocation: Allocation): AllocDeploymentStatus | null {
    const ours = this.#allocation.deploymentStatus;
    return allocation.deploymentStatus?.healthy === null || allocation.deploymentStatus === null
      ? (ours ?? allocation.deploymentStatus)
      : allocation.deploymentStatus;
  }

  /** Whether an allocation of a deployment is healthy is decided here, once. */
  #judgeHealth(): void {
    const { deploymentId, deploymentStatus } = this.#allocation;
    const rules = this.#group.update;
    if (deploymentId === "" || rules === null || rules.healthCheck === "manual") return;
    if (typeof deploymentStatus?.healthy === "boolean" || this.#machine.beganAtMs === 0) return;
    const health = judgeHealth(this.#machine.tasks, rules, this.#machine.beganAtMs, this.#nowMs);
    if (health.kind === "undecided")
      return this.#arm("health", health.untilMs - this.#nowMs, () => this.#turn(() => []));
    this.#disarm("health");
    if (health.kind === "unhealthy" && health.event) this.#noteAll(health.event);
    this.#decideHealth(health.kind === "healthy");
  }

  #decideHealth(healthy: boolean): void {
    const before = this.#allocation.deploymentStatus;
    const decided = { healthy, timestampMs: this.#nowMs, canary: before?.canary ?? false, modifyIndex: 0 };
    this.#allocation = { ...this.#allocation, deploymentStatus: decided };
    const written = this.#store.writeAllocation(this.#allocation);
    if (!written.ok) this.#logger.log("error", written.failure.message);
  }

  #noteAll(event: EventDraft): void {
    for (const task of this.#machine.tasks)
      if (!task.isDead)
        this.#turns.push(() => this.#machine.step(task.spec.name, { kind: "note", event }, this.#nowMs));
  }

  #persist(): void {
    const written = this.#store.writeProgress(this.#allocation.id, this.#machine.snapshot());
    if (!written.ok) this.#logger.log("error", written.failure.message);
  }

  #carryOut(effect: AllocEffect): void {
    if (effect.kind === "task") return this.#carryOutFor(effect.task, effect.effect);
    if (effect.kind === "disarm") return this.#disarm(effect.timer);
    const { timer, delayMs } = effect;
    this.#arm(timer, delayMs, () => this.#turn(() => this.#machine.timer(timer, this.#nowMs)));
  }

  #carryOutFor(task: string, effect: TaskEffect): void {
    switch (effect.kind) {
      case "prepare":
        return this.#prepare(task);
      case "start":
        return this.#start(task, effect.run);
      case "signal":
        return this.#signalRun(task, effect.run, effect.signal);
      case "recover":
        return this.#recover(task, effect.run, RECOVER_TRIES);
      case "release":
        return void this.#driver(task).release(this.#runId(task, effect.run));
      case "arm":
        return this.#arm(`${task}/${effect.timer}`, effect.delayMs, () =>
          this.#feed(task, { kind: "timer", timer: effect.timer }),
        );
      case "disarm":
        return this.#disarm(`${task}/${effect.timer}`);
    }
  }

  #prepare(task: string): void {
    const of = this.#inJob(task);
    const refusal = validate(of, this.#environment);
    if (refusal !== undefined) return this.#refuse(task, events.failedValidation(refusal), false);
    const isFirst = (this.#machine.task(task)?.state.startedAtMs ?? 0) === 0;
    const made = makeFolders(of, this.#environment, isFirst);
    if (!made.ok) return this.#refuse(task, events.setupFailure(made.failure.message), made.failure.code === "io");
    const lost = isFirst ? lostVariables(of) : [];
    if (lost.length > 0) this.#feed(task, { kind: "note", event: events.driverMessage(lostMessage(lost)) });
    this.#feed(task, { kind: "prepared" });
  }

  #refuse(task: string, event: EventDraft, recoverable: boolean): void {
    this.#feed(task, { kind: "prepare-failed", event, recoverable });
  }

  #start(task: string, run: number): void {
    const request = launchRequest(this.#inJob(task), this.#environment, this.#runId(task, run));
    const watch = this.#watch(task, run);
    void this.#driver(task)
      .start(request, watch)
      .then((started) => {
        if (started.ok) this.#feed(task, { kind: "started", run });
        else this.#feed(task, { kind: "start-failed", run, ...started.failure });
        return undefined;
      });
  }

  #signalRun(task: string, run: number, signal: string): void {
    void this.#driver(task)
      .signal(this.#runId(task, run), signal)
      .then((sent) => {
        const isTrouble = !sent.ok && sent.failure.code !== "not_found";
        if (isTrouble) this.#logger.log("warn", `signal ${signal} to ${task}: ${sent.failure.message}`);
        return undefined;
      });
  }

  #recover(task: string, run: number, triesLeft: number): void {
    const watch = this.#watch(task, run);
    void this.#driver(task)
      .recover(this.#runId(task, run), watch)
      .then((recovered) => {
        if (watch.hasExited) return undefined;
        if (recovered.ok) this.#turn(() => this.#machine.recovered(task, this.#nowMs));
        else if (recovered.failure.code === "not_found") this.#notRecovered(task, run, recovered.failure.message);
        else this.#recoverLater(task, run, triesLeft - 1, recovered.failure.message);
        return undefined;
      });
  }

  #recoverLater(task: string, run: number, triesLeft: number, message: string): void {
    if (triesLeft === 0) return this.#notRecovered(task, run, message);
    this.#arm(`${task}/recover`, RECOVER_EVERY_MS, () => this.#recover(task, run, triesLeft));
  }

  /** Nobody knows the run: either it was never started, or its end was seen by nobody. */
  #notRecovered(task: string, run: number, message: string): void {
    if (this.#machine.task(task)?.phase === "starting") return this.#start(task, run);
    this.#feed(task, { kind: "note", event: events.failedRestoring(`failed to restore task: ${message}`) });
    const exit: Exit = { code: -1, signal: 0, oomKilled: false, unknownCause: message };
    this.#feed(task, { kind: "exited", exit });
  }

  #watch(task: string, run: number): RunWatcher & { readonly hasExited: boolean } {
    let hasExited = false;
    return {
      get hasExited() {
        return hasExited;
      },
      exited: (exit) => {
        hasExited = true;
        if (this.#machine.task(task)?.run === run) this.#feed(task, { kind: "exited", exit });
      },
      noticed: (message) => this.#feed(task, { kind: "note", event: events.driverMessage(message) }),
    };
  }

  #inJob(name: string): TaskInJob {
    const task: Task | undefined = (this.#group.tasks ?? []).find((candidate) => candidate.name === name);
    assert(task, () => `no task ${name}`);
    return { allocation: this.#allocation, job: this.#job, group: this.#group, task };
  }

  #driver(name: string): Driver {
    const driver = this.#environment.drivers.get(this.#inJob(name).task.driver);
    assert(driver, () => `task ${name} got past its validation without a driver`);
    return driver;
  }

  /** Task names may hold any character and be long; a run's name may not. */
  #runId(task: string, run: number): string {
    const digest = createHash("sha256").update(task).digest("hex").slice(0, 8);
    return `${this.#allocation.id}-${digest}-${run}`;
  }

  #arm(name: string, delayMs: number, run: () => void): void {
    this.#disarm(name);
    const restMs = delayMs - TIMER_MS_MAX;
    const ring = (): void => {
      this.#timers.delete(name);
      if (restMs > 0) this.#arm(name, restMs, run);
      else run();
    };
    this.#timers.set(name, this.#environment.timers.after(Math.min(delayMs, TIMER_MS_MAX), ring));
  }

  #disarm(name: string): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }
}

function lostMessage(names: readonly string[]): string {
  return `env ${names.join(", ")}: the task does not see these, because their names are not identifiers`;
}
