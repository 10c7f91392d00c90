import { type Clock, type Failure, type Logger, ok, type Random, type Result, type Timers } from "#core/base";
import { StateMachine } from "#core/fsm";
import {
  bootstrap,
  configurationOf,
  defaultLimits,
  Raft,
  type RecoveredState,
  type SnapshotDescription,
  timingOf,
} from "#core/raft";
import { Store, Watches } from "#core/store";
import { Consensus, readSnapshot } from "#server/consensus";
import { JobParser, Jobs } from "#server/jobs";
import { defaultGarbageRules, Leader, type LeaderOptions, nodeEvaluations } from "#server/leader";
import {
  bootstrapBatch,
  DEV_SEGMENT_BYTES,
  isNewLog,
  openLog,
  type OpenedLog,
  recoveredState,
  SEGMENT_BYTES,
} from "#server/log";
import { Nodes } from "#server/nodes";
import { hashOf, SnapshotFolder } from "#server/snapshot";
import { Worker } from "#server/worker";
import type { DataDirectory, ServerIdentity } from "./data-directory.ts";
import type { AgentOptions } from "./options.ts";

const SNAPSHOT_THRESHOLD = 8192;
const WORKERS = 1;

export interface Machine {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** The state can no longer be trusted. */
  readonly stop: (reason: Failure) => void;
}

/** The server of this agent, put together. */
export interface ServerPart {
  readonly consensus: Consensus;
  readonly leader: Leader;
  readonly jobs: Jobs;
  readonly nodes: Nodes;
  readonly watches: Watches;
  readonly identity: ServerIdentity;
  close(): Promise<void>;
}

