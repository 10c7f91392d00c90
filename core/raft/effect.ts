import type { Entry, ServerId } from "./entry.ts";
import type { RequestId } from "./event.ts";
import type { Message, SnapshotDescription } from "./message.ts";

/** What must survive a crash beside the log (paper figure 2, "persistent state"). */
export interface HardState {
  readonly term: number;
  readonly vote: ServerId | undefined;
  /**
   * Above 0: entries that this server acknowledged up to this index were lost to damage, and it neither votes nor
   * campaigns until a leader has brought it past that index.
   */
  readonly mustReach: number;
}

export type Role = "follower" | "pre-candidate" | "candidate" | "leader";

/** Where the deciding server stood: its term, its last log index, and the number of its latest `persist`. */
interface Stamp {
  readonly term: number;
  readonly index: number;
  readonly epoch: number;
}

/**
 * To be written in order: cut the log after `truncateAfter`, or, with `reset`, let it begin anew after a snapshot;
 * append `entries`; store `hardState`. One `durable` event may answer several. `index` and `term` are the last
 * entry's after this write.
 */
export interface PersistEffect extends Stamp {
  readonly type: "persist";
  readonly hardState: HardState | undefined;
  readonly truncateAfter: number | undefined;
  readonly reset: { readonly index: number; readonly term: number } | undefined;
  readonly entries: readonly Entry[];
}

export interface SendEffect extends Stamp {
  readonly type: "send";
  readonly message: Message;
}

/** Committed entries, in order, each exactly once between two starts. `index` is the last one's. */
export interface ApplyEffect extends Stamp {
  readonly type: "apply";
  readonly entries: readonly Entry[];
}

/** Replace the state machine by this snapshot, which is durable and verified. */
export interface RestoreEffect extends Stamp {
  readonly type: "restore";
  readonly snapshot: SnapshotDescription;
}

export type RejectReason =
  | "not-leader"
  | "transferring"
  | "too-large"
  | "too-many"
  | "change-pending"
  | "term-not-established"
  | "invalid-change"
  | "unknown-server";

export type Outcome =
  /** All commands of the batch are applied; the first one has this index, the others follow it. */
  | { readonly type: "committed"; readonly firstIndex: number; readonly lastIndex: number }
  /** Linearizable at this index, which is already handed out by `apply`. */
  | { readonly type: "readable"; readonly readIndex: number }
  | { readonly type: "transferred"; readonly to: ServerId | undefined }
  /** Nothing happened and nothing will. */
  | { readonly type: "rejected"; readonly reason: RejectReason; readonly leader: ServerId | undefined }
  /** Leadership or time was lost: a proposal may still commit, a read must be asked again with a new id. */
  | { readonly type: "unknown"; readonly leader: ServerId | undefined };

export interface ReplyEffect extends Stamp {
  readonly type: "reply";
  readonly id: RequestId;
  readonly outcome: Outcome;
}

/**
 * Arms the only timer; replaces the one before. With `afterInput` it fires as soon as everything that had already
 * arrived has been stepped: Node runs timers before sockets, and a late timer must not win against a waiting heartbeat.
 */
export interface TimerEffect extends Stamp {
  readonly type: "timer";
  readonly atMs: number;
  readonly afterInput: boolean;
}

/** Role, term or leader changed. `established` is true once a leader's first entry of its term is committed. */
export interface RoleEffect extends Stamp {
  readonly type: "role";
  readonly role: Role;
  readonly leader: ServerId | undefined;
  readonly established: boolean;
}

/** Entries before `before` are inside a durable snapshot and no longer needed; the log may drop them. */
export interface ReleaseEffect extends Stamp {
  readonly type: "release";
  readonly before: number;
}

/** Read a piece of a snapshot file for a follower; answered by `chunk-loaded`. */
export interface LoadChunkEffect extends Stamp {
  readonly type: "load-chunk";
  readonly to: ServerId;
  readonly snapshotId: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Append a piece to the temporary file of this snapshot; `isLast` asks to verify, sync, rename and sync the directory.
 * Answered by `chunk-saved`, or by `snapshot-received` after the last.
 */
export interface SaveChunkEffect extends Stamp {
  readonly type: "save-chunk";
  readonly snapshot: SnapshotDescription;
  readonly offset: number;
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

/** T is below ten times the measured p99 of a sync: leaders may be lost to the disk. */
export interface SlowSyncEffect extends Stamp {
  readonly type: "slow-sync";
  readonly p99Ms: number;
  readonly electionMs: number;
}

/** What the service must do, in this order. */
export type RaftEffect =
  | PersistEffect
  | SendEffect
  | ApplyEffect
  | RestoreEffect
  | ReplyEffect
  | TimerEffect
  | RoleEffect
  | ReleaseEffect
  | LoadChunkEffect
  | SaveChunkEffect
  | SlowSyncEffect;
