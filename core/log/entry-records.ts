import { assert } from "#core/base";
import { ByteView } from "./bytes.ts";
import { alignedBytes, ENTRY_PREFIX_BYTES, RECORD_HEADER_BYTES, writeRecordHeader } from "./record.ts";

export type LogEntryKind = "command" | "noop" | "configuration";

/** An entry as the log keeps it; its data is opaque. */
export interface LogEntry {
  readonly index: number;
  readonly term: number;
  readonly kind: LogEntryKind;
  readonly data: Uint8Array;
}

/**
 * Entries as the records that they become, complete but for their checksums: one thread lays them out where another
 * one finds them, which copies the whole and seals it.
 */
export interface EntryRecords {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export const noEntryRecords: EntryRecords = {
  bytes: new Uint8Array(0),
  count: 0,
  firstIndex: 0,
  lastIndex: 0,
  lastTerm: 0,
};

export function entryRecordsBytes(entries: readonly LogEntry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += alignedBytes(ENTRY_PREFIX_BYTES + entry.data.length);
  return bytes;
}

/** Fills `target`, which has exactly `entryRecordsBytes(entries)`. */
export function layOutEntries(entries: readonly LogEntry[], target: Uint8Array): EntryRecords {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return noEntryRecords;
  const view = new ByteView(target);
  let offset = 0;
  for (let position = 0; position < entries.length; position++) {
    const entry = entries[position] as LogEntry;
    if (entry.index !== first.index + position) assert(false, `entry ${entry.index} is out of its place`);
    offset = layOut(entry, view, offset);
  }
  assert(offset === target.length, "the records have the size that was computed");
  const { index: firstIndex } = first;
  return { bytes: target, count: entries.length, firstIndex, lastIndex: last.index, lastTerm: last.term };
}

function layOut({ index, term, kind, data }: LogEntry, view: ByteView, offset: number): number {
  const bodyAt = offset + RECORD_HEADER_BYTES;
  const end = writeRecordHeader(view, offset, kind, ENTRY_PREFIX_BYTES + data.length);
  view.setU64(bodyAt, index);
  view.setU64(bodyAt + 8, term);
  view.bytes.set(data, bodyAt + ENTRY_PREFIX_BYTES);
  return end;
}

export function entryRecordsOf(entries: readonly LogEntry[]): EntryRecords {
  return layOutEntries(entries, new Uint8Array(entryRecordsBytes(entries)));
}
