import { assert, type Random } from "#core/base";
import type { TaskState } from "#core/model";
import { type EventDraft, events } from "./events.ts";
import type { TaskSpec } from "./spec.ts";
import { type ClientStatus, clientStatus } from "./status.ts";
import { type TaskEffect, type TaskInput, TaskMachine, type TaskSnapshot } from "./task-machine.ts";

export type AllocTimer = "group-shutdown-delay" | "max-run";

export type AllocEffect =
  | { readonly kind: "task"; readonly task: string; readonly effect: TaskEffect }
  | { readonly kind: "arm"; readonly timer: AllocTimer; readonly delayMs: number }
  | { readonly kind: "disarm"; readonly timer: AllocTimer };

/** What concerns the allocation as a whole; durations in nanoseconds, 0 for none. */
export interface AllocRules {
  readonly shutdownDelayNs: number;
  readonly maxRunDurationNs: number;
}

export interface AllocSnapshot {
  readonly tasks: Readonly<Record<string, TaskSnapshot>>;
  readonly beganAtMs: number;
  readonly isStopping: boolean;
  readonly hasOutrun: boolean;
}

const MAX_RUN_EXCEEDED = "allocation exceeded max_run_duration";

/**
 * The tasks of one allocation together: prestart, main, poststart, poststop; leader, siblings, sidecars. Feed it inputs,
 * carry out the effects in order.
 */
export class AllocMachine {
  readonly #tasks = new Map<string, TaskMachine>();
  #rules: AllocRules;
  #beganAtMs: number;
  #isStopping: boolean;
  /** The group's shutdown delay is over, or was none: kills may go out. */
  #mayKill: boolean;
  #skipsShutdownDelay = false;
  #hasOutrun: boolean;
  #effects: AllocEffect[] = [];

  constructor(specs: readonly TaskSpec[], rules: AllocRules, random: Random, nowMs: number, restored?: AllocSnapshot) {
    assert(specs.length > 0, "an allocation has a task");
    this.#rules = rules;
    this.#beganAtMs = restored?.beganAtMs ?? 0;
    this.#isStopping = restored?.isStopping ?? false;
    this.#hasOutrun = restored?.hasOutrun ?? false;
    this.#mayKill = this.#isStopping;
    for (const spec of specs)
      this.#tasks.set(spec.name, new TaskMachine(spec, random, nowMs, restored?.tasks[spec.name]));
  }

  get isDone(): boolean {
    return this.#every(() => true);
  }

  /** When its first task was let go; 0 before that. */
  get beganAtMs(): number {
    return this.#beganAtMs;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  task(name: string): TaskMachine | undefined {
    return this.#tasks.get(name);
  }

  get tasks(): Iterable<TaskMachine> {
    return this.#tasks.values();
  }

  taskStates(): Readonly<Record<string, TaskState>> {
    return Object.fromEntries([...this.#tasks].map(([name, task]) => [name, task.state]));
  }

  status(): ClientStatus {
    const states = [...this.#tasks.values()].map((task) => task.state);
    const computed = clientStatus(states, this.#mains().some(hasBegun));
    if (!this.#hasOutrun || computed.status !== "complete") return computed;
    return { status: "complete", description: MAX_RUN_EXCEEDED };
  }

  snapshot(): AllocSnapshot {
    return {
      tasks: Object.fromEntries([...this.#tasks].map(([name, task]) => [name, task.snapshot()])),
      beganAtMs: this.#beganAtMs,
      isStopping: this.#isStopping,
      hasOutrun: this.#hasOutrun,
    };
  }

  /** Takes over settings that changed in place. */
  update(specs: readonly TaskSpec[], rules: AllocRules): void {
    this.#rules = rules;
    for (const spec of specs) this.#tasks.get(spec.name)?.update(spec);
  }

  begin(nowMs: number): readonly AllocEffect[] {
    return this.#turn(nowMs, () => {
      this.#beganAtMs = nowMs;
      this.#armMaxRun(nowMs);
    });
  }

  /** After a restart of the agent: takes up what was underway. */
  resume(nowMs: number): readonly AllocEffect[] {
    return this.#turn(nowMs, () => {
      this.#armMaxRun(nowMs);
      for (const [name, task] of this.#tasks) this.#collect(name, task.resume(nowMs));
    });
  }

  recovered(name: string, nowMs: number): readonly AllocEffect[] {
    return this.#turn(nowMs, () => this.#collect(name, this.#named(name).recovered(nowMs)));
  }

  step(name: string, input: TaskInput, nowMs: number): readonly AllocEffect[] {
    return this.#turn(nowMs, () => this.#feed(name, input, nowMs));
  }

  timer(timer: AllocTimer, nowMs: number): readonly AllocEffect[] {
    return this.#turn(nowMs, () => {
      if (timer === "group-shutdown-delay") this.#mayKill = true;
      else this.#outrun();
    });
  }

  /** Ends the allocation; a second call that skips delays cuts those of the first short. */
  stop(skipShutdownDelay: boolean, nowMs: number): readonly AllocEffect[] {
    return this.#turn(nowMs, () => {
      if (skipShutdownDelay) this.#skipsShutdownDelay = true;
      const isFirst = !this.#isStopping;
      this.#isStopping = true;
      if (this.#rules.shutdownDelayNs === 0 || this.#skipsShutdownDelay) this.#mayKill = true;
      else if (isFirst) this.#arm("group-shutdown-delay", this.#rules.shutdownDelayNs / 1e6);
    });
  }

  #outrun(): void {
    this.#hasOutrun = true;
    this.#isStopping = true;
    this.#mayKill = true;
  }

