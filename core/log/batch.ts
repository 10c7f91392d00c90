import { assert } from "#core/base";
import type { ByteView } from "./bytes.ts";
import { type EntryRecords, entryRecordsOf, type LogEntry } from "./entry-records.ts";
import { HARD_STATE_BYTES, type StoredHardState, writeHardState } from "./hard-state.ts";
import { alignedBytes, RECORD_HEADER_BYTES, type RecordKind, sealRecord, writeRecordHeader } from "./record.ts";
import type { Attested } from "./segment.ts";

/** One `persist` effect of core/raft: cut or reset, then the hard state, then the entries. */
export interface LogBatch {
  readonly epoch: number;
  readonly truncateAfter: number | undefined;
  readonly reset: { readonly index: number; readonly term: number } | undefined;
  readonly hardState:
    | { readonly term: number; readonly vote: string | undefined; readonly mustReach: number }
    | undefined;
  readonly entries: readonly LogEntry[];
}

/** A batch whose entries are laid out as records. */
export interface LaidOutBatch extends Omit<LogBatch, "entries"> {
  readonly records: EntryRecords;
}

export function layOutBatch(batch: LogBatch): LaidOutBatch {
  return { ...batch, records: entryRecordsOf(batch.entries) };
}

/** Body of a batch record: durable sequence, offset, index, term; bytes and count of the records; time. */
export const BATCH_BODY_BYTES = 56;
/** Body of a marker: durable sequence, offset, index, term. */
export const MARKER_BODY_BYTES = 32;
const INDEX_TERM_BYTES = 16;

export const BATCH_HEADER_BYTES = alignedBytes(BATCH_BODY_BYTES);
export const MARKER_BYTES = alignedBytes(MARKER_BODY_BYTES);

export function encodedBytes(batch: LaidOutBatch): number {
  let bytes = batch.records.bytes.length;
  if (batch.truncateAfter !== undefined) bytes += alignedBytes(INDEX_TERM_BYTES);
  if (batch.reset !== undefined) bytes += alignedBytes(INDEX_TERM_BYTES);
  if (batch.hardState !== undefined) bytes += alignedBytes(HARD_STATE_BYTES);
  return bytes;
}

function writeAttested(view: ByteView, offset: number, attested: Attested): void {
  view.setU64(offset, attested.sequence);
  view.setU64(offset + 8, attested.offset);
  view.setU64(offset + 16, attested.index);
  view.setU64(offset + 24, attested.term);
}

export function readAttested(view: ByteView, offset: number): Attested | undefined {
  const sequence = view.u64(offset);
  const at = view.u64(offset + 8);
  const index = view.u64(offset + 16);
  const term = view.u64(offset + 24);
  if (sequence === undefined || at === undefined || index === undefined || term === undefined) return undefined;
  return { sequence, offset: at, index, term };
}

/** Writes records into a buffer, one after another, all sealed with the seed of one segment. */
export class RecordEncoder {
  readonly #view: ByteView;
  readonly #seed: number;
  offset: number;
  count = 0;

  constructor(view: ByteView, offset: number, seed: number) {
    this.#view = view;
    this.offset = offset;
    this.#seed = seed;
  }

  /** The records of a batch; the hard state comes before entries, so that a term is never younger than its entries. */
  batch(batch: LaidOutBatch, hardState: StoredHardState | undefined): void {
    if (batch.reset !== undefined) this.#indexAndTerm("reset", batch.reset.index, batch.reset.term);
    if (batch.truncateAfter !== undefined) this.#indexAndTerm("truncate", batch.truncateAfter, 0);
    if (hardState !== undefined) {
      writeHardState(this.#view, this.offset + RECORD_HEADER_BYTES, hardState);
      this.#seal("hardState", HARD_STATE_BYTES);
    }
    this.#records(batch.records);
  }

  #records({ bytes, count }: EntryRecords): void {
    const end = this.offset + bytes.length;
    this.#view.bytes.set(bytes, this.offset);
    for (let sealed = 0; sealed < count; sealed++) this.offset = sealRecord(this.#view, this.offset, this.#seed);
    assert(this.offset === end, "the records of entries lie one behind the other");
    this.count += count;
  }

  #indexAndTerm(kind: "reset" | "truncate", index: number, term: number): void {
    const bodyAt = this.offset + RECORD_HEADER_BYTES;
    this.#view.setU64(bodyAt, index);
    this.#view.setU64(bodyAt + 8, term);
    this.#seal(kind, INDEX_TERM_BYTES);
  }

  batchHeader(durable: Attested, bytes: number, count: number, timeMs: number): void {
    const bodyAt = this.offset + RECORD_HEADER_BYTES;
    writeAttested(this.#view, bodyAt, durable);
    this.#view.setU64(bodyAt + 32, bytes);
    this.#view.setU64(bodyAt + 40, count);
    this.#view.setU64(bodyAt + 48, timeMs);
    this.#seal("batch", BATCH_BODY_BYTES);
  }

  marker(durable: Attested): void {
    writeAttested(this.#view, this.offset + RECORD_HEADER_BYTES, durable);
    this.#seal("marker", MARKER_BODY_BYTES);
  }

  #seal(kind: RecordKind, length: number): void {
    writeRecordHeader(this.#view, this.offset, kind, length);
    this.offset = sealRecord(this.#view, this.offset, this.#seed);
    this.count++;
  }
}
