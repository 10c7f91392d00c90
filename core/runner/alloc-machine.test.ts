import { describe, expect, test } from "vitest";
import { Prng } from "#core/base";
import {
  AllocMachine,
  type AllocRules,
  type AllocSnapshot,
  type Exit,
  type TaskInput,
  type TaskSpec,
} from "#core/runner";
import type { AllocEffect } from "./alloc-machine.ts";

const SECOND = 1e9;
const noRestarts = { attempts: 0, intervalNs: 0, delayNs: 0, mode: "fail", onSuccess: false } as const;
const twice = { attempts: 2, intervalNs: 60 * SECOND, delayNs: 10 * SECOND, mode: "fail", onSuccess: true } as const;

function spec(name: string, more: Partial<TaskSpec> = {}): TaskSpec {
  return {
    name,
    stage: "main",
    sidecar: false,
    leader: false,
    killSignal: "SIGINT",
    killTimeoutNs: 5 * SECOND,
    shutdownDelayNs: 0,
    restart: noRestarts,
    ...more,
  };
}

/** Plays an allocation and writes down what went in (`>`), what was decided, and the events that tasks got (`*`). */
class Play {
  nowMs = 1_000_000;
  machine: AllocMachine;
  readonly #specs: readonly TaskSpec[];
  readonly #rules: AllocRules;
  #lines: string[] = [];
  #seen = new Map<string, number>();

