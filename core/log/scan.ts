import { BATCH_BODY_BYTES, BATCH_HEADER_BYTES, MARKER_BODY_BYTES, MARKER_BYTES, readAttested } from "./batch.ts";
import type { ByteView } from "./bytes.ts";
import type { Read } from "./disk.ts";
import type { LogEntryKind } from "./entry-records.ts";
import { HARD_STATE_BYTES, readHardState, type StoredHardState } from "./hard-state.ts";
import {
  alignedBytes,
  BATCH_BYTES_MAX,
  ENTRY_PREFIX_BYTES,
  isBodyIntact,
  readRecordHeader,
  RECORD_HEADER_BYTES,
  type RecordKind,
} from "./record.ts";
import { type Attested, SEGMENT_HEADER_BYTES } from "./segment.ts";
import { Window } from "./window.ts";

/** What the scanner tells, in the order of the file. Bytes handed over are valid only during the call. */
export interface RecordVisitor {
  entry(index: number, term: number, kind: LogEntryKind, data: Uint8Array, offset: number): void;
  truncate(index: number): void;
  reset(index: number, term: number): void;
  hardState(state: StoredHardState): void;
  /** A whole, intact batch follows. */
  batch?(timeMs: number, count: number, offset: number, bytes: number): void;
  marker?(durable: Attested): void;
}

interface Batch {
  readonly durable: Attested;
  readonly bytes: number;
  readonly count: number;
  readonly timeMs: number;
}

/** Visits every intact batch of a segment up to `limit` and returns the offset at which the intact part ends. */
export function scanSegment(read: Read, limit: number, seed: number, visitor: RecordVisitor): number {
  const window = new Window(read);
  let offset = SEGMENT_HEADER_BYTES;
  for (;;) {
    const next = scanOne(window, offset, limit, seed, visitor);
    if (next === undefined) return offset;
    offset = next;
  }
}

function scanOne(
  window: Window,
  offset: number,
  limit: number,
  seed: number,
  visitor: RecordVisitor,
): number | undefined {
  const room = Math.min(BATCH_HEADER_BYTES, limit - offset);
  if (room < MARKER_BYTES) return undefined;
  const at = window.locate(offset, room);
  if (at === undefined) return undefined;
  const header = readRecordHeader(window.view, at, seed);
  if (header === undefined || !isBodyIntact(window.view, at, header)) return undefined;
  if (header.kind === "marker" && header.length === MARKER_BODY_BYTES) {
    const durable = readAttested(window.view, at + RECORD_HEADER_BYTES);
    if (durable === undefined) return undefined;
    visitor.marker?.(durable);
    return offset + MARKER_BYTES;
  }
  if (header.kind !== "batch" || header.length !== BATCH_BODY_BYTES) return undefined;
  const batch = readBatch(window.view, at + RECORD_HEADER_BYTES);
  return batch === undefined ? undefined : scanBatch(window, offset, limit, seed, batch, visitor);
}

function readBatch(view: ByteView, at: number): Batch | undefined {
  const durable = readAttested(view, at);
  const bytes = view.u64(at + 32);
  const count = view.u64(at + 40);
  const timeMs = view.u64(at + 48);
  if (durable === undefined || bytes === undefined || count === undefined || timeMs === undefined) return undefined;
  return { durable, bytes, count, timeMs };
}

function scanBatch(
  window: Window,
  offset: number,
  limit: number,
  seed: number,
  batch: Batch,
  visitor: RecordVisitor,
): number | undefined {
  const contentAt = offset + BATCH_HEADER_BYTES;
  if (batch.bytes > BATCH_BYTES_MAX || contentAt + batch.bytes > limit) return undefined;
  const at = window.locate(contentAt, batch.bytes);
  if (at === undefined || !isBatchIntact(window.view, at, seed, batch)) return undefined;
  visitor.batch?.(batch.timeMs, batch.count, offset, BATCH_HEADER_BYTES + batch.bytes);
  visitRecords(window.view, at, at + batch.bytes, contentAt, seed, visitor);
  return contentAt + batch.bytes;
}

function isBatchIntact(view: ByteView, start: number, seed: number, batch: Batch): boolean {
  const end = start + batch.bytes;
  let at = start;
  let count = 0;
  for (; at + RECORD_HEADER_BYTES <= end; count++) {
    const header = readRecordHeader(view, at, seed);
    if (header === undefined || !hasExpectedLength(header.kind, header.length)) return false;
    if (at + alignedBytes(header.length) > end || !isBodyIntact(view, at, header)) return false;
    at += alignedBytes(header.length);
  }
  return at === end && count === batch.count;
}

