import { assert } from "#core/base";
import type { Buggify, Random } from "#core/base";
import type { HardState } from "./effect.ts";
import type { Entry, ServerId } from "./entry.ts";
import type { SnapshotDescription } from "./message.ts";

/** The time-outs of a cluster; all servers should agree on them. */
export interface Timing {
  /** T: a server that hears no leader for [T, 1.5 T] campaigns; a leader without a quorum for T steps down. */
  readonly electionMs: number;
  readonly heartbeatMs: number;
}

/** T = 500 ms and a heartbeat of 100 ms, times `raft_multiplier` (1 to 10). */
export function timingOf(multiplier: number): Timing {
  assert(Number.isFinite(multiplier) && multiplier >= 1 && multiplier <= 10, "raft_multiplier is between 1 and 10");
  return { electionMs: 500 * multiplier, heartbeatMs: 100 * multiplier };
}

export interface RaftOptions {
  readonly id: ServerId;
  readonly timing: Timing;
  readonly random: Random;
  /** Entries kept behind a snapshot so that a server that lags a little needs no snapshot. */
  readonly trailingEntries: number;
  /** Bytes of entries in one append. */
  readonly appendBytesMax: number;
  /** Proposed and not yet committed entries, beyond which proposals are refused. */
  readonly uncommittedEntriesMax: number;
  readonly uncommittedBytesMax: number;
  /** Reads waiting for a round, beyond which they are refused. */
  readonly readsMax: number;
  /** Appends in flight to one follower: the least on a LAN, the most on a long line. */
  readonly inflightMin: number;
  readonly inflightMax: number;
  readonly snapshotChunkBytes: number;
  /** Rare courses that a simulation takes on purpose; absent in production. */
  readonly buggify?: Buggify;
}

export const defaultLimits = {
  trailingEntries: 10_240,
  appendBytesMax: 256 * 1024,
  uncommittedEntriesMax: 65_536,
  uncommittedBytesMax: 64 * 1024 * 1024,
  readsMax: 65_536,
  inflightMin: 2,
  inflightMax: 16,
  snapshotChunkBytes: 256 * 1024,
} as const;

/** What was found on disk at the start. */
export interface RecoveredState {
  readonly hardState: HardState;
  /** The snapshot that the state machine was restored from. */
  readonly snapshot: SnapshotDescription | undefined;
  /** The log without gaps; what the snapshot already holds is skipped. */
  readonly entries: readonly Entry[];
}

export const emptyHardState: HardState = { term: 0, vote: undefined, mustReach: 0 };
