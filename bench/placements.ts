import { Prng, Secret } from "#core/base";
import {
  EphemeralDisk,
  Evaluation,
  Job,
  NetworkResource,
  Node,
  NodeReservedResources,
  NodeResources,
  Port,
  Resources,
  Task,
  TaskGroup,
} from "#core/model";
import { schedule } from "#core/scheduler";
import { empty } from "#core/schema";
import { Store } from "#core/store";
import { cpuSeconds, report } from "./ratio.ts";

/**
 * Placements a CPU second: whole evaluations with feasibility, ports and metrics over 10,000 nodes ÷ a bare scan of as
 * many nodes with a table for 10^x (reference/performance.md G5a); and the rate at 95 % full ÷ empty (G7).
 */
const NODES = 10_000;
const ALLOCS = 1000;
const PAIRS = 9;
const NODE_CPU = 4000;
const NODE_MEMORY = 8192;
const TASK_CPU = 50;
const TASK_MEMORY = 30;

export async function placements(): Promise<boolean> {
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const store = region(NODES, 0);
    ratios.push(ALLOCS / cpuSeconds(() => place(store, ALLOCS, pair)) / scanRate());
  }
  const isFast = report({
    name: `placements/CPU-s ÷ table scan, ${NODES} nodes × ${ALLOCS}`,
    values: ratios,
    atLeast: 2,
  });
  const fill: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const [vacant, full] = [region(NODES, 0), region(NODES, 0.95)];
    fill.push(cpuSeconds(() => place(vacant, ALLOCS, pair)) / cpuSeconds(() => place(full, ALLOCS, pair)));
  }
  return report({ name: "rate at 95 % full ÷ empty", values: fill, atLeast: 0.7 }) && isFast;
}

/** Places and checks: a bench that does not look at its result measures nothing. */
function place(store: Store, count: number, seed: number): void {
  store.putJob(job(count));
  const evaluation = empty(Evaluation, {
    id: "bench",
    namespace: "default",
    jobId: "bench",
    type: "service",
    priority: 50,
    status: "pending",
  });
  const decision = schedule(evaluation, { store, random: new Prng(seed), nowMs: 0 });
  if (decision.placed.length !== count) throw new Error(`placed ${decision.placed.length} of ${count}`);
  const perNode = new Map<string, number>();
  for (const alloc of decision.placed) perNode.set(alloc.nodeId, (perNode.get(alloc.nodeId) ?? 0) + 1);
  for (const [nodeId, placed] of perNode) {
    const slot = store.nodes.slotOf(nodeId) as number;
    if (store.nodes.columns.usedCpuMhz.get(slot) + placed * TASK_CPU > NODE_CPU)
      throw new Error(`node ${nodeId} is over-committed`);
  }
}

function job(count: number): Job {
  const task = empty(Task, {
    name: "main",
    driver: "raw_exec",
    resources: empty(Resources, { cpu: TASK_CPU, memoryMb: TASK_MEMORY }),
  });
  const network = empty(NetworkResource, { dynamicPorts: [empty(Port, { label: "http", hostNetwork: "default" })] });
  const group = empty(TaskGroup, {
    name: "web",
    count,
    tasks: [task],
    networks: [network],
    ephemeralDisk: empty(EphemeralDisk, { sizeMb: 10 }),
  });
  const constraints = [{ lTarget: "${attr.kernel.name}", operand: "=", rTarget: "linux" }];
  return empty(Job, {
    id: "bench",
    name: "bench",
    namespace: "default",
    type: "service",
    datacenters: ["*"],
    nodePool: "default",
    constraints,
    taskGroups: [group],
  });
}

/** Nodes that are alike but for their ids, used to `fraction`. */
function region(count: number, fraction: number): Store {
  const store = new Store();
  store.begin(1);
  const resources = empty(NodeResources, {
    cpu: { cpuShares: NODE_CPU, totalCpuCores: 4, reservableCpuCores: null },
    memory: { memoryMb: NODE_MEMORY },
    disk: { diskMb: 100_000 },
    networks: [empty(NetworkResource, { mode: "host", device: "lo", ip: "127.0.0.1" })],
  });
  const drivers = {
    raw_exec: { attributes: null, detected: true, healthy: true, healthDescription: "", updateTimeMs: 0 },
  };
  for (let number = 0; number < count; number++) {
    const id = `${number.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const identity = {
      id,
      secretId: new Secret(""),
      name: `node-${number}`,
      datacenter: `dc${number % 25}`,
      nodePool: "default",
      computedClass: `v1:${number % 25}`,
    };
    const state = {
      status: "ready",
      schedulingEligibility: "eligible",
      attributes: { "kernel.name": "linux" },
      drivers,
    };
    store.putNode(
      empty(Node, { ...identity, ...state, nodeResources: resources, reservedResources: empty(NodeReservedResources) }),
    );
    const usage = {
      cpuMhz: fraction * NODE_CPU * 0.99,
      memoryMib: fraction * NODE_MEMORY * 0.99,
      diskMib: 0,
      ports: [],
    };
    if (fraction > 0) store.nodes.account(store.nodes.slotOf(id) as number, usage, 1);
  }
  return store;
}

/** The calibration: every node scored for every placement, 10^x from a table, nothing else. */
function scanRate(): number {
  const table = Float64Array.from({ length: 4097 }, (_, index) => 10 ** (index / 4096));
  const [cpu, memory] = [new Float64Array(NODES), new Float64Array(NODES)];
  const rounds = 200;
  const seconds = cpuSeconds(() => {
    for (let round = 0; round < rounds; round++) {
      let [best, bestScore] = [0, -1];
      for (let node = 0; node < NODES; node++) {
        const freeCpu = 1 - ((cpu[node] as number) + TASK_CPU) / NODE_CPU;
        const freeMemory = 1 - ((memory[node] as number) + TASK_MEMORY) / NODE_MEMORY;
        if (freeCpu < 0 || freeMemory < 0) continue;
        const score =
          20 - (table[(freeCpu * 4096 + 0.5) | 0] as number) - (table[(freeMemory * 4096 + 0.5) | 0] as number);
        if (score > bestScore) [best, bestScore] = [node, score];
      }
      cpu[best] = (cpu[best] as number) + TASK_CPU;
      memory[best] = (memory[best] as number) + TASK_MEMORY;
    }
  });
  return rounds / seconds;
}
