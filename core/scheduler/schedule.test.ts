import { describe, expect, test } from "vitest";
import { Prng } from "#core/base";
import { AllocatedResources, Allocation, type Job } from "#core/model";
import { schedule } from "#core/scheduler";
import { empty } from "#core/schema";
import { Store, usageOf } from "#core/store";
import { sampleEvaluation, sampleGroup, sampleJob, sampleNode, sampleTask } from "#test/support";

function region(nodes: number, jobs: readonly Job[] = []): Store {
  const store = new Store();
  store.begin(1);
  for (let number = 1; number <= nodes; number++) store.putNode(sampleNode(number));
  for (const job of jobs) store.putJob(job);
  return store;
}

function decide(store: Store, known = {}) {
  return schedule(sampleEvaluation(known), { store, random: new Prng(1), nowMs: 0 });
}

/** Writes what was decided, as the plan applier would. */
function carryOut(store: Store, decision: ReturnType<typeof decide>, clientStatus = "running"): void {
  store.begin(store.lastIndex + 1);
  const jobVersion = decision.job?.version ?? 0;
  for (const alloc of decision.placed)
    store.putAllocation({ alloc: { ...alloc, clientStatus, createIndex: store.lastIndex }, jobVersion });
  for (const stop of decision.stopped) {
    const known = store.allocations.get(stop.alloc.id);
    if (known) store.putAllocation({ ...known, alloc: { ...known.alloc, desiredStatus: "stop" } });
  }
}

function web(count: number, known: Partial<Job> = {}): Job {
  return sampleJob({ taskGroups: [sampleGroup({ count })], ...known });
}

const namesOf = (allocs: readonly Allocation[]) => allocs.map((alloc) => alloc.name);

describe("counts", () => {
  test("what is missing is placed under the lowest free names", () => {
    const store = region(3, [web(3)]);
    const decision = decide(store);
    expect(namesOf(decision.placed)).toEqual(["web.web[0]", "web.web[1]", "web.web[2]"]);
    expect(decision.annotations.desiredTgUpdates?.["web"]).toMatchObject({ place: 3, ignore: 0 });
  });

  test("what is too much is stopped, the highest names first", () => {
    const store = region(3, [web(3)]);
    carryOut(store, decide(store));
    store.putJob(web(1));
    const decision = decide(store);
    expect(decision.stopped.map(({ alloc }) => alloc.name)).toEqual(["web.web[1]", "web.web[2]"]);
    expect(decision.placed).toEqual([]);
  });

  test("a stopped job stops all of its allocations", () => {
    const store = region(2, [web(2)]);
    carryOut(store, decide(store));
    store.putJob(web(2, { stop: true }));
    expect(decide(store).stopped).toHaveLength(2);
  });

  test("an evaluation that finds all as it should be does nothing", () => {
    const store = region(2, [web(2)]);
    carryOut(store, decide(store));
    const decision = decide(store);
    expect([decision.placed, decision.stopped]).toEqual([[], []]);
    expect(decision.annotations.desiredTgUpdates?.["web"]).toMatchObject({ ignore: 2 });
  });
});

describe("a new version", () => {
  const changed = (args: readonly string[]): Job =>
    web(2, {
      version: 1,
      taskGroups: [sampleGroup({ count: 2, tasks: [sampleTask({ config: { command: "/bin/true", args } })] })],
    });

  test("that changes what a task is stops each allocation and places it again under its name", () => {
    const store = region(2, [web(2)]);
    store.putJobVersion(web(2));
    carryOut(store, decide(store));
    store.putJob(changed(["x"]));
    const decision = decide(store);
    expect(namesOf(decision.placed)).toEqual(["web.web[0]", "web.web[1]"]);
    expect(decision.placed.map((alloc) => alloc.previousAllocation)).toEqual(
      decision.stopped.map(({ alloc }) => alloc.id),
    );
    expect(decision.annotations.desiredTgUpdates?.["web"]).toMatchObject({ destructiveUpdate: 2, place: 0 });
  });

  test("that changes only later decisions is taken up in place", () => {
    const store = region(2, [web(2)]);
    store.putJobVersion(web(2));
    carryOut(store, decide(store));
    store.putJob(web(2, { version: 1, taskGroups: [sampleGroup({ count: 2, maxRunDurationNs: 5 })] }));
    const decision = decide(store);
    expect(decision.stopped).toEqual([]);
    expect(decision.annotations.desiredTgUpdates?.["web"]).toMatchObject({ inPlaceUpdate: 2 });
  });
});