  constructor(specs: readonly TaskSpec[], rules: Partial<AllocRules> = {}) {
    this.#specs = specs;
    this.#rules = { shutdownDelayNs: 0, maxRunDurationNs: 0, ...rules };
    this.machine = new AllocMachine(specs, this.#rules, new Prng(1), this.nowMs);
    this.#note("create", []);
  }

  begin(): this {
    return this.#note("begin", this.machine.begin(this.nowMs));
  }

  stop(skip = false): this {
    return this.#note(skip ? "stop now" : "stop", this.machine.stop(skip, this.nowMs));
  }

  /** `main prepared`, `main started`, `main exits 0`, `main timer kill`, … */
  say(...sentences: readonly string[]): this {
    for (const sentence of sentences) {
      const [name, ...words] = sentence.split(" ") as [string, ...string[]];
      const run = this.machine.task(name)?.run ?? 0;
      this.#note(sentence, this.machine.step(name, inputOf(words, run), this.nowMs));
    }
    return this;
  }

  ring(timer: "group-shutdown-delay" | "max-run"): this {
    return this.#note(`timer ${timer}`, this.machine.timer(timer, this.nowMs));
  }

  /** The agent dies and another takes up the snapshot. */
  crash(): this {
    const snapshot = JSON.parse(JSON.stringify(this.machine.snapshot())) as AllocSnapshot;
    this.machine = new AllocMachine(this.#specs, this.#rules, new Prng(2), this.nowMs, snapshot);
    return this.#note("another agent", this.machine.resume(this.nowMs));
  }

  recovered(name: string): this {
    return this.#note(`${name} recovered`, this.machine.recovered(name, this.nowMs));
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** What was written since the last call, and the state of the allocation. */
  transcript(): string {
    const { status, description } = this.machine.status();
    const text = [...this.#lines, `= ${status}: ${description}`].join("\n");
    this.#lines = [];
    return `\n${text}\n`;
  }

  #note(said: string, effects: readonly AllocEffect[]): this {
    this.#lines.push(`> ${said}`);
    for (const task of this.machine.tasks) {
      const events = task.state.events ?? [];
      for (const event of events.slice(this.#seen.get(task.spec.name) ?? 0))
        this.#lines.push(`  * ${task.spec.name}: ${event.type}: ${event.displayMessage}`);
      this.#seen.set(task.spec.name, events.length);
    }
    for (const effect of effects)
      if (effect.kind !== "disarm" || effect.timer !== "max-run") this.#lines.push(`  ${effectText(effect)}`);
    return this;
  }
}

function inputOf(words: readonly string[], run: number): TaskInput {
  const [verb, word] = words;
  if (verb === "exits") return { kind: "exited", exit: exitOf(words.slice(1)) };
  if (verb === "timer") return { kind: "timer", timer: word as "kill" };
  if (verb === "started") return { kind: "started", run };
  if (verb === "fails")
    return { kind: "start-failed", run, message: words.slice(2).join(" "), recoverable: word === "recoverably" };
  if (verb === "restart") return { kind: "restart", reason: "User requested task to restart" };
  return { kind: "prepared" };
}

function exitOf([code, , signal]: readonly string[]): Exit {
  return { code: Number(code), signal: Number(signal ?? 0), oomKilled: false };
}

function effectText(effect: AllocEffect): string {
  if (effect.kind !== "task")
    return `${effect.kind} ${effect.timer}${effect.kind === "arm" ? ` ${effect.delayMs} ms` : ""}`;
  const { task, effect: inner } = effect;
  switch (inner.kind) {
    case "prepare":
      return `${task}: prepare`;
    case "start":
    case "recover":
    case "release":
      return `${task}: ${inner.kind} run ${inner.run}`;
    case "signal":
      return `${task}: ${inner.signal} to run ${inner.run}`;
    case "arm":
      return `${task}: arm ${inner.timer} ${inner.delayMs} ms`;
    case "disarm":
      return `${task}: disarm ${inner.timer}`;
  }
}

const up = (name: string): string[] => [`${name} prepared`, `${name} started`];

describe("one task", () => {
  test("a batch task runs once", () => {
    const play = new Play([spec("main")]).begin().say("main prepared", "main started");
    expect(play.transcript()).toBe(`
> create
  * main: Received: Task received by client
> begin
  * main: Task Setup: Building Task Directory
  main: prepare
> main prepared
  main: start run 1
> main started
  * main: Started: Task started by client
= running: Tasks are running
`);
    expect(play.say("main exits 0").transcript()).toBe(`
> main exits 0
  * main: Terminated: Exit Code: 0
  main: disarm kill
  main: disarm shutdown-delay
  main: release run 1
= complete: All tasks have completed
`);
  });

  test("a service is restarted within its policy, with a delay and up to a quarter more, then given up", () => {
    const play = new Play([spec("main", { restart: twice })]).begin().say(...up("main"));
    play.transcript();
    play.after(1000).say("main exits 1", "main timer restart", ...up("main"));
    expect(play.transcript()).toMatch(
      /Restarting: Task restarting in 1[0-2](\.\d+)?s\n[^]*arm restart 1[0-2]\d{3} ms\n[^]*start run 2/,
    );
    play.say("main exits 0", "main timer restart", ...up("main"), "main exits 1");
    expect(play.transcript()).toContain(
      'Not Restarting: Exceeded allowed attempts 2 in interval 1m0s and mode is "fail"',
    );
    expect(play.machine.task("main")?.state).toMatchObject({ failed: true, restarts: 2, state: "dead" });
  });

  test("attempts count anew in the next interval", () => {
    const play = new Play([spec("main", { restart: twice })]).begin().say(...up("main"));
    for (let round = 0; round < 6; round++) play.after(40_000).say("main exits 1", "main timer restart", ...up("main"));
    expect(play.machine.task("main")?.state).toMatchObject({ failed: false, restarts: 6 });
    expect(play.machine.task("main")?.state.events).toHaveLength(10);
  });

  test("in mode delay the next interval is waited for", () => {
    const restart = { ...twice, attempts: 1, mode: "delay" } as const;
    const play = new Play([spec("main", { restart })])
      .begin()
      .say(...up("main"), "main exits 1", "main timer restart", ...up("main"));
    play.transcript();
    const text = play.after(20_000).say("main exits 1").transcript();
    const delayMs = Number(/arm restart (\d+) ms/.exec(text)?.[1]);
    expect(delayMs).toBeGreaterThanOrEqual(50_000);
    expect(delayMs).toBeLessThan(53_000);
  });

  test("a start that cannot succeed is not tried again", () => {
    const play = new Play([spec("main", { restart: twice })]).begin().say("main prepared");
    play.transcript();
    expect(play.say("main fails finally no such program").transcript()).toBe(`
> main fails finally no such program
  * main: Driver Failure: no such program
  * main: Not Restarting: Error was unrecoverable
= failed: Failed tasks
`);
  });

  test("a stop interrupts, waits, and kills", () => {
    const play = new Play([spec("main", { restart: twice, shutdownDelayNs: 2 * SECOND })]).begin().say(...up("main"));
    play.transcript();
    expect(play.stop().say("main timer shutdown-delay", "main timer kill", "main exits 137 by 9").transcript()).toBe(`
> stop
  * main: Waiting for shutdown delay: Waiting for shutdown_delay of 2s before killing the task.
  main: arm shutdown-delay 2000 ms
> main timer shutdown-delay
  * main: Killing: Sent interrupt. Waiting 5s before force killing
  main: SIGINT to run 1
  main: arm kill 5000 ms
> main timer kill
  main: SIGKILL to run 1
> main exits 137 by 9
  * main: Terminated: Exit Code: 137, Signal: 9
  * main: Killed: Task successfully killed
  main: disarm kill
  main: disarm shutdown-delay
  main: release run 1
= complete: All tasks have completed
`);
  });

  test("a second stop that does not want to wait cuts delays short", () => {
    const rules = { shutdownDelayNs: 9 * SECOND };
    const play = new Play([spec("main", { shutdownDelayNs: 2 * SECOND })], rules).begin().say(...up("main"));
    play.transcript();
    expect(play.stop().ring("group-shutdown-delay").stop(true).transcript()).toBe(`
> stop
  arm group-shutdown-delay 9000 ms
> timer group-shutdown-delay
  * main: Waiting for shutdown delay: Waiting for shutdown_delay of 2s before killing the task.
  main: arm shutdown-delay 2000 ms
> stop now
  * main: Killing: Sent interrupt. Waiting 5s before force killing
  main: disarm shutdown-delay
  main: SIGINT to run 1
  main: arm kill 5000 ms
= running: Tasks are running
`);
  });

  test("a stop during a back-off ends the task without a process", () => {
    const play = new Play([spec("main", { restart: twice })]).begin().say(...up("main"), "main exits 1");
    play.transcript();
    expect(play.stop().say("main timer restart").transcript()).toBe(`
> stop
  * main: Killed: Task successfully killed
  main: disarm restart
> main timer restart
= complete: All tasks have completed
`);
  });

  test("a restart that was asked for does not count", () => {
    const play = new Play([spec("main", { restart: noRestarts })]).begin().say(...up("main"));
    play.transcript();
    expect(play.say("main restart", "main exits 130 by 2", ...up("main")).transcript()).toBe(`
> main restart
  * main: Restart Signaled: User requested task to restart
  main: SIGINT to run 1
  main: arm kill 5000 ms
> main exits 130 by 2
  * main: Terminated: Exit Code: 130, Signal: 2
  * main: Restarting: Task restarting in 0s
  main: disarm kill
  main: disarm shutdown-delay
  main: release run 1
  main: prepare
> main prepared
  main: start run 2
> main started
  * main: Started: Task started by client
= running: Tasks are running
`);
    expect(play.machine.task("main")?.state.restarts).toBe(1);
  });

  test("the end of a short task may be heard before its start", () => {
    const play = new Play([spec("main")]).begin().say("main prepared", "main exits 0", "main started");
    expect(
      play.machine
        .task("main")
        ?.state.events?.map((event) => event.type)
        .slice(2),
    ).toEqual(["Started", "Terminated"]);
    expect(play.machine.isDone).toBe(true);
  });
});

describe("tasks together", () => {
  const hook = (name: string, stage: TaskSpec["stage"], sidecar = false): TaskSpec => spec(name, { stage, sidecar });

  test("prestart hooks end, prestart sidecars run, then main, poststart, and at last poststop", () => {
    const play = new Play([
      hook("after", "poststop"),
      spec("main"),
      hook("then", "poststart"),
      hook("before", "prestart"),
      hook("beside", "prestart", true),
    ]);
    play.transcript();
    const begun = (text: string): string[] =>
      [...text.matchAll(/^ {2}(\w+): prepare$/gm)].map((match) => match[1] as string);
    expect(begun(play.begin().transcript())).toEqual(["before", "beside"]);
    expect(begun(play.say(...up("before"), "before exits 0").transcript())).toEqual([]);
    expect(begun(play.say(...up("beside")).transcript())).toEqual(["main"]);
    expect(begun(play.say(...up("main")).transcript())).toEqual(["then"]);
    expect(begun(play.say(...up("then"), "then exits 0").transcript())).toEqual([]);
    expect(play.say("main exits 0").transcript()).toBe(`
> main exits 0
  * main: Terminated: Exit Code: 0
  * beside: Main Tasks Dead: Main tasks in the group died
  * beside: Killing: Sent interrupt. Waiting 5s before force killing
  main: disarm kill
  main: disarm shutdown-delay
  main: release run 1
  beside: SIGINT to run 1
  beside: arm kill 5000 ms
= running: Tasks are running
`);
    expect(begun(play.say("beside exits 130 by 2").transcript())).toEqual(["after"]);
    expect(play.machine.status().status).toBe("running");
    expect(play.say(...up("after"), "after exits 0").transcript()).toContain("= complete: All tasks have completed");
  });

  test("a prestart hook that fails keeps the main task from starting; poststop cleans up", () => {
    const play = new Play([spec("main"), hook("before", "prestart"), hook("after", "poststop")]).begin();
    play.say(...up("before"));
    play.transcript();
    expect(play.say("before exits 1").transcript()).toBe(`
> before exits 1
  * main: Sibling Task Failed: Task's sibling "before" failed
  * before: Terminated: Exit Code: 1
  * before: Not Restarting: Policy allows no restarts
  * after: Task Setup: Building Task Directory
  before: disarm kill
  before: disarm shutdown-delay
  before: release run 1
  after: prepare
= failed: Failed tasks
`);
    expect(play.machine.task("main")?.state).toMatchObject({ state: "dead", failed: false });
  });

  test("a task that fails takes its siblings with it", () => {
    const play = new Play([spec("left"), spec("right")]).begin().say(...up("left"), ...up("right"));
    play.transcript();
    expect(play.say("left exits 3", "right exits 130 by 2").transcript()).toContain(`
  * right: Sibling Task Failed: Task's sibling "left" failed
  * right: Killing: Sent interrupt. Waiting 5s before force killing
`);
    expect(play.machine.task("right")?.state.failed).toBe(false);
    expect(play.machine.status()).toEqual({ status: "failed", description: "Failed tasks" });
  });

  test("a leader's end is everybody's, and a stop asks the leader first and sidecars last", () => {
    const specs = [spec("chief", { leader: true }), spec("aide"), hook("proxy", "prestart", true)];
    const all = [...up("proxy"), ...up("chief"), ...up("aide")];
    const ended = new Play(specs).begin().say(...all);
    ended.transcript();
    const text = ended.say("chief exits 0").transcript();
    expect(text).toContain("* aide: Leader Task Dead: Leader Task in Group dead");
    expect(text).toContain("aide: SIGINT to run 1");

    const stopped = new Play(specs).begin().say(...all);
    const signalled = (text: string): string[] =>
      [...text.matchAll(/(\w+): SIGINT/g)].map((match) => match[1] as string);
    stopped.transcript();
    expect(signalled(stopped.stop().transcript())).toEqual(["chief"]);
    expect(signalled(stopped.say("chief exits 0").transcript())).toEqual(["aide"]);
    expect(signalled(stopped.say("aide exits 0").transcript())).toEqual(["proxy"]);
  });

  test("a stop before anything was started leaves no process behind", () => {
    const play = new Play([spec("main"), hook("before", "prestart")]);
    play.transcript();
    expect(play.stop().transcript()).toBe(`
> stop
= complete: All tasks have completed
`);
  });

  test("an allocation that runs longer than it may is ended and says why", () => {
    const play = new Play([spec("main")], { maxRunDurationNs: 60 * SECOND }).begin().say(...up("main"));
    expect(play.transcript()).toContain("arm max-run 60000 ms");
    play.ring("max-run").say("main exits 130 by 2");
    expect(play.transcript()).toContain("= complete: allocation exceeded max_run_duration");
  });
});

describe("another agent", () => {
  test("takes up a running task by its run, and a restart by the time that is left", () => {
    const play = new Play([spec("main", { restart: twice })]).begin().say(...up("main"));
    play.transcript();
    expect(play.crash().recovered("main").transcript()).toBe(`
> another agent
  main: recover run 1
> main recovered
= running: Tasks are running
`);
    play.say("main exits 1");
    const dueMs = Number(/arm restart (\d+) ms/.exec(play.transcript())?.[1]);
    expect(play.after(4_000).crash().transcript()).toContain(`main: arm restart ${dueMs - 4_000} ms`);
  });

  test("goes on with a kill that was underway", () => {
    const play = new Play([spec("main")])
      .begin()
      .say(...up("main"))
      .stop();
    play.transcript();
    expect(play.crash().recovered("main").transcript()).toBe(`
> another agent
  main: recover run 1
> main recovered
  main: SIGINT to run 1
  main: arm kill 5000 ms
= running: Tasks are running
`);
  });

  test("finds a task started of which the last agent only knew that it was asked for", () => {
    const play = new Play([spec("main")]).begin().say("main prepared");
    play.transcript();
    expect(play.crash().recovered("main").transcript()).toContain("* main: Started: Task started by client");
  });

  test("at any moment comes to the same end", () => {
    const sentences = [
      ...up("before"),
      "before exits 0",
      ...up("main"),
      "main exits 0",
      ...up("after"),
      "after exits 0",
    ];
    const specs = [hookOf("before", "prestart"), spec("main"), hookOf("after", "poststop")];
    for (let crashAt = 0; crashAt <= sentences.length; crashAt++) {
      const play = new Play(specs).begin();
      for (const [index, sentence] of sentences.entries()) {
        if (index === crashAt) play.crash();
        play.say(sentence);
      }
      expect(play.machine.status()).toEqual({ status: "complete", description: "All tasks have completed" });
    }
  });
});

function hookOf(name: string, stage: TaskSpec["stage"]): TaskSpec {
  return spec(name, { stage });
}
