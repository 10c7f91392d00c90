import { describe, expect, test } from "vitest";
import { BlockedEvaluations, Broker, checkPlan, garbageOf, Heartbeats } from "#core/pipeline";
import { AllocatedResources, Allocation } from "#core/model";
import { empty } from "#core/schema";
import { Store } from "#core/store";
import { sampleEvaluation, sampleJob, sampleNode } from "#test/support";

function broker(): Broker {
  const tokens = Array.from("abcdefghijklmnop");
  return new Broker(() => tokens.shift() as string);
}

const evaluation = (id: string, known = {}) => sampleEvaluation({ id, jobId: id, ...known });
const TYPES = ["service", "batch"];

describe("the broker", () => {
  test("gives out by priority, then by age", () => {
    const queue = broker();
    queue.enqueue(evaluation("low", { priority: 10, createIndex: 1 }), 0);
    queue.enqueue(evaluation("young", { createIndex: 3 }), 0);
    queue.enqueue(evaluation("old", { createIndex: 2, type: "batch" }), 0);
    const ids = [1, 2, 3, 4].map(() => queue.dequeue(TYPES, 0)?.evaluation.id);
    expect(ids).toEqual(["old", "young", "low", undefined]);
  });

  test("gives one evaluation of a job at a time and cancels all but the newest that waited", () => {
    const queue = broker();
    queue.enqueue(evaluation("first", { jobId: "web" }), 0);
    const first = queue.dequeue(TYPES, 0);
    queue.enqueue(evaluation("second", { jobId: "web", modifyIndex: 5 }), 0);
    queue.enqueue(evaluation("third", { jobId: "web", modifyIndex: 6 }), 0);
    expect(queue.dequeue(TYPES, 0)).toBeUndefined();
    expect(queue.ack("first", first?.token ?? "")).toBe(true);
    expect(queue.dequeue(TYPES, 0)?.evaluation.id).toBe("third");
    expect(queue.takeCancelled().map((each) => each.id)).toEqual(["second"]);
  });

  test("takes back what is held too long, and refuses the token of then", () => {
    const queue = broker();
    queue.enqueue(evaluation("a"), 0);
    const lost = queue.dequeue(TYPES, 0);
    queue.tick(60_000);
    expect(queue.ack("a", lost?.token ?? "")).toBe(false);
    expect(queue.dequeue(TYPES, 60_500)).toBeUndefined();
    queue.tick(61_000);
    expect(queue.dequeue(TYPES, 61_000)?.evaluation.id).toBe("a");
  });

  test("delivers three times and then reports", () => {
    const queue = broker();
    queue.enqueue(evaluation("a"), 0);
    let now = 0;
    let exhausted: readonly unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const held = queue.dequeue(TYPES, now);
      queue.nack("a", held?.token ?? "", now);
      now += 100_000;
      exhausted = queue.tick(now).exhausted;
    }
    expect(exhausted).toHaveLength(1);
    expect(queue.size).toBe(0);
  });

  test("holds an evaluation until its time has come", () => {
    const queue = broker();
    queue.enqueue(evaluation("later"), 0, 5000);
    expect([queue.dequeue(TYPES, 0), queue.nextDueMs()]).toEqual([undefined, 5000]);
    queue.tick(5000);
    expect(queue.dequeue(TYPES, 5000)?.evaluation.id).toBe("later");
  });
});

describe("blocked evaluations", () => {
  const blocked = (id: string, known = {}) =>
    evaluation(id, { status: "blocked", classEligibility: { small: false, big: true }, snapshotIndex: 10, ...known });

  test("wake for a class that fits or was never seen, and not for one that does not", () => {
    const set = new BlockedEvaluations();
    set.block(blocked("a"));
    expect(set.unblock("small", 11)).toEqual([]);
    expect(set.unblock("big", 12).map((each) => each.id)).toEqual(["a"]);
    set.block(blocked("b", { snapshotIndex: 12 }));
    expect(set.unblock("novel", 13).map((each) => each.id)).toEqual(["b"]);
  });

  test("are at most one a job", () => {
    const set = new BlockedEvaluations();
    set.block(blocked("a", { jobId: "web" }));
    expect(set.block(blocked("b", { jobId: "web", snapshotIndex: 11 })).duplicates.map((each) => each.id)).toEqual([
      "a",
    ]);
    expect(set.size).toBe(1);
  });

  test("do not sleep through room that came while they were made", () => {
    const set = new BlockedEvaluations();
    set.unblock("big", 20);
    expect(set.block(blocked("a", { snapshotIndex: 15 })).missedRoom).toBe(true);
    expect(set.block(blocked("b", { snapshotIndex: 25 })).missedRoom).toBe(false);
  });
});

