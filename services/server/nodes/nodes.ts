import { type Clock, err, ok, type Random, type Result, uuidFrom } from "#core/base";
import type { Command } from "#core/fsm";
import { type Allocation, type AllocationReport, Evaluation, type Job, type Node } from "#core/model";
import { computedClassOf } from "#core/scheduler";
import { empty } from "#core/schema";
import { type ChangeSet, isClientTerminal, type Store } from "#core/store";

/** Reports of one turn are written together (semantics §4). */
const REPORT_BATCH_MS = 50;

export interface NodesPorts {
  readonly store: () => Store;
  readonly propose: (command: Command) => Promise<Result<{ readonly index: number }>>;
  /** The node was heard of: milliseconds until it must be heard of again. */
  readonly heard: (nodeId: string) => number;
  /** Evaluations for all that has allocations on the node. */
  readonly nodeEvaluations: (nodeId: string) => Evaluation[];
  readonly clock: Clock;
  readonly random: Random;
  readonly after: (delayMs: number, run: () => void) => void;
}

/** A node's allocations, as they are pushed to it. */
export interface NodeAllocations {
  readonly index: number;
  readonly isFull: boolean;
  readonly changed: readonly Allocation[];
  readonly removed: readonly string[];
}

interface Watcher {
  readonly nodeId: string;
  readonly push: (batch: NodeAllocations) => void;
}

interface PendingReports {
  readonly nodeId: string;
  readonly reports: readonly AllocationReport[];
  readonly settle: (result: Result<void>) => void;
}

export class Nodes {
  readonly #ports: NodesPorts;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #pending: PendingReports[] = [];

  constructor(ports: NodesPorts) {
    this.#ports = ports;
  }

