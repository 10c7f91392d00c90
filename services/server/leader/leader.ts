import { type Clock, type Logger, type Random, type Result, type TimerHandle, type Timers, uuidFrom } from "#core/base";
import { type Command, isTerminalEvaluation } from "#core/fsm";
import { Evaluation } from "#core/model";
import {
  BlockedEvaluations,
  Broker,
  type Delivery,
  type GarbageRules,
  garbageOf,
  Heartbeats,
  heartbeatTtlMs,
} from "#core/pipeline";
import { empty } from "#core/schema";
import { type Change, type ChangeSet, isClientTerminal, type Store } from "#core/store";

const TICK_MS = 250;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const IDS_PER_REAP = 7281;

export interface LeaderOptions {
  readonly heartbeatMinTtlMs: number;
  readonly heartbeatGraceMs: number;
  readonly heartbeatsPerSecondMax: number;
  /** After a change of leader every node gets this long to say that it lives. */
  readonly failoverHeartbeatTtlMs: number;
  readonly garbageIntervalMs: number;
  readonly garbage: GarbageRules;
}

export interface LeaderPorts {
  readonly store: () => Store;
  readonly propose: (command: Command) => Promise<Result<unknown>>;
  /** There may be an evaluation to take. */
  readonly workReady: () => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** Garbage is what is over, however young. */
const FORCED: GarbageRules = { evaluationAgeMs: 0, batchEvaluationAgeMs: 0, jobAgeMs: 0, nodeAgeMs: 0 };

export class Leader {
  readonly #ports: LeaderPorts;
  readonly #options: LeaderOptions;
  #duties: Duties | undefined;

