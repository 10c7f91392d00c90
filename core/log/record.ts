import { assert, crc32c } from "#core/base";
import { ByteView } from "./bytes.ts";

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

/** Completes a record whose body is already in place behind its header; returns the offset after it. */
export function sealRecord(view: ByteView, offset: number, kind: RecordKind, length: number, seed: number): number {
  const bodyAt = offset + RECORD_HEADER_BYTES;
  view.setU32(offset, length);
  view.setU32(offset + 4, recordKinds[kind]);
  const headChecksum = crc32c(view.bytes, seed, offset, offset + 8);
  view.setU32(offset + 8, headChecksum);
  view.setU32(offset + 12, crc32c(view.bytes, headChecksum, bodyAt, bodyAt + length));
  const end = offset + alignedBytes(length);
  assert(end <= view.bytes.length, "a record fits in its buffer");
  view.bytes.fill(0, bodyAt + length, end);
  return end;
}

/** The header at `offset`, or undefined when it is not one of this segment. */
export function readRecordHeader(view: ByteView, offset: number, seed: number): RecordHeader | undefined {
  const kindNumber = view.u32(offset + 4);
  const kind = kindNumber < kindNames.length ? kindNames[kindNumber] : undefined;
  if (kind === undefined) return undefined;
  if (crc32c(view.bytes, seed, offset, offset + 8) !== view.u32(offset + 8)) return undefined;
  return { kind, length: view.u32(offset), bodyChecksum: view.u32(offset + 12) };
}

export function isBodyIntact(view: ByteView, offset: number, header: RecordHeader): boolean {
  const bodyAt = offset + RECORD_HEADER_BYTES;
  if (bodyAt + header.length > view.bytes.length) return false;
  return crc32c(view.bytes, view.u32(offset + 8), bodyAt, bodyAt + header.length) === header.bodyChecksum;
}