  #turn(nowMs: number, act: () => void): readonly AllocEffect[] {
    this.#effects = [];
    act();
    while (this.#advance(nowMs));
    if (this.isDone) this.#effects.push({ kind: "disarm", timer: "max-run" });
    return this.#effects;
  }

  /** Does one thing that has become due; false when there was none. */
  #advance(nowMs: number): boolean {
    return (
      this.#stopTasks(nowMs) ||
      this.#followFailure(nowMs) ||
      this.#followLeader(nowMs) ||
      this.#followMains(nowMs) ||
      this.#beginDue(nowMs)
    );
  }

  /** The leader first, then the others, then the sidecars that served them. */
  #stopTasks(nowMs: number): boolean {
    if (!this.#isStopping || !this.#mayKill) return false;
    const leader = this.#live().filter((task) => task.spec.leader);
    const others = this.#live().filter((task) => !task.spec.sidecar);
    const next = [leader, others, this.#live()].find((group) => group.length > 0) ?? [];
    return this.#killAll(next, undefined, nowMs);
  }

  #followFailure(nowMs: number): boolean {
    const failed = [...this.#tasks.values()].find((task) => task.state.failed && task.spec.stage !== "poststop");
    return failed !== undefined && this.#killAll(this.#live(), events.siblingFailed(failed.spec.name), nowMs);
  }

  #followLeader(nowMs: number): boolean {
    const isDead = [...this.#tasks.values()].some((task) => task.spec.leader && task.isDead);
    return isDead && !this.#isStopping && this.#killAll(this.#live(), events.leaderDead(), nowMs);
  }

  /** When the main tasks are over, sidecars have nobody to serve and a poststart hook that waits has missed its time. */
  #followMains(nowMs: number): boolean {
    if (!this.#mains().every((task) => task.isDead)) return false;
    const leftOver = this.#live().filter((task) => task.spec.sidecar || task.phase === "waiting");
    return this.#killAll(leftOver, this.#isStopping ? undefined : events.mainDead(), nowMs);
  }

  #beginDue(nowMs: number): boolean {
    const due = [...this.#tasks.values()].filter((task) => task.phase === "waiting" && this.#isDue(task));
    for (const task of due) this.#feed(task.spec.name, { kind: "begin" }, nowMs);
    return due.length > 0;
  }

  #isDue(task: TaskMachine): boolean {
    switch (task.spec.stage) {
      case "prestart":
        return true;
      case "main":
        return this.#every((other) => other.spec.stage === "prestart", isPrestartDone);
      case "poststart":
        return this.#every((other) => other.spec.stage === "main", hasBegun);
      case "poststop":
        return this.#every((other) => other.spec.stage !== "poststop");
    }
  }

  #every(belongs: (task: TaskMachine) => boolean, holds = (task: TaskMachine) => task.isDead): boolean {
    return [...this.#tasks.values()].every((task) => !belongs(task) || holds(task));
  }

  #mains(): TaskMachine[] {
    return [...this.#tasks.values()].filter((task) => task.spec.stage === "main");
  }

  /** Tasks that a kill concerns: poststop hooks run after it. */
  #live(): TaskMachine[] {
    return [...this.#tasks.values()].filter((task) => !task.isDead && task.spec.stage !== "poststop");
  }

  /** True when a kill was new to one of them. */
  #killAll(tasks: readonly TaskMachine[], why: EventDraft | undefined, nowMs: number): boolean {
    const fresh = tasks.filter((task) => !task.isEnding || this.#isHurried(task));
    const skipShutdownDelay = this.#skipsShutdownDelay;
    for (const task of fresh) this.#feed(task.spec.name, { kind: "kill", why, skipShutdownDelay }, nowMs);
    return fresh.length > 0;
  }

  #isHurried(task: TaskMachine): boolean {
    return this.#skipsShutdownDelay && task.phase === "delaying";
  }

  #named(name: string): TaskMachine {
    const task = this.#tasks.get(name);
    assert(task, () => `no task ${name}`);
    return task;
  }

  #feed(name: string, input: TaskInput, nowMs: number): void {
    this.#collect(name, this.#named(name).step(input, nowMs));
  }

  #collect(task: string, effects: readonly TaskEffect[]): void {
    for (const effect of effects) this.#effects.push({ kind: "task", task, effect });
  }

  #armMaxRun(nowMs: number): void {
    if (this.#rules.maxRunDurationNs === 0 || this.#hasOutrun) return;
    this.#arm("max-run", this.#beganAtMs + this.#rules.maxRunDurationNs / 1e6 - nowMs);
  }

  #arm(timer: AllocTimer, delayMs: number): void {
    this.#effects.push({ kind: "arm", timer, delayMs: Math.max(0, Math.ceil(delayMs)) });
  }
}

function hasBegun(task: TaskMachine): boolean {
  return (task.state.startedAtMs ?? 0) > 0;
}

function isPrestartDone(task: TaskMachine): boolean {
  return task.spec.sidecar ? hasBegun(task) : task.isDead && !task.state.failed;
}
