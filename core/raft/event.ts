import type { ServerId } from "./entry.ts";
import type { Message, SnapshotDescription } from "./message.ts";

/** One change of membership at a time (thesis §4.1); `promote` makes a non-voter a voter, `demote` the reverse. */
export type MembershipChange =
  | { readonly type: "add-nonvoter"; readonly server: ServerId; readonly address: string }
  | { readonly type: "add-voter"; readonly server: ServerId; readonly address: string }
  | { readonly type: "promote"; readonly server: ServerId }
  | { readonly type: "demote"; readonly server: ServerId }
  | { readonly type: "remove"; readonly server: ServerId };

/** Names one request of the service until its `reply`; never 0, never used twice while one is open. */
export type RequestId = number;

/** Everything that can happen to a server. */
export type RaftEvent =
  /** The time of the last `timer` effect has come. */
  | { readonly type: "timer" }
  | { readonly type: "message"; readonly message: Message }
  /** Commands to append together; one request id and one reply for all of them. */
  | { readonly type: "propose"; readonly id: RequestId; readonly commands: readonly Uint8Array[] }
  /** Asks for an index at which a read is linearizable (thesis §6.4). A retry must use a new id. */
  | { readonly type: "read"; readonly id: RequestId }
  /** Every `persist` effect up to `epoch` is on disk; `index` and `term` repeat that effect's. */
  | { readonly type: "durable"; readonly epoch: number; readonly index: number; readonly term: number }
  | { readonly type: "change-membership"; readonly id: RequestId; readonly change: MembershipChange }
  /** Without `to` the best-placed voter is chosen. */
  | { readonly type: "transfer-leadership"; readonly id: RequestId; readonly to?: ServerId | undefined }
  /** The service wrote a snapshot of its own state machine and it is durable. */
  | { readonly type: "snapshot-saved"; readonly snapshot: SnapshotDescription }
  /** Answer to `load-chunk`; no data means that the file is gone. */
  | {
      readonly type: "chunk-loaded";
      readonly to: ServerId;
      readonly snapshotId: string;
      readonly offset: number;
      readonly data: Uint8Array | undefined;
    }
  /** Answer to `save-chunk`: the file now has `nextOffset` bytes (0 after a refusal: start again). */
  | { readonly type: "chunk-saved"; readonly snapshotId: string; readonly nextOffset: number }
  /** Answer to the last `save-chunk`: the whole file is verified, renamed and its directory synced. */
  | { readonly type: "snapshot-received"; readonly snapshotId: string };
