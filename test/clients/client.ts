import { tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtempSync } from "node:fs";
import { err, ok, type Result } from "#core/base";
import { AllocatedResources, Allocation, Job, LogConfig, type Node, RestartPolicy, Task, TaskGroup } from "#core/model";
import { empty } from "#core/schema";
import type { AllocationBatch, AllocationUpdate, Lease, ServerLink } from "#client/link";
import { type ClientConfig, defaultGarbage } from "#client/node";

/** Servers that only remember: what was registered, and the newest status of each allocation. */
export class RememberingServers implements ServerLink {
  readonly nodes: Node[] = [];
  readonly statuses: string[] = [];
  readonly updates = new Map<string, AllocationUpdate>();
  readonly history: AllocationUpdate[] = [];
  isAway = false;
  onUpdate: (update: AllocationUpdate) => void = () => {};
  #allocations = new Map<string, Allocation>();
  #onBatch: ((batch: AllocationBatch) => void) | undefined;
  #index = 1;

  register(node: Node): Promise<Result<Lease>> {
    if (this.isAway) return Promise.resolve(err("unavailable", "away"));
    this.nodes.push(node);
    return Promise.resolve(ok({ heartbeatTtlMs: 1000 }));
  }

  heartbeat({ status }: { status: string }): Promise<Result<Lease>> {
    if (this.isAway) return Promise.resolve(err("unavailable", "away"));
    this.statuses.push(status);
    return Promise.resolve(ok({ heartbeatTtlMs: 1000 }));
  }

  updateAllocations(updates: readonly AllocationUpdate[]): Promise<Result<void>> {
    if (this.isAway) return Promise.resolve(err("unavailable", "away"));
    for (const update of updates) {
      this.updates.set(update.id, update);
      this.history.push(update);
      this.onUpdate(update);
    }
    return Promise.resolve(ok(undefined));
  }

  watchAllocations(_: unknown, onBatch: (batch: AllocationBatch) => void): Disposable {
    this.#onBatch = onBatch;
    queueMicrotask(() =>
      onBatch({ index: this.#index, isFull: true, changed: [...this.#allocations.values()], removed: [] }),
    );
    return {
      [Symbol.dispose]: () => {
        this.#onBatch = undefined;
      },
    };
  }

  place(...allocations: readonly Allocation[]): void {
    for (const allocation of allocations) this.#allocations.set(allocation.id, allocation);
    this.#onBatch?.({ index: ++this.#index, isFull: false, changed: allocations, removed: [] });
  }

  stop(allocation: Allocation): void {
    this.place({ ...allocation, desiredStatus: "stop" });
  }

  remove(allocId: string): void {
    this.#allocations.delete(allocId);
    this.#onBatch?.({ index: ++this.#index, isFull: false, changed: [], removed: [allocId] });
  }
}

export function clientConfig(directory = mkdtempSync(join(tmpdir(), "drover-client-"))): ClientConfig {
  return {
    name: "test-node",
    region: "global",
    datacenter: "dc1",
    nodeClass: "",
    nodePool: "default",
    meta: { rack: "r1" },
    stateDirectory: join(directory, "state"),
    allocDirectory: join(directory, "alloc"),
    fingerprint: {
      networkInterface: "",
      loopbackOnly: true,
      networkSpeedMbits: 0,
      cpuTotalComputeMhz: 4000,
      memoryTotalMib: 4096,
      diskTotalMib: 20000,
      diskFreeMib: 20000,
      minDynamicPort: 20000,
      maxDynamicPort: 32000,
      reserved: { cpuMhz: 0, memoryMib: 0, diskMib: 0, ports: "", cores: [] },
      advertiseAddress: "127.0.0.1:4646",
    },
    options: { "driver.allowlist": "raw_exec" },
    rawExec: { enabled: true, deniedEnvvars: [] },
    maxKillTimeoutMs: 30_000,
    garbage: defaultGarbage,
    nodeMaxAllocs: 0,
    hostEnv: { PATH: "/usr/local/bin:/usr/bin:/bin", VAULT_TOKEN: "hidden" },
    ownUid: process.getuid?.() ?? 0,
  };
}

const SECOND = 1e9;

export const noRestarts: RestartPolicy = {
  attempts: 0,
  intervalNs: 10 * SECOND,
  delayNs: SECOND,
  mode: "fail",
  renderTemplates: false,
};

/** A raw_exec task that runs `script` in a shell. */
export function shellTask(name: string, script: string, more: Partial<Task> = {}): Task {
  return empty(Task, {
    name,
    driver: "raw_exec",
    config: { command: "/bin/sh", args: ["-c", script] },
    killTimeoutNs: SECOND,
    logConfig: empty(LogConfig, { maxFiles: 10, maxFileSizeMb: 10 }),
    ...more,
  });
}

export function jobOf(
  id: string,
  type: "service" | "batch",
  tasks: readonly Task[],
  group: Partial<TaskGroup> = {},
): Job {
  const only = empty(TaskGroup, { name: "web", count: 1, tasks, restartPolicy: noRestarts, ...group });
  return empty(Job, {
    id,
    name: id,
    type,
    namespace: "default",
    region: "global",
    datacenters: ["dc1"],
    taskGroups: [only],
  });
}

export function allocationOf(id: string, job: Job, more: Partial<Allocation> = {}): Allocation {
  const group = job.taskGroups?.[0] as TaskGroup;
  return empty(Allocation, {
    id,
    name: `${job.id}.${group.name}[0]`,
    namespace: "default",
    jobId: job.id,
    job,
    taskGroup: group.name,
    desiredStatus: "run",
    clientStatus: "pending",
    allocatedResources: empty(AllocatedResources, {
      tasks: Object.fromEntries(
        (group.tasks ?? []).map((task) => [
          task.name,
          {
            cpu: { cpuShares: 100, reservedCores: null },
            memory: { memoryMb: 64, memoryMaxMb: 0 },
            networks: null,
            devices: null,
          },
        ]),
      ),
      shared: {
        networks: null,
        diskMb: 300,
        ports: [{ label: "http", value: 21234, to: 0, hostIp: "127.0.0.1", ignoreCollision: false }],
      },
    }),
    ...more,
  });
}
