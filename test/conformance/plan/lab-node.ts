import { randomUUID } from "node:crypto";
import { type Result, Secret } from "#core/base";
import { type Allocation, Node, NodeReservedResources, NodeResources, TaskState } from "#core/model";
import { empty } from "#core/schema";
import { type AllocationBatch, type AllocationUpdate, RpcLink } from "#client/link";
import { MemoryLogger, realRandom, realTimers } from "#test/clients";

const HEARTBEAT_MS = 1000;
const detected = { attributes: null, detected: true, healthy: true, healthDescription: "Healthy", updateTimeMs: 0 };
const missing = { ...detected, detected: false, healthy: false, healthDescription: "" };

/** The node of the README of conformance/plan. Its driver `mock_driver` only says that tasks run. */
function labNode(): Node {
  const drivers = { mock_driver: detected, raw_exec: detected, docker: detected, java: detected, qemu: missing };
  const known = Object.entries(drivers).filter(([, driver]) => driver.detected);
  return empty(Node, {
    id: randomUUID(),
    secretId: new Secret(randomUUID()),
    datacenter: "dc1",
    name: "lab",
    nodePool: "default",
    nodeClass: "lab",
    meta: { rack: "r1", zone: "z1" },
    attributes: {
      "kernel.name": "linux",
      "cpu.arch": "amd64",
      "cpu.numcores": "2",
      "cpu.frequency": "2596",
      "cpu.totalcompute": "5192",
      "nomad.version": "2.0.6-dev",
      "nomad.service_discovery": "true",
      "os.signals": "SIGHUP,SIGINT,SIGQUIT,SIGKILL,SIGUSR1,SIGUSR2,SIGTERM",
      "plugins.secrets.nomad.version": "1.0.0",
      "plugins.secrets.vault.version": "1.0.0",
      "unique.hostname": "lab",
      ...Object.fromEntries(known.map(([name]) => [`driver.${name}`, "1"])),
    },
    drivers,
    status: "initializing",
    schedulingEligibility: "eligible",
    hostVolumes: { data: { name: "data", path: "/srv/data", readOnly: false, id: "" } },
    nodeResources: empty(NodeResources, {
      cpu: { cpuShares: 5192, totalCpuCores: 2, reservableCpuCores: [0, 1] },
      memory: { memoryMb: 24 * 1024 },
      disk: { diskMb: 100_000 },
      minDynamicPort: 20_000,
      maxDynamicPort: 32_000,
      nodeNetworks: [
        {
          mode: "host",
          device: "eth0",
          macAddress: "",
          speed: 1000,
          addresses: [{ family: "ipv4", alias: "default", address: "192.0.2.1", reservedPorts: "", gateway: "" }],
        },
      ],
    }),
    reservedResources: empty(NodeReservedResources),
  });
}

/** A node over the real node stream whose tasks run as soon as they are placed, and end when they are stopped. */
export class LabNode {
  readonly #node = labNode();
  readonly #link: RpcLink;
  readonly #logger = new MemoryLogger();
  readonly #leaving = new AbortController();
  readonly #told = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(server: string) {
    const ports = { timers: realTimers, random: realRandom, logger: this.#logger };
    this.#link = new RpcLink({ servers: [server], region: "global", requests: () => undefined, ...ports });
  }

  async start(): Promise<void> {
    const { id: nodeId, secretId } = this.#node;
    must(await this.#link.register(this.#node, this.#leaving.signal));
    must(await this.#beat());
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    this.#link.watchAllocations({ nodeId, secretId }, (batch) => void this.#take(batch));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#leaving.abort();
    this.#link.close();
  }

  #beat(): ReturnType<RpcLink["heartbeat"]> {
    const { id: nodeId, secretId } = this.#node;
    return this.#link.heartbeat({ nodeId, secretId, status: "ready" }, this.#leaving.signal);
  }

  async #take({ changed }: AllocationBatch): Promise<void> {
    const updates = changed.flatMap((allocation) => this.#updateOf(allocation));
    if (updates.length > 0) await this.#link.updateAllocations(updates, this.#leaving.signal);
  }

  #updateOf(allocation: Allocation): AllocationUpdate[] {
    const { id, nodeId, jobId, namespace, desiredStatus, taskGroup, job, deploymentStatus } = allocation;
    const isRunning = desiredStatus === "run";
    const clientStatus = isRunning ? "running" : "complete";
    if (this.#told.get(id) === `${clientStatus} ${allocation.deploymentId}`) return [];
    this.#told.set(id, `${clientStatus} ${allocation.deploymentId}`);
    const nowMs = Date.now();
    const state = empty(TaskState, {
      state: isRunning ? "running" : "dead",
      startedAtMs: nowMs,
      ...(isRunning ? {} : { finishedAtMs: nowMs }),
    });
    const group = job?.taskGroups?.find(({ name }) => name === taskGroup);
    const health = { healthy: true, timestampMs: nowMs, canary: deploymentStatus?.canary ?? false, modifyIndex: 0 };
    return [
      {
        id,
        nodeId,
        jobId,
        namespace,
        clientStatus,
        clientDescription: "",
        taskStates: Object.fromEntries((group?.tasks ?? []).map(({ name }) => [name, state])),
        deploymentStatus: isRunning && allocation.deploymentId !== "" ? health : null,
        networkStatus: null,
        modifyTimeMs: nowMs,
      },
    ];
  }
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}
