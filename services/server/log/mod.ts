/**
 * Raft's write-ahead log on a real disk: `#core/log` in a worker thread that does nothing else.
 *
 * How a service drives it:
 *
 *     const opened = await openLog({ folder, identity, segmentBytes, snapshotIndex, listener });
 *     if (isNewLog(opened)) { opened.log.append(bootstrapBatch(bootstrap(configuration))); wait for durable(0); }
 *     new Raft(options, recoveredState(opened, snapshot))     // of a new cluster: bootstrap(configuration) itself
 *     for each `persist` effect:  opened.log.append(effect)
 *     listener.durable(epoch, index, term) →  raft.step({ type: "durable", epoch, index, term }, now)
 *     for each `release` effect:  opened.log.release(effect.before)
 *     on shutdown:                await opened.log.close()
 *
 * Appends of one turn, and everything that arrives while two groups are being written, share one write and one
 * fdatasync. `listener.fatal` means that a write or sync failed: stop the process at once, without closing anything;
 * the next start decides from what is on disk. One process opens a folder at a time (the caller holds the data
 * directory's lock). `recovery.findings` deserve a line each in the agent's log at start.
 */
import { mkdirSync } from "node:fs";
import { type Failure, failureOf, ok, type Result } from "#core/base";
import { collectLog, type LogEntry, type LogIdentity, type Recovery } from "#core/log";
import type { RecoveredState, SnapshotDescription } from "#core/raft";
import { LogHandle, type LogListener, type PersistBatch } from "./handle.ts";
import { RealDisk } from "./real-disk.ts";

export { builtEntry, startWorker } from "./built-entry.ts";
export { LogHandle, type LogListener, type PersistBatch } from "./handle.ts";
export { RealDisk } from "./real-disk.ts";

export const SEGMENT_BYTES = 64 * 1024 * 1024;
export const DEV_SEGMENT_BYTES = 1024 * 1024;

export interface OpenLogOptions {
  readonly folder: string;
  readonly identity: LogIdentity;
  readonly segmentBytes: number;
  /** The index of the latest durable snapshot, 0 without one: the log may begin after it. */
  readonly snapshotIndex: number;
  readonly listener: LogListener;
}

export interface OpenedLog {
  readonly log: LogHandle;
  readonly recovery: Recovery;
  /** The entries that the log holds, in order; those that the snapshot holds too may be among them. */
  readonly entries: readonly LogEntry[];
}

/** Recovers the log in `folder` (made if absent) and starts its worker. */
export async function openLog(options: OpenLogOptions): Promise<Result<OpenedLog>> {
  try {
    const collected = recoverFolder(options);
    if (!collected.ok) return collected;
    const { recovery, entries } = collected.value;
    const { folder, segmentBytes, identity, listener } = options;
    const log = new LogHandle({ folder, segmentBytes, identity, recovery }, listener);
    await log.ready;
    return ok({ log, recovery, entries });
  } catch (error) {
    return { ok: false, failure: ioFailure(error, options.folder) };
  }
}

function recoverFolder(options: OpenLogOptions): ReturnType<typeof collectLog> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const disk = new RealDisk(options.folder);
  try {
    return collectLog(disk, options.identity, options.snapshotIndex);
  } finally {
    disk.close();
  }
}

function ioFailure(error: unknown, folder: string): Failure {
  const reason = failureOf(error);
  return { ...reason, code: "io", message: `raft log in ${folder}: ${reason.message}` };
}

/** True for a folder that holds no log yet. */
export function isNewLog(opened: OpenedLog): boolean {
  return opened.recovery.hardState.term === 0 && opened.entries.length === 0 && opened.recovery.findings.length === 0;
}

/** The founding state as the log's first batch; it has epoch 0, which core/raft never uses. */
export function bootstrapBatch(state: RecoveredState): PersistBatch {
  const { hardState, entries } = state;
  const last = entries.at(-1);
  const position = { index: last?.index ?? 0, term: last?.term ?? 0 };
  return { epoch: 0, ...position, truncateAfter: undefined, reset: undefined, hardState, entries };
}

/** What core/raft starts from, beside the snapshot that the state machine was restored from. */
export function recoveredState(opened: OpenedLog, snapshot: SnapshotDescription | undefined): RecoveredState {
  const { term, vote, mustReach } = opened.recovery.hardState;
  return { hardState: { term, vote, mustReach }, snapshot, entries: opened.entries };
}