export async function openServer(
  options: AgentOptions,
  directory: DataDirectory,
  identity: ServerIdentity,
  machine: Machine,
): Promise<Result<ServerPart>> {
  const snapshots = new SnapshotFolder(directory.snapshots);
  const restored = restoreNewest(snapshots, machine.logger);
  if (!restored.ok) return restored;
  const { store, description } = restored.value;
  // The log tells consensus what is durable, and consensus is made from what the log holds: the link is set once both are.
  const link: { consensus?: Consensus } = {};
  const founding = deferred();
  const opened = await openLog({
    folder: directory.raft,
    identity,
    segmentBytes: options.isDev ? DEV_SEGMENT_BYTES : SEGMENT_BYTES,
    snapshotIndex: description?.index ?? 0,
    listener: {
      durable: (epoch, index, term) =>
        link.consensus ? link.consensus.durable(epoch, index, term) : founding.resolve(),
      fatal: machine.stop,
      lowSpace: (message) => machine.logger.log("warn", message),
    },
  });
  if (!opened.ok) return opened;
  for (const finding of opened.value.recovery.findings) machine.logger.log("warn", "raft log recovery", { finding });
  const recovered = await found(opened.value, identity, options, description, founding.promise);
  const consensus = consensusOf(options, identity, machine, { recovered, store, snapshots, opened: opened.value });
  link.consensus = consensus;
  return ok(assemble(options, identity, machine, consensus, opened.value));
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

function restoreNewest(
  snapshots: SnapshotFolder,
  logger: Logger,
): Result<{ store: Store; description: SnapshotDescription | undefined }> {
  for (const name of snapshots.list()) {
    const bytes = snapshots.read(name);
    const read = bytes.ok ? readSnapshot(bytes.value) : bytes;
    if (bytes.ok && read.ok) {
      const { index, term, configuration } = read.value.head;
      const description = {
        id: name.file,
        index,
        term,
        configuration,
        bytes: bytes.value.length,
        hash: hashOf(bytes.value),
      };
      return ok({ store: read.value.store, description });
    }
    logger.log("error", "a snapshot cannot be read; an older one is tried", {
      file: name.file,
      reason: read.ok ? "" : read.failure.message,
    });
  }
  return ok({ store: new Store(), description: undefined });
}

/** A log that is empty becomes that of a new region with this server as its one voter. */
async function found(
  opened: OpenedLog,
  identity: ServerIdentity,
  options: AgentOptions,
  snapshot: SnapshotDescription | undefined,
  founded: Promise<void>,
): Promise<RecoveredState> {
  if (snapshot !== undefined || !isNewLog(opened)) return recoveredState(opened, snapshot);
  const address = `${options.bindAddress}:${options.ports.rpc}`;
  const state = bootstrap(configurationOf([{ id: identity.serverId, address, suffrage: "voter" }]));
  opened.log.append(bootstrapBatch(state));
  await founded;
  return state;
}

interface Recovered {
  readonly recovered: RecoveredState;
  readonly store: Store;
  readonly snapshots: SnapshotFolder;
  readonly opened: OpenedLog;
}

function consensusOf(
  options: AgentOptions,
  identity: ServerIdentity,
  machine: Machine,
  { recovered, store, snapshots, opened }: Recovered,
): Consensus {
  const { clock, timers, random, stop } = machine;
  const timing = timingOf(options.settings.server?.raft_multiplier ?? 1);
  const raft = new Raft({ id: identity.serverId, timing, random, ...defaultLimits }, recovered);
  const ports = {
    log: opened.log,
    snapshots,
    clock,
    timers,
    random,
    logger: machine.logger.child("raft"),
    afterInput: (run: () => void) => void setImmediate(run),
    stop,
  };
  const snapshotThreshold = options.settings.server?.raft_snapshot_threshold ?? SNAPSHOT_THRESHOLD;
  return new Consensus(raft, new StateMachine(store), ports, { snapshotThreshold });
}

function assemble(
  options: AgentOptions,
  identity: ServerIdentity,
  machine: Machine,
  consensus: Consensus,
  opened: OpenedLog,
): ServerPart {
  const { clock, timers, random, logger } = machine;
  const store = (): Store => consensus.store;
  const propose: Consensus["propose"] = (command, requestId) => consensus.propose(command, requestId);
  const watches = new Watches();
  const workers: Worker[] = [];
  const workReady = (): void => workers.forEach((worker) => worker.wake());
  const leader = new Leader(
    { store, propose, workReady, clock, timers, random, logger: logger.child("leader") },
    leaderOptions(options),
  );
  const workerPorts = {
    store,
    propose,
    clock,
    random,
    logger: logger.child("worker"),
    dequeue: (types: readonly string[]) => leader.dequeue(types),
    holds: (delivery: Parameters<Leader["holds"]>[0]) => leader.holds(delivery),
    ack: (delivery: Parameters<Leader["ack"]>[0]) => leader.ack(delivery),
    nack: (delivery: Parameters<Leader["nack"]>[0]) => leader.nack(delivery),
  };
  for (let count = 0; count < WORKERS; count++) workers.push(new Worker(workerPorts));
  const nodes = new Nodes({
    store,
    propose,
    clock,
    random,
    heard: (nodeId) => leader.heard(nodeId),
    nodeEvaluations: (nodeId) => nodeEvaluations(consensus.store, nodeId, { clock, random }),
    after: (delayMs, run) => void timers.after(delayMs, run),
  });
  const trackedVersions = options.settings.server?.job_tracked_versions ?? 6;
  const parser = new JobParser({ timers });
  const { maxSourceBytes } = options;
  const jobs = new Jobs({ store, propose, clock, random, parser, maxSourceBytes, trackedVersions });
  consensus.onApplied((changes) => {
    watches.notify(changes);
    leader.changed(changes);
    nodes.changed(changes);
  });
  consensus.onLeadership((leadership) => leader.lead(leadership.isEstablished));
  const close = async (): Promise<void> => {
    leader.lead(false);
    consensus.stop();
    await parser.close();
    await opened.log.close();
  };
  return { consensus, leader, jobs, nodes, watches, identity, close };
}

function leaderOptions({ settings: { server = {} } }: AgentOptions): LeaderOptions {
  return {
    heartbeatMinTtlMs: server.min_heartbeat_ttl ?? 10_000,
    heartbeatGraceMs: server.heartbeat_grace ?? 10_000,
    heartbeatsPerSecondMax: server.max_heartbeats_per_second ?? 50,
    failoverHeartbeatTtlMs: server.failover_heartbeat_ttl ?? 300_000,
    garbageIntervalMs: server.job_gc_interval ?? 300_000,
    garbage: {
      evaluationAgeMs: server.eval_gc_threshold ?? defaultGarbageRules.evaluationAgeMs,
      batchEvaluationAgeMs: server.batch_eval_gc_threshold ?? defaultGarbageRules.batchEvaluationAgeMs,
      jobAgeMs: server.job_gc_threshold ?? defaultGarbageRules.jobAgeMs,
      nodeAgeMs: server.node_gc_threshold ?? defaultGarbageRules.nodeAgeMs,
    },
  };
}
