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
  let index = first.index;
  for (const entry of entries) {
    if (entry.index !== index) assert(false, `entry ${entry.index} stands where ${index} belongs`);
    index++;
    const bodyAt = offset + RECORD_HEADER_BYTES;
    offset = writeRecordHeader(view, offset, entry.kind, ENTRY_PREFIX_BYTES + entry.data.length);
    view.setU64(bodyAt, entry.index);
    view.setU64(bodyAt + 8, entry.term);
    target.set(entry.data, bodyAt + ENTRY_PREFIX_BYTES);
  }
  assert(offset === target.length, "the records have the size that was computed");
  return {
    bytes: target,
    count: entries.length,
    firstIndex: first.index,
    lastIndex: last.index,
    lastTerm: last.term,
  };
}

export function entryRecordsOf(entries: readonly LogEntry[]): EntryRecords {
  return layOutEntries(entries, new Uint8Array(entryRecordsBytes(entries)));
}