  /** Registers a node, or takes note of how it is now. */
  async register(node: Node): Promise<Result<{ readonly heartbeatTtlMs: number }>> {
    const known = this.#ports.store().nodes.get(node.id);
    if (known && known.secretId.reveal("authenticate") !== node.secretId.reveal("authenticate")) {
      return err("denied", "node secret ID does not match", {
        hint: "another client registered this node id; use a state directory of its own",
      });
    }
    const next: Node = {
      ...node,
      computedClass: computedClassOf(node),
      status: known?.status === "ready" ? "ready" : "initializing",
    };
    if (!known || isDifferent(known, next)) {
      const evaluations = known && hasChangedForScheduling(known, next) ? this.#ports.nodeEvaluations(node.id) : [];
      const written = await this.#ports.propose({ name: "nodeRegister", payload: { node: next, evaluations } });
      if (!written.ok) return written;
    }
    return ok({ heartbeatTtlMs: this.#ports.heard(node.id) });
  }

  async heartbeat(
    nodeId: string,
    secretId: string,
    status: string,
  ): Promise<Result<{ readonly heartbeatTtlMs: number }>> {
    const node = this.#authenticate(nodeId, secretId);
    if (!node.ok) return node;
    if (node.value.status !== status && status === "ready") {
      const written = await this.#becomeReady(node.value);
      if (!written.ok) return written;
    }
    return ok({ heartbeatTtlMs: this.#ports.heard(nodeId) });
  }

  /** Resolves when the reports are written; those that arrive within a short time share one entry. */
  report(nodeId: string, secretId: string, reports: readonly AllocationReport[]): Promise<Result<void>> {
    const node = this.#authenticate(nodeId, secretId);
    if (!node.ok) return Promise.resolve(node);
    return new Promise((settle) => {
      this.#pending.push({ nodeId, reports, settle });
      if (this.#pending.length === 1) this.#ports.after(REPORT_BATCH_MS, () => void this.#writeReports());
    });
  }

  /** Pushes a node's allocations, all of them first, then those that change. */
  watch(nodeId: string, secretId: string, push: (batch: NodeAllocations) => void): Result<Disposable> {
    const node = this.#authenticate(nodeId, secretId);
    if (!node.ok) return node;
    const watcher = { nodeId, push };
    const watchers = this.#watchers.get(nodeId) ?? new Set();
    this.#watchers.set(nodeId, watchers.add(watcher));
    push(this.#fullBatch(nodeId));
    return ok({
      [Symbol.dispose]: () => {
        watchers.delete(watcher);
        if (watchers.size === 0) this.#watchers.delete(nodeId);
      },
    });
  }

  /** Tells watchers what a batch of writes changed for them. */
  changed(changes: ChangeSet): void {
    const touched = new Map<string, Set<string>>();
    for (const change of changes) {
      if (change.table !== "allocs" || change.nodeId === undefined || !this.#watchers.has(change.nodeId)) continue;
      touched.set(change.nodeId, (touched.get(change.nodeId) ?? new Set()).add(change.id));
    }
    for (const [nodeId, ids] of touched) this.#push(nodeId, ids);
  }

  #push(nodeId: string, ids: ReadonlySet<string>): void {
    const store = this.#ports.store();
    const changed = [...ids].flatMap((id) => this.#withJob(id) ?? []);
    const removed = [...ids].filter((id) => !store.allocations.get(id));
    const batch = { index: store.lastIndex, isFull: false, changed, removed };
    for (const watcher of this.#watchers.get(nodeId) ?? []) watcher.push(batch);
  }

  #fullBatch(nodeId: string): NodeAllocations {
    const store = this.#ports.store();
    const ids = store.allocations.byNode(nodeId).map(({ alloc }) => alloc.id);
    return { index: store.lastIndex, isFull: true, changed: ids.flatMap((id) => this.#withJob(id) ?? []), removed: [] };
  }

  #withJob(allocId: string): Allocation | undefined {
    const store = this.#ports.store();
    const stored = store.allocations.get(allocId);
    if (!stored) return undefined;
    const { alloc, jobVersion } = stored;
    const job: Job | undefined =
      store.jobVersion(alloc.namespace, alloc.jobId, jobVersion) ?? store.job(alloc.namespace, alloc.jobId);
    return { ...alloc, job: job ?? null };
  }

  #authenticate(nodeId: string, secretId: string): Result<Node> {
    const node = this.#ports.store().nodes.get(nodeId);
    if (!node) return err("not_found", "node not found");
    if (node.secretId.reveal("authenticate") !== secretId) return err("denied", "node secret ID does not match");
    return ok(node);
  }

  #becomeReady(node: Node): Promise<Result<unknown>> {
    const event =
      node.status === "down" || node.status === "disconnected" ? nodeEvent("Node reregistered by heartbeat") : null;
    const evaluations = this.#ports.nodeEvaluations(node.id);
    return this.#ports.propose({
      name: "nodeStatusUpdate",
      payload: { nodeId: node.id, status: "ready", event, evaluations },
    });
  }

  async #writeReports(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    const byNode = new Map<string, PendingReports[]>();
    for (const each of pending) byNode.set(each.nodeId, [...(byNode.get(each.nodeId) ?? []), each]);
    for (const [nodeId, group] of byNode) {
      const reports = group.flatMap((each) => each.reports);
      const written = await this.#ports.propose({
        name: "clientUpdate",
        payload: { nodeId, reports, evaluations: this.#evaluationsFor(reports) },
      });
      for (const { settle } of group) settle(written.ok ? ok(undefined) : written);
    }
  }

  /** A job whose allocation has just failed is looked at again: its batch may want another. */
  #evaluationsFor(reports: readonly AllocationReport[]): Evaluation[] {
    const store = this.#ports.store();
    const jobs = new Map<string, Job>();
    for (const report of reports) {
      const alloc = store.allocations.get(report.id)?.alloc;
      if (!alloc || report.clientStatus !== "failed" || isClientTerminal(alloc.clientStatus)) continue;
      const job = store.job(alloc.namespace, alloc.jobId);
      if (job && !job.stop) jobs.set(`${job.namespace}\u0000${job.id}`, job);
    }
    return [...jobs.values()].map((job) => this.#failureEvaluation(job));
  }

  #failureEvaluation({ namespace, id: jobId, type, priority, jobModifyIndex }: Job): Evaluation {
    const nowMs = this.#ports.clock.nowMs();
    const identity = { id: uuidFrom(this.#ports.random), namespace, jobId, type, priority, jobModifyIndex };
    return empty(Evaluation, {
      ...identity,
      triggeredBy: "alloc-failure",
      status: "pending",
      createTimeMs: nowMs,
      modifyTimeMs: nowMs,
    });
  }
}

function nodeEvent(message: string): {
  message: string;
  subsystem: string;
  details: null;
  timestampMs: number;
  createIndex: number;
} {
  return { message, subsystem: "Cluster", details: null, timestampMs: 0, createIndex: 0 };
}

/** Whether anything that the node says of itself is new. */
function isDifferent(known: Node, next: Node): boolean {
  return describe(known) !== describe(next) || known.status !== next.status;
}

function describe(node: Node): string {
  const {
    name,
    datacenter,
    nodeClass,
    nodePool,
    attributes,
    meta,
    drivers,
    hostVolumes,
    httpAddr,
    nodeResources,
    reservedResources,
    links,
  } = node;
  const steady = Object.entries(drivers ?? {}).map(([driver, info]) => [
    driver,
    info.detected,
    info.healthy,
    info.healthDescription,
    info.attributes,
  ]);
  return JSON.stringify([
    name,
    datacenter,
    nodeClass,
    nodePool,
    attributes,
    meta,
    steady,
    hostVolumes,
    httpAddr,
    nodeResources,
    reservedResources,
    links,
  ]);
}

/** What makes a scheduler look at the node again (semantics §4); what only this node has, such as free space, does not. */
function hasChangedForScheduling(known: Node, next: Node): boolean {
  return schedulingFacts(known) !== schedulingFacts(next);
}

function schedulingFacts({
  name,
  datacenter,
  nodeClass,
  nodePool,
  computedClass,
  drivers,
  hostVolumes,
  nodeResources,
}: Node): string {
  const usable = Object.entries(drivers ?? {}).map(([driver, info]) => [driver, info.detected, info.healthy]);
  const { cpu, memory, devices } = nodeResources ?? {};
  return JSON.stringify([
    name,
    datacenter,
    nodeClass,
    nodePool,
    computedClass,
    usable,
    hostVolumes,
    cpu,
    memory,
    devices,
  ]);
}
