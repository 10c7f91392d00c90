import { Secret } from "#core/base";
import {
  EphemeralDisk,
  Evaluation,
  Job,
  Node,
  NodeReservedResources,
  NodeResources,
  Resources,
  Task,
  TaskGroup,
} from "#core/model";
import { empty } from "#core/schema";

export function sampleTask(known: Partial<Task> = {}): Task {
  const resources = empty(Resources, { cpu: 100, memoryMb: 128 });
  return empty(Task, { name: "main", driver: "raw_exec", config: { command: "/bin/true" }, resources, ...known });
}

export function sampleGroup(known: Partial<TaskGroup> = {}): TaskGroup {
  return empty(TaskGroup, {
    name: "web",
    count: 1,
    tasks: [sampleTask()],
    ephemeralDisk: empty(EphemeralDisk, { sizeMb: 300 }),
    ...known,
  });
}

export function sampleJob(known: Partial<Job> = {}): Job {
  return empty(Job, {
    region: "global",
    namespace: "default",
    id: "web",
    name: "web",
    type: "service",
    priority: 50,
    datacenters: ["*"],
    nodePool: "default",
    taskGroups: [sampleGroup()],
    status: "pending",
    ...known,
  });
}

export function sampleNode(number: number, known: Partial<Node> = {}): Node {
  return empty(Node, {
    id: `${number.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`,
    secretId: new Secret("s"),
    datacenter: "dc1",
    name: `node-${number}`,
    nodePool: "default",
    attributes: { "kernel.name": "linux" },
    drivers: {
      raw_exec: { attributes: null, detected: true, healthy: true, healthDescription: "Healthy", updateTimeMs: 0 },
    },
    computedClass: "v1:1",
    status: "ready",
    schedulingEligibility: "eligible",
    nodeResources: empty(NodeResources, {
      cpu: { cpuShares: 4000, totalCpuCores: 4, reservableCpuCores: null },
      memory: { memoryMb: 8192 },
      disk: { diskMb: 100_000 },
    }),
    reservedResources: empty(NodeReservedResources),
    ...known,
  });
}

export function sampleEvaluation(known: Partial<Evaluation> = {}): Evaluation {
  return empty(Evaluation, {
    id: "eeeeeeee-0000-4000-8000-000000000001",
    namespace: "default",
    jobId: "web",
    priority: 50,
    type: "service",
    triggeredBy: "job-register",
    status: "pending",
    ...known,
  });
}