  constructor(ports: LeaderPorts, options: LeaderOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  get isLeading(): boolean {
    return this.#duties !== undefined;
  }

  /** Leadership came and is established, or went. */
  lead(isLeading: boolean): void {
    if (isLeading === this.isLeading) return;
    this.#duties?.stop();
    this.#duties = isLeading ? new Duties(this.#ports, this.#options) : undefined;
    this.#duties?.start();
  }

  changed(changes: ChangeSet): void {
    this.#duties?.changed(changes);
  }

  dequeue(types: readonly string[]): Delivery | undefined {
    return this.#duties?.broker.dequeue(types, this.#ports.clock.monotonicMs());
  }

  holds({ evaluation, token }: Delivery): boolean {
    return this.#duties?.broker.holds(evaluation.id, token) ?? false;
  }

  ack({ evaluation, token }: Delivery): void {
    this.#duties?.broker.ack(evaluation.id, token);
    this.#duties?.cancelNeedless();
  }

  nack({ evaluation, token }: Delivery): void {
    this.#duties?.broker.nack(evaluation.id, token, this.#ports.clock.monotonicMs());
  }

  /** The node was heard of: how long until it must be heard of again. */
  heard(nodeId: string): number {
    return this.#duties?.heard(nodeId) ?? this.#options.heartbeatMinTtlMs;
  }

  async collectGarbage(): Promise<Result<unknown>> {
    return reap(this.#ports, FORCED);
  }
}

/** The duties of one term of leadership. */
class Duties {
  readonly broker: Broker;
  readonly #blocked = new BlockedEvaluations();
  readonly #heartbeats = new Heartbeats();
  readonly #ports: LeaderPorts;
  readonly #options: LeaderOptions;
  #timer: TimerHandle | undefined;
  #nextGarbageMs: number;

  constructor(ports: LeaderPorts, options: LeaderOptions) {
    this.#ports = ports;
    this.#options = options;
    this.broker = new Broker(() => uuidFrom(ports.random));
    this.#nextGarbageMs = ports.clock.monotonicMs() + options.garbageIntervalMs;
  }

  /** What the state says is waiting, waits here again. */
  start(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    for (const evaluation of this.#ports.store().evaluations.values()) this.#take(evaluation);
    for (const node of this.#ports.store().nodes.values()) {
      if (node.status !== "down") this.#heartbeats.renew(node.id, nowMs + this.#options.failoverHeartbeatTtlMs);
    }
    this.#tick();
    this.#ports.workReady();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  changed(changes: ChangeSet): void {
    for (const change of changes) {
      if (change.table === "evals" && change.kind === "upsert") this.#evaluationChanged(change);
      else if (change.table === "allocs") this.#allocationChanged(change);
      else if (change.table === "nodes") this.#nodeChanged(change);
    }
    this.#ports.workReady();
  }

  heard(nodeId: string): number {
    const { heartbeatMinTtlMs: minTtlMs, heartbeatsPerSecondMax: maxPerSecond, heartbeatGraceMs } = this.#options;
    const ttlMs = heartbeatTtlMs(this.#ports.store().nodes.size, { minTtlMs, maxPerSecond });
    const spreadMs = ttlMs + this.#ports.random.below(Math.ceil(ttlMs) + 1);
    this.#heartbeats.renew(nodeId, this.#ports.clock.monotonicMs() + spreadMs + heartbeatGraceMs);
    return spreadMs;
  }

  /** Writes down that a newer evaluation of the same job did the work of these. */
  cancelNeedless(): void {
    const needless = this.broker.takeCancelled();
    if (needless.length === 0) return;
    const statusDescription = "canceled after more recent eval was processed";
    void this.#write(needless.map((evaluation) => ({ ...evaluation, status: "canceled", statusDescription })));
  }

  #evaluationChanged(change: Change): void {
    const evaluation = this.#ports.store().evaluations.get(change.id);
    if (evaluation) this.#take(evaluation);
  }

  #take(evaluation: Evaluation): void {
    if (evaluation.status === "blocked") return this.#block(evaluation);
    if (isTerminalEvaluation(evaluation)) return;
    // A newer evaluation of the job looks at everything again: nothing of it need wait for room.
    this.#blocked.untrack(evaluation.namespace, evaluation.jobId);
    const { clock } = this.#ports;
    const untilMs = evaluation.waitUntilMs > 0 ? evaluation.waitUntilMs - clock.nowMs() : 0;
    this.broker.enqueue(evaluation, clock.monotonicMs(), Math.max(0, untilMs, evaluation.waitNs / 1_000_000));
  }

  #block(evaluation: Evaluation): void {
    const { duplicates, missedRoom } = this.#blocked.block(evaluation);
    const statusDescription = `existing blocked evaluation exists for job ${JSON.stringify(evaluation.jobId)}`;
    if (duplicates.length > 0)
      void this.#write(duplicates.map((each) => ({ ...each, status: "canceled", statusDescription })));
    if (missedRoom) void this.#write([{ ...evaluation, status: "pending" }]);
  }

  /** An allocation that ended gives its node room. */
  #allocationChanged(change: Change): void {
    const stored = this.#ports.store().allocations.get(change.id);
    const isOver = !stored || isClientTerminal(stored.alloc.clientStatus) || stored.alloc.desiredStatus !== "run";
    if (isOver) this.#roomOn(change.nodeId ?? "", change.index);
  }

  #nodeChanged(change: Change): void {
    const node = this.#ports.store().nodes.get(change.id);
    if (!node) return this.#heartbeats.forget(change.id);
    if (node.status === "ready" && node.schedulingEligibility === "eligible") this.#roomOn(change.id, change.index);
  }