describe("nodes", () => {
  test("that are lost have their allocations replaced", () => {
    const store = region(2, [web(1)]);
    const first = decide(store);
    carryOut(store, first);
    const nodeId = first.placed[0]?.nodeId as string;
    store.putNode({ ...(store.nodes.get(nodeId) as ReturnType<typeof sampleNode>), status: "down" });
    const decision = decide(store);
    expect(decision.stopped).toMatchObject([
      { clientStatus: "lost", description: "alloc is lost since its node is down" },
    ]);
    expect(decision.placed).toHaveLength(1);
    expect(decision.placed[0]?.nodeId).not.toBe(nodeId);
  });

  test("that do not meet a constraint are filtered, and the metric says by which", () => {
    const constraints = [{ lTarget: "${attr.kernel.name}", operand: "=", rTarget: "plan9" }];
    const decision = decide(region(2, [web(1, { constraints })]));
    expect(decision.failures["web"]).toMatchObject({
      nodesEvaluated: 2,
      nodesFiltered: 2,
      constraintFiltered: { "${attr.kernel.name} = plan9": 1, "computed class ineligible": 1 },
    });
    expect(decision.classEligibility).toEqual({ "v1:1": false });
  });

  test("without the driver are filtered", () => {
    const group = sampleGroup({ tasks: [sampleTask({ driver: "podman" })] });
    expect(decide(region(1, [web(1, { taskGroups: [group] })])).failures["web"]).toMatchObject({
      constraintFiltered: { "missing drivers": 1 },
    });
  });

  test("that are full are exhausted, in the dimension that ran out", () => {
    const huge = sampleTask();
    const group = sampleGroup({ tasks: [{ ...huge, resources: { ...huge.resources!, cpu: 900_000 } }] });
    expect(decide(region(1, [web(1, { taskGroups: [group] })])).failures["web"]).toMatchObject({
      nodesExhausted: 1,
      dimensionExhausted: { cpu: 1 },
      resourcesExhausted: { main: { cpu: 900_000 } },
    });
  });

  test("of another datacenter or pool are not looked at", () => {
    expect(decide(region(1, [web(1, { datacenters: ["dc9"] })])).failures["web"]).toMatchObject({
      nodesEvaluated: 0,
      nodesInPool: 0,
    });
    expect(decide(region(1, [web(1, { nodePool: "gpu" })])).failures["web"]).toMatchObject({
      nodesEvaluated: 0,
      nodePool: "gpu",
    });
  });

  test("take one allocation each when the job asks for hosts of their own", () => {
    const constraints = [{ lTarget: "", operand: "distinct_hosts", rTarget: "true" }];
    const decision = decide(region(2, [web(3, { constraints })]));
    expect(new Set(decision.placed.map((alloc) => alloc.nodeId)).size).toBe(2);
    expect(decision.failures["web"]).toMatchObject({ constraintFiltered: { distinct_hosts: 2 } });
    expect(decision.queued).toEqual({ web: 1 });
  });
});

describe("packing", () => {
  test("the fullest node that has room is taken", () => {
    const store = region(3, [sampleJob({ id: "other", taskGroups: [sampleGroup({ count: 1 })] }), web(1)]);
    carryOut(store, decide(store, { jobId: "other" }));
    const used = [...store.allocations.values()][0]?.alloc.nodeId;
    expect(decide(store).placed[0]?.nodeId).toBe(used);
  });

  test("no node is ever given more than it has, whatever the order", () => {
    const group = (cpu: number) =>
      sampleGroup({ count: 30, tasks: [sampleTask({ resources: { ...sampleTask().resources!, cpu } })] });
    const store = region(4, [web(0, { taskGroups: [group(700)] })]);
    const decision = decide(store);
    carryOut(store, decision);
    expect(decision.placed).toHaveLength(20);
    expect(decision.failures["web"]?.coalescedFailures).toBe(9);
    for (let slot = 0; slot < store.nodes.slotEnd; slot++) expect(store.nodes.columns.usedCpuMhz.get(slot)).toBe(3500);
  });

  test("dynamic ports are distinct on a node, a static port is given once a node", () => {
    const network = { mode: "host", device: "", cidr: "", ip: "", hostname: "", mBits: 0, dns: null, cni: null };
    const port = { value: 0, to: 0, hostNetwork: "default", ignoreCollision: false };
    const dynamic = { ...network, reservedPorts: null, dynamicPorts: [{ ...port, label: "http" }] };
    const store = region(1, [web(0, { taskGroups: [sampleGroup({ count: 5, networks: [dynamic] })] })]);
    const ports = decide(store).placed.flatMap((alloc) =>
      usageOf(alloc.allocatedResources ?? empty(AllocatedResources)).ports.map((port) => port.value),
    );
    expect(new Set(ports).size).toBe(5);
    const fixed = { ...network, dynamicPorts: null, reservedPorts: [{ ...port, label: "http", value: 8080 }] };
    store.putJob(web(0, { taskGroups: [sampleGroup({ count: 2, networks: [fixed] })] }));
    const decision = decide(store);
    expect(decision.placed).toHaveLength(1);
    expect(decision.failures["web"]?.dimensionExhausted).toEqual({ "network: reserved port collision http=8080": 1 });
  });
});

test("the same evaluation with the same seed decides the same", () => {
  const [left, right] = [region(50, [web(20)]), region(50, [web(20)])];
  expect(decide(left).placed).toEqual(decide(right).placed);
});

test("a system job runs once on every node that can run it", () => {
  const store = region(3, [web(1, { type: "system" })]);
  const decision = decide(store, { type: "system" });
  expect(new Set(decision.placed.map((alloc) => alloc.nodeId)).size).toBe(3);
  carryOut(store, decision);
  expect(decide(store, { type: "system" }).placed).toEqual([]);
});
