import type { Configuration } from "./configuration.ts";
import type { Entry, ServerId } from "./entry.ts";

interface Envelope {
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
}

/**
 * RequestVote (paper §5.2, §5.4.1) and, with `preVote`, the question whether it could succeed (thesis §9.6), asked
 * with the term that the candidate would take. `transfer` overrides the refusal of a server that hears a leader.
 */
export interface VoteRequest extends Envelope {
  readonly type: "vote-request";
  readonly preVote: boolean;
  /** Tells the answers to this campaign from those to an earlier one of the same term. */
  readonly round: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly transfer: boolean;
}

/** `term` is the asked term when a pre-vote is granted, otherwise the answering server's. */
export interface VoteResponse extends Envelope {
  readonly type: "vote-response";
  readonly preVote: boolean;
  readonly round: number;
  readonly granted: boolean;
}

/** AppendEntries with entries or as a probe (paper §5.3); heartbeats are messages of their own. */
export interface AppendRequest extends Envelope {
  readonly type: "append-request";
  /** Counts the appends to one follower within a term, so that a stale refusal is known as such. */
  readonly sequence: number;
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
}

export interface AppendResponse extends Envelope {
  readonly type: "append-response";
  readonly sequence: number;
  readonly accepted: boolean;
  /** Accepted: the last index that this very request proved equal. Refused: the highest index worth trying next. */
  readonly matchIndex: number;
  /** Refused: the term at `matchIndex`, so that the leader can skip whole terms (paper §5.3, end). */
  readonly hintTerm: number;
}

/** Sent every heartbeat interval whatever happens to entries; `round` is the read round that it asks to confirm. */
export interface Heartbeat extends Envelope {
  readonly type: "heartbeat";
  readonly commit: number;
  readonly round: number;
}

export interface HeartbeatResponse extends Envelope {
  readonly type: "heartbeat-response";
  readonly round: number;
}

/** InstallSnapshot in pieces (paper §7): `id` names the file, `hash` its content, `offset` the place of `data`. */
export interface SnapshotChunk extends Envelope {
  readonly type: "snapshot-chunk";
  readonly snapshot: SnapshotDescription;
  readonly offset: number;
  readonly data: Uint8Array;
}

/** `nextOffset` is what the follower has of this snapshot; `installed` says that it replaced the log. */
export interface SnapshotResponse extends Envelope {
  readonly type: "snapshot-response";
  readonly snapshotId: string;
  readonly nextOffset: number;
  readonly installed: boolean;
}

/** Thesis §3.10: the target starts an election at once. */
export interface TimeoutNow extends Envelope {
  readonly type: "timeout-now";
}

export type Message =
  | VoteRequest
  | VoteResponse
  | AppendRequest
  | AppendResponse
  | Heartbeat
  | HeartbeatResponse
  | SnapshotChunk
  | SnapshotResponse
  | TimeoutNow;

/** A durable image of the state machine: everything through `index` is inside. */
export interface SnapshotDescription {
  readonly id: string;
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
  readonly bytes: number;
  /** Content hash in whatever form the snapshot store uses; compared, never computed, here. */
  readonly hash: string;
}

export const SNAPSHOT_CHUNK_BYTES = 256 * 1024;
