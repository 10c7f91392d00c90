import { expect, test } from "vitest";
import { Allocation } from "#core/model";
import { empty } from "#core/schema";
import { decodeBinary, encodeBinary } from "#core/wire";
import { sampleJob } from "#test/support";
import { AllocationPush, type AllocationChanges, PushReader, splitPush } from "./mod.ts";

function batchOf(count: number): AllocationChanges {
  const jobs = [sampleJob({ id: "a" }), sampleJob({ id: "b" })];
  const changed = Array.from({ length: count }, (_, at) =>
    empty(Allocation, {
      id: `alloc-${at}`,
      namespace: "default",
      jobId: jobs[at % 2]?.id ?? "",
      job: jobs[at % 2] ?? null,
    }),
  );
  return { index: 7, isFull: true, changed, removed: ["gone-1", "gone-2"] };
}

/** The messages as the other end sees them: after the wire. */
function sent(pushes: readonly AllocationPush[]): AllocationPush[] {
  return pushes.map((push) => {
    const back = decodeBinary(AllocationPush, encodeBinary(AllocationPush, push));
    if (!back.ok) throw new Error(back.failure.message);
    return back.value;
  });
}

function together(pushes: readonly AllocationPush[]): (AllocationChanges | undefined)[] {
  const reader = new PushReader();
  return pushes.map((push) => {
    const read = reader.read(push);
    if (!read.ok) throw new Error(read.failure.message);
    return read.value;
  });
}

test("a batch in parts is the same batch after the wire, and each message carries a job once", () => {
  const batch = batchOf(200);
  const pushes = splitPush(batch, 1_000);
  expect(pushes.length).toBeGreaterThan(3);
  for (const { jobs } of pushes) expect(jobs?.length).toBeLessThanOrEqual(2);
  const read = together(sent(pushes));
  expect(read.slice(0, -1)).toEqual(read.slice(0, -1).map(() => undefined));
  expect(read.at(-1)).toEqual(batch);
});

test("an empty batch is still a message: a node without allocations must hear that it has none", () => {
  const pushes = splitPush({ index: 3, isFull: true, changed: [], removed: [] });
  expect(together(sent(pushes))).toEqual([{ index: 3, isFull: true, changed: [], removed: [] }]);
});

test("one batch does not leak into the next", () => {
  const reader = new PushReader();
  for (const push of sent(splitPush(batchOf(4)))) reader.read(push);
  const next = reader.read(splitPush({ index: 8, isFull: false, changed: [], removed: ["x"] })[0] as AllocationPush);
  expect(next).toEqual({ ok: true, value: { index: 8, isFull: false, changed: [], removed: ["x"] } });
});

test("an allocation that names a job which its message does not hold is refused", () => {
  const [push] = splitPush(batchOf(2)) as [AllocationPush];
  const read = new PushReader().read({ ...push, jobs: [] });
  expect(read).toMatchObject({ ok: false, failure: { code: "corrupt" } });
});