  #roomOn(nodeId: string, index: number): void {
    const node = this.#ports.store().nodes.get(nodeId);
    if (!node || node.status !== "ready") return;
    const woken = this.#blocked.unblock(node.computedClass, index);
    if (woken.length > 0) void this.#write(woken.map((evaluation) => ({ ...evaluation, status: "pending" })));
  }

  #tick(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    this.#failExhausted(this.broker.tick(nowMs).exhausted);
    for (const nodeId of this.#heartbeats.expire(nowMs)) void this.#lose(nodeId);
    if (nowMs >= this.#nextGarbageMs) {
      this.#nextGarbageMs = nowMs + this.#options.garbageIntervalMs;
      void reap(this.#ports, this.#options.garbage);
    }
    this.#ports.workReady();
    this.#timer = this.#ports.timers.after(TICK_MS, () => this.#tick());
  }

  #failExhausted(exhausted: readonly Evaluation[]): void {
    if (exhausted.length === 0) return;
    const nowMs = this.#ports.clock.nowMs();
    const failed = exhausted.map((evaluation) => ({
      ...evaluation,
      status: "failed",
      statusDescription: "evaluation reached delivery limit (3)",
    }));
    const followUps = exhausted.map((evaluation) => this.#followUp(evaluation, nowMs));
    void this.#write([...failed, ...followUps]);
  }

  #followUp(evaluation: Evaluation, nowMs: number): Evaluation {
    const waitMs = MINUTE_MS + this.#ports.random.below(5 * MINUTE_MS);
    const { namespace, jobId, type, priority, jobModifyIndex } = evaluation;
    const identity = { id: uuidFrom(this.#ports.random), namespace, jobId, type, priority, jobModifyIndex };
    const why = { triggeredBy: "failed-follow-up", status: "pending", previousEval: evaluation.id };
    return empty(Evaluation, {
      ...identity,
      ...why,
      waitNs: waitMs * 1_000_000,
      createTimeMs: nowMs,
      modifyTimeMs: nowMs,
    });
  }

  /** A node was not heard of: it is down, and every job with allocations on it is looked at again. */
  async #lose(nodeId: string): Promise<void> {
    const store = this.#ports.store();
    if (!store.nodes.get(nodeId)) return;
    this.#ports.logger.log("warn", "node missed its heartbeat", { nodeId });
    const event = {
      message: "Node heartbeat missed",
      subsystem: "Cluster",
      details: null,
      timestampMs: 0,
      createIndex: 0,
    };
    const evaluations = nodeEvaluations(store, nodeId, this.#ports);
    await this.#ports.propose({ name: "nodeStatusUpdate", payload: { nodeId, status: "down", event, evaluations } });
  }

  #write(evaluations: readonly Evaluation[]): Promise<Result<unknown>> {
    return this.#ports.propose({ name: "evaluationUpdate", payload: { evaluations } });
  }
}

/** An evaluation for each job that has something running on the node, and for each system job. */
export function nodeEvaluations(
  store: Store,
  nodeId: string,
  ports: Pick<LeaderPorts, "clock" | "random">,
): Evaluation[] {
  const jobs = new Map<string, readonly [string, string]>();
  for (const { alloc } of store.allocations.byNode(nodeId)) {
    if (!isClientTerminal(alloc.clientStatus))
      jobs.set(`${alloc.namespace}\u0000${alloc.jobId}`, [alloc.namespace, alloc.jobId]);
  }
  for (const job of store.jobs.values()) {
    if ((job.type === "system" || job.type === "sysbatch") && !job.stop)
      jobs.set(`${job.namespace}\u0000${job.id}`, [job.namespace, job.id]);
  }
  const nowMs = ports.clock.nowMs();
  return [...jobs.values()].flatMap(([namespace, jobId]) => {
    const job = store.job(namespace, jobId);
    if (!job) return [];
    const identity = { id: uuidFrom(ports.random), namespace, jobId, type: job.type, priority: job.priority, nodeId };
    const why = { triggeredBy: "node-update", status: "pending", jobModifyIndex: job.jobModifyIndex };
    return [empty(Evaluation, { ...identity, ...why, createTimeMs: nowMs, modifyTimeMs: nowMs })];
  });
}

async function reap({ store, propose, clock }: LeaderPorts, rules: GarbageRules): Promise<Result<unknown>> {
  const garbage = garbageOf(store(), rules, clock.nowMs());
  const { evaluationIds, allocationIds, jobs, nodeIds } = garbage;
  let last: Result<unknown> = { ok: true, value: undefined };
  for (
    let at = 0;
    at < Math.max(evaluationIds.length, allocationIds.length, jobs.length, nodeIds.length);
    at += IDS_PER_REAP
  ) {
    const part = <T>(items: readonly T[]): readonly T[] => items.slice(at, at + IDS_PER_REAP);
    const payload = {
      evaluationIds: part(evaluationIds),
      allocationIds: part(allocationIds),
      jobs: part(jobs),
      nodeIds: part(nodeIds),
    };
    last = await propose({ name: "reap", payload });
    if (!last.ok) return last;
  }
  return last;
}

export const defaultGarbageRules: GarbageRules = {
  evaluationAgeMs: HOUR_MS,
  batchEvaluationAgeMs: 24 * HOUR_MS,
  jobAgeMs: 4 * HOUR_MS,
  nodeAgeMs: 24 * HOUR_MS,
};