test("heartbeats expire once, and a renewal forgets the earlier deadline", () => {
  const wheel = new Heartbeats();
  wheel.renew("a", 100);
  wheel.renew("b", 100);
  wheel.renew("a", 200);
  expect(wheel.expire(150)).toEqual(["b"]);
  expect(wheel.expire(250)).toEqual(["a"]);
  expect(wheel.expire(999)).toEqual([]);
});

describe("the plan check", () => {
  const resources = (cpuShares: number): AllocatedResources => ({
    ...empty(AllocatedResources),
    tasks: {
      main: {
        cpu: { cpuShares, reservedCores: null },
        memory: { memoryMb: 1, memoryMaxMb: 0 },
        networks: null,
        devices: null,
      },
    },
  });
  const alloc = (id: number, nodeId: string, cpu: number) =>
    empty(Allocation, {
      id: `aaaaaaa${id}-0000-4000-8000-000000000000`,
      jobId: "web",
      nodeId,
      desiredStatus: "run",
      clientStatus: "pending",
      allocatedResources: resources(cpu),
    });

  test("accepts node by node: a full node loses its part, the rest stands", () => {
    const store = new Store();
    store.begin(1);
    for (const number of [1, 2]) store.putNode(sampleNode(number));
    const [first, second] = [sampleNode(1).id, sampleNode(2).id];
    const verdict = checkPlan(store, {
      placed: [alloc(1, first, 3000), alloc(2, first, 3000), alloc(3, second, 3000)],
      stoppedIds: [],
    });
    expect(verdict.accepted.map((each) => each.nodeId)).toEqual([second]);
    expect([...verdict.refused]).toEqual([[first, "cpu"]]);
  });

  test("counts what the plan itself stops as free", () => {
    const store = new Store();
    store.begin(1);
    store.putNode(sampleNode(1));
    const running = alloc(1, sampleNode(1).id, 3000);
    store.putAllocation({ alloc: running, jobVersion: 0 });
    const next = alloc(2, sampleNode(1).id, 3000);
    expect(checkPlan(store, { placed: [next], stoppedIds: [] }).accepted).toEqual([]);
    expect(checkPlan(store, { placed: [next], stoppedIds: [running.id] }).accepted).toEqual([next]);
  });

  test("refuses nodes that are gone, not ready or not eligible", () => {
    const store = new Store();
    store.begin(1);
    store.putNode(sampleNode(1, { status: "down" }));
    store.putNode(sampleNode(2, { schedulingEligibility: "ineligible" }));
    const placed = [1, 2, 3].map((number) => alloc(number, sampleNode(number).id, 1));
    expect([...checkPlan(store, { placed, stoppedIds: [] }).refused.values()]).toEqual([
      "node is not ready",
      "node is not eligible",
      "node does not exist",
    ]);
  });
});

test("garbage is what is over and old enough", () => {
  const store = new Store();
  store.begin(1);
  store.putJob(sampleJob({ status: "dead", submitTimeMs: 1000 }));
  store.putEvaluation(sampleEvaluation({ status: "complete", modifyTimeMs: 1000 }));
  store.putNode(sampleNode(1, { status: "down", statusUpdatedAt: 1 }));
  const rules = { evaluationAgeMs: 500, batchEvaluationAgeMs: 500, jobAgeMs: 500, nodeAgeMs: 500 };
  expect(garbageOf(store, rules, 1200)).toMatchObject({ jobs: [], evaluationIds: [], nodeIds: [] });
  expect(garbageOf(store, rules, 2000)).toMatchObject({
    jobs: [{ id: "web" }],
    evaluationIds: [sampleEvaluation().id],
    nodeIds: [sampleNode(1).id],
  });
});
