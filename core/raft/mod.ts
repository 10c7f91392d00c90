/**
 * Raft (Ongaro and Ousterhout 2014; Ongaro's thesis) as one synchronous function: events in, effects out as data.
 * Nothing here waits, reads a clock or touches a disk.
 *
 * How a service drives it:
 *
 *  1. Recover the log (`#server/log`) and the latest snapshot, restore the state machine, and make
 *     `new Raft({id, timing: timingOf(raftMultiplier), random, ...defaultLimits}, recovered)`.
 *     A new cluster starts from `bootstrap(configurationOf([...]))`, after having written that state to the log;
 *     a server that joins starts from `{hardState: emptyHardState, snapshot: undefined, entries: []}`.
 *  2. Carry out the effects of `start(nowMs)`, then of every `step(event, nowMs)`, in their order.
 *     `nowMs` is a monotonic clock. Steps never nest: an effect that completes at once is queued as the next event.
 *     - `persist`: hand to the log; when it is on disk, step `{type: "durable", epoch, index, term}` with the numbers of
 *       the last `persist` effect that the sync covered. Several effects may share one write and one sync.
 *     - `send`: encode (`encodeFrame`) and send, best effort: loss, duplication, reordering and delay are all expected.
 *       Promises (votes, acknowledgements) only appear as effects once what they promise is durable.
 *     - `apply`: feed each entry of kind "command" to the state machine, in order; skip the other kinds.
 *     - `restore`: replace the state machine by that snapshot. `release`: drop log segments before that index.
 *     - `reply`: answers `propose`, `read`, `change-membership` and `transfer-leadership` by their request id. A
 *       "committed" reply follows the `apply` that holds its entries; a "readable" one follows the `apply` up to its index.
 *     - `timer`: arm the one timer, replacing the previous; when it fires step `{type: "timer"}`. With `afterInput`,
 *       first step everything that has already arrived (one `setImmediate` after the poll phase).
 *     - `role`: leader-only work starts when `role` is "leader" and `established`, and stops at the next `role` effect.
 *     - `load-chunk`, `save-chunk`: snapshot files, see their types.
 *  3. Coalesce: gather the proposals of one turn into one `propose`, and one turn's `persist` effects into one batch.
 *  4. After every `snapshotThreshold` applied entries write a snapshot at the applied index, with `termAt(index)` and
 *     `configurationAt(index)` in it, and step `snapshot-saved` once the file and its directory are synced.
 *
 * One voter uses exactly this: it elects itself at `start`, and every proposal still waits for its own disk.
 */
export { bootstrap } from "./bootstrap.ts";
export {
  type Configuration,
  configurationOf,
  decodeConfiguration,
  encodeConfiguration,
  type Member,
  type Suffrage,
  votersOf,
} from "./configuration.ts";
export type {
  ApplyEffect,
  HardState,
  LoadChunkEffect,
  Outcome,
  PersistEffect,
  RaftEffect,
  RejectReason,
  ReleaseEffect,
  ReplyEffect,
  RestoreEffect,
  Role,
  RoleEffect,
  SaveChunkEffect,
  SendEffect,
  SlowSyncEffect,
  TimerEffect,
} from "./effect.ts";
export {
  decodeFrame,
  encodeFrame,
  FRAME_BYTES_MAX,
  FRAME_VERSION,
  type FrameDrop,
  type FrameReading,
  type FrameSender,
} from "./frame.ts";
export { APPEND_BYTES_MAX, ENTRY_BYTES_MAX, type Entry, type EntryKind, type ServerId } from "./entry.ts";
export type { MembershipChange, RaftEvent, RequestId } from "./event.ts";
export type {
  AppendRequest,
  AppendResponse,
  Heartbeat,
  HeartbeatResponse,
  Message,
  SnapshotChunk,
  SnapshotDescription,
  SnapshotResponse,
  TimeoutNow,
  VoteRequest,
  VoteResponse,
} from "./message.ts";
export {
  defaultLimits,
  emptyHardState,
  type RaftOptions,
  type RecoveredState,
  type Timing,
  timingOf,
} from "./options.ts";
export { type FollowerStatus, Raft, type RaftStatus } from "./raft.ts";
