import { assert } from "#core/base";
import type { ByteView } from "./bytes.ts";

/** What a record is. The number is what is on disk and never changes its meaning. */
export const recordKinds = {
  batch: 1,
  command: 2,
  noop: 3,
  configuration: 4,
  hardState: 5,
  marker: 6,
  truncate: 7,
  reset: 8,
} as const;

export type RecordKind = keyof typeof recordKinds;

const kindNames: readonly (RecordKind | undefined)[] = [
  undefined,
  "batch",
  "command",
  "noop",
  "configuration",
  "hardState",
  "marker",
  "truncate",
  "reset",
];

/** Offsets: 0 body length, 4 kind, 5 zero, 8 checksum of the 8 bytes before, 12 checksum of the body. */
export const RECORD_HEADER_BYTES = 16;
/** Index and term before an entry's data. */
export const ENTRY_PREFIX_BYTES = 16;
/** A batch is written, verified and cut as a whole. */
export const BATCH_BYTES_MAX = 16 * 1024 * 1024;

export interface RecordHeader {
  readonly kind: RecordKind;
  readonly length: number;
  readonly bodyChecksum: number;
}

export function alignedBytes(bodyLength: number): number {
  return (RECORD_HEADER_BYTES + bodyLength + 7) & ~7;
}

/** The head of a record without its checksums, and the zeros after its body; returns the offset after both. */
export function writeRecordHeader(view: ByteView, offset: number, kind: RecordKind, length: number): number {
  const end = offset + alignedBytes(length);
  if (end > view.bytes.length) assert(false, "a record fits in its buffer");
  view.setU32(offset, length);
  view.setU32(offset + 4, recordKinds[kind]);
  for (let at = offset + RECORD_HEADER_BYTES + length; at < end; at++) view.bytes[at] = 0;
  return end;
}

/** Sets the checksums of the record at `offset`, which is complete otherwise; returns the offset after it. */
export function sealRecord(view: ByteView, offset: number, seed: number): number {
  const bodyAt = offset + RECORD_HEADER_BYTES;
  const length = view.u32(offset);
  const headChecksum = view.crc32c(seed, offset, offset + 8);
  view.setU32(offset + 8, headChecksum);
  view.setU32(offset + 12, view.crc32c(headChecksum, bodyAt, bodyAt + length));
  return offset + alignedBytes(length);
}

/** The header at `offset`, or undefined when it is not one of this segment. */
export function readRecordHeader(view: ByteView, offset: number, seed: number): RecordHeader | undefined {
  const kindNumber = view.u32(offset + 4);
  const kind = kindNumber < kindNames.length ? kindNames[kindNumber] : undefined;
  if (kind === undefined) return undefined;
  if (view.crc32c(seed, offset, offset + 8) !== view.u32(offset + 8)) return undefined;
  return { kind, length: view.u32(offset), bodyChecksum: view.u32(offset + 12) };
}

export function isBodyIntact(view: ByteView, offset: number, header: RecordHeader): boolean {
  const bodyAt = offset + RECORD_HEADER_BYTES;
  if (bodyAt + header.length > view.bytes.length) return false;
  return view.crc32c(view.u32(offset + 8), bodyAt, bodyAt + header.length) === header.bodyChecksum;
}