function hasExpectedLength(kind: RecordKind, length: number): boolean {
  if (kind === "hardState") return length === HARD_STATE_BYTES;
  if (kind === "truncate" || kind === "reset") return length === ENTRY_PREFIX_BYTES;
  return kind !== "batch" && kind !== "marker" && length >= ENTRY_PREFIX_BYTES;
}

function visitRecords(
  view: ByteView,
  start: number,
  end: number,
  fileOffset: number,
  seed: number,
  visitor: RecordVisitor,
): void {
  for (let at = start; at < end; ) {
    const header = readRecordHeader(view, at, seed);
    if (header === undefined) return;
    visitRecord(view, at + RECORD_HEADER_BYTES, header.kind, header.length, fileOffset + at - start, visitor);
    at += alignedBytes(header.length);
  }
}

function visitRecord(
  view: ByteView,
  bodyAt: number,
  kind: RecordKind,
  length: number,
  offset: number,
  visitor: RecordVisitor,
): void {
  if (kind === "hardState") {
    const state = readHardState(view, bodyAt);
    if (state !== undefined) visitor.hardState(state);
    return;
  }
  const index = view.u64(bodyAt) ?? 0;
  const term = view.u64(bodyAt + 8) ?? 0;
  if (kind === "truncate") visitor.truncate(index);
  else if (kind === "reset") visitor.reset(index, term);
  else if (kind !== "batch" && kind !== "marker")
    visitor.entry(index, term, kind, view.bytes.subarray(bodyAt + ENTRY_PREFIX_BYTES, bodyAt + length), offset);
}

/** What lies behind the place where a segment's intact part ends. */
export interface Evidence {
  /** The furthest place that something later says was on disk, when that is beyond the end. */
  readonly attested: Attested | undefined;
  /** The highest entry that can still be read there. */
  readonly lastIndex: number;
  /** Any record of this segment at all: the tail is torn rather than empty. */
  readonly hasRecords: boolean;
  readonly hardState: StoredHardState | undefined;
}

/**
 * Looks through the rest of a segment for records of this very use of the file. A marker or a batch header that
 * speaks of a later durable place proves that what cannot be read was once on disk: damage, not a torn write.
 */
export function searchEvidence(read: Read, from: number, size: number, seed: number, sequence: number): Evidence {
  const window = new Window(read);
  let attested: Attested | undefined;
  let lastIndex = 0;
  let hasRecords = false;
  let hardState: StoredHardState | undefined;
  for (let offset = from; offset + RECORD_HEADER_BYTES <= size; offset += 8) {
    const at = window.locate(offset, RECORD_HEADER_BYTES);
    if (at === undefined) break;
    const header = readRecordHeader(window.view, at, seed);
    if (header === undefined) continue;
    hasRecords = true;
    if (header.length > BATCH_BYTES_MAX || offset + alignedBytes(header.length) > size) continue;
    const whole = window.locate(offset, alignedBytes(header.length));
    if (whole === undefined || !isBodyIntact(window.view, whole, header)) continue;
    const bodyAt = whole + RECORD_HEADER_BYTES;
    const said = attestedBy(window.view, bodyAt, header.kind, header.length);
    if (said !== undefined && said.sequence === sequence && said.offset > from && said.offset > (attested?.offset ?? 0))
      attested = said;
    if (header.kind === "hardState" && header.length === HARD_STATE_BYTES)
      hardState = readHardState(window.view, bodyAt);
    if (isEntry(header.kind) && header.length >= ENTRY_PREFIX_BYTES)
      lastIndex = Math.max(lastIndex, window.view.u64(bodyAt) ?? 0);
    offset += alignedBytes(header.length) - 8;
  }
  return { attested, lastIndex, hasRecords, hardState };
}

function attestedBy(view: ByteView, bodyAt: number, kind: RecordKind, length: number): Attested | undefined {
  const expected = kind === "marker" ? MARKER_BODY_BYTES : kind === "batch" ? BATCH_BODY_BYTES : undefined;
  return length === expected ? readAttested(view, bodyAt) : undefined;
}

function isEntry(kind: RecordKind): boolean {
  return kind === "command" || kind === "noop" || kind === "configuration";
}
