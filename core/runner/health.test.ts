import { expect, test } from "vitest";
import { Prng } from "#core/base";
import { AllocMachine, judgeHealth, type TaskInput, type TaskSpec } from "#core/runner";

const SECOND = 1e9;
const rules = { minHealthyTimeNs: 10 * SECOND, healthyDeadlineNs: 60 * SECOND };
const restart = { attempts: 5, intervalNs: 600 * SECOND, delayNs: 0, mode: "fail", onSuccess: true } as const;

function spec(name: string, more: Partial<TaskSpec> = {}): TaskSpec {
  const base = { stage: "main", sidecar: false, leader: false, killSignal: "SIGINT", killTimeoutNs: SECOND } as const;
  return { name, ...base, shutdownDelayNs: 0, restart, ...more };
}

/** An allocation that began at 0. */
function begun(...specs: readonly TaskSpec[]): AllocMachine {
  const machine = new AllocMachine(specs, { shutdownDelayNs: 0, maxRunDurationNs: 0 }, new Prng(1), 0);
  machine.begin(0);
  return machine;
}

function feed(machine: AllocMachine, name: string, nowMs: number, ...inputs: readonly TaskInput["kind"][]): void {
  for (const kind of inputs) {
    const run = machine.task(name)?.run ?? 0;
    const exit = { code: 0, signal: 0, oomKilled: false };
    machine.step(name, { kind, run, exit } as unknown as TaskInput, nowMs);
  }
}

const judge = (machine: AllocMachine, nowMs: number) => judgeHealth(machine.tasks, rules, 0, nowMs);

test("healthy after min_healthy_time of running, counted anew after a restart", () => {
  const machine = begun(spec("main"));
  expect(judge(machine, 0)).toEqual({ kind: "undecided", untilMs: 60_000 });
  feed(machine, "main", 1_000, "prepared", "started");
  expect(judge(machine, 1_000)).toEqual({ kind: "undecided", untilMs: 11_000 });
  feed(machine, "main", 5_000, "exited", "prepared", "started");
  expect(judge(machine, 11_000)).toEqual({ kind: "undecided", untilMs: 15_000 });
  expect(judge(machine, 15_000)).toEqual({ kind: "healthy" });
});

test("unhealthy at the deadline, and says what was waited for", () => {
  const machine = begun(spec("main"));
  feed(machine, "main", 55_000, "prepared", "started");
  expect(judge(machine, 55_000)).toEqual({ kind: "undecided", untilMs: 60_000 });
  expect(judge(machine, 60_000)).toMatchObject({
    kind: "unhealthy",
    event: { displayMessage: "Task not running for min_healthy_time of 10s by healthy_deadline of 1m0s" },
  });
});

test("unhealthy as soon as a task fails or is over", () => {
  const machine = begun(spec("main", { restart: { ...restart, attempts: 0 } }));
  feed(machine, "main", 1_000, "prepared", "started", "exited");
  expect(judge(machine, 1_000)).toEqual({ kind: "unhealthy", event: undefined });
});

test("prestart hooks end and poststop hooks wait: neither counts, a sidecar does", () => {
  const hook = spec("before", { stage: "prestart", restart: { ...restart, onSuccess: false } });
  const machine = begun(
    spec("main"),
    hook,
    spec("beside", { stage: "prestart", sidecar: true }),
    spec("after", { stage: "poststop" }),
  );
  feed(machine, "before", 1_000, "prepared", "started", "exited");
  feed(machine, "beside", 2_000, "prepared", "started");
  feed(machine, "main", 1_500, "prepared", "started");
  expect(judge(machine, 11_500)).toEqual({ kind: "undecided", untilMs: 12_000 });
  expect(judge(machine, 12_000)).toEqual({ kind: "healthy" });
});
