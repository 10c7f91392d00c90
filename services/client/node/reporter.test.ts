import { beforeEach, expect, test } from "vitest";
import { err, ok, type Result } from "#core/base";
import { TaskState } from "#core/model";
import { empty } from "#core/schema";
import type { AllocReport } from "#client/alloc";
import { allocationOf, jobOf, ManualTime, MemoryLogger, shellTask } from "#test/clients";
import { StatusReporter } from "./reporter.ts";
import type { AllocationUpdate, ServerLink } from "#client/link";

let time: ManualTime;
let batches: string[][];
let answers: Result<void>[];
let reporter: StatusReporter;

beforeEach(() => {
  time = new ManualTime();
  batches = [];
  answers = [];
  const link = {
    updateAllocations: (updates: readonly AllocationUpdate[]) => {
      batches.push(updates.map((update) => `${update.id} ${update.clientStatus}`));
      return Promise.resolve(answers.shift() ?? ok(undefined));
    },
  } as unknown as ServerLink;
  const options = { link, nodeId: "n", clock: time, timers: time, logger: new MemoryLogger() };
  reporter = new StatusReporter({ ...options, signal: new AbortController().signal });
});

function report(id: string, status: "running" | "complete"): AllocReport {
  const allocation = allocationOf(id, jobOf("job", "batch", [shellTask("main", "")]));
  return { allocation, status: { status, description: "" }, taskStates: { main: empty(TaskState, { state: status }) } };
}

test("what happens within 200 ms is one batch, with the newest state of each", async () => {
  reporter.report(report("a", "running"));
  reporter.report(report("b", "running"));
  reporter.report(report("a", "complete"));
  await time.pass(199);
  expect(batches).toEqual([]);
  await time.pass(1);
  expect(batches).toEqual([["a complete", "b running"]]);
});

test("what says nothing new is not sent", async () => {
  reporter.report(report("a", "running"));
  await time.pass(300);
  reporter.report(report("a", "running"));
  await time.pass(10_000);
  expect(batches).toHaveLength(1);
});

test("a batch that was not taken is sent again, without what has become old", async () => {
  answers = [err("no_leader", "no leader"), err("unavailable", "away")];
  reporter.report(report("a", "running"));
  reporter.report(report("b", "running"));
  await time.pass(250);
  reporter.report(report("a", "complete"));
  await time.pass(5_000);
  expect(batches.length).toBeGreaterThanOrEqual(3);
  expect(batches.at(-1)?.toSorted()).toEqual(["a complete", "b running"]);
});

test("a thousand at most go in one batch", async () => {
  for (let number = 0; number < 2_500; number++) reporter.report(report(`a${number}`, "running"));
  await time.pass(5_000);
  expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 500]);
});

test("leaving sends what waits", async () => {
  reporter.report(report("a", "running"));
  await reporter.flush();
  expect(batches).toEqual([["a running"]]);
});
