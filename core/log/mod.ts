/**
 * The write-ahead log of Raft, without a disk: its format, the decision what a folder of segment files is after a crash,
 * and the writer, all over a handed-in `Disk`. `#server/log` runs it in a worker thread on a real one, `test/sim` on
 * a simulated one. docs/raft.md draws the format.
 *
 * A log is a chain of segment files. Each says in its head where the log ended before it, so that a torn or damaged
 * rest is left behind for good by beginning a new segment; every start begins one. A segment holds batches: a header that
 * states the place up to which the log was on disk before it, then records, then a marker once the batch itself is. Every
 * checksum is seeded with cluster, server and segment sequence: what a recycled file held before never verifies.
 */
export type { LaidOutBatch, LogBatch } from "./batch.ts";
export { type CollectedLog, collectLog } from "./collect.ts";
export {
  type Disk,
  type LogIdentity,
  type Read,
  segmentName,
  sequenceOf,
  SLOTS_NAME,
  spareName,
  SPARES_MAX,
} from "./disk.ts";
export {
  type EntryRecords,
  entryRecordsBytes,
  layOutEntries,
  type LogEntry,
  type LogEntryKind,
} from "./entry-records.ts";
export { readFully, snapshotName, type SnapshotPosition, snapshotPositionOf } from "./files.ts";
export { MUST_REACH_NEVER, type StoredHardState } from "./hard-state.ts";
export { type InspectedRecord, type InspectFilter, inspectLog, type InspectSummary, verifyLog } from "./inspect.ts";
export { type LiveSegment, type LogVisitor, recoverLog, type Recovery, type RecoveryFinding } from "./recover.ts";
export type { Attested, Position } from "./segment.ts";
export { type Durable, LogWriter, type LogWriterOptions } from "./writer.ts";
