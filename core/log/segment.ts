import { crc32c, utf8Encode } from "#core/base";
import { ByteView, TEXT_FIELD_BYTES } from "./bytes.ts";
import type { LogIdentity } from "./disk.ts";
import { readHardState, type StoredHardState, writeHardState } from "./hard-state.ts";

/** A place in the log: a segment and the byte offset in it. */
export interface Position {
  readonly sequence: number;
  readonly offset: number;
}

/** A place up to which the log is on disk, and the last entry before it. */
export interface Attested extends Position {
  readonly index: number;
  readonly term: number;
}

/** What the head of a segment file says. `previous` is where the log ended before it: the segments form a chain. */
export interface SegmentHeader {
  readonly identity: LogIdentity;
  readonly sequence: number;
  readonly previous: Attested;
  readonly hardState: StoredHardState;
  readonly createdAtMs: number;
}

/**
 * Offsets: 0 magic, 8 format version, 12 header length, 16 sequence, 24 previous sequence, 32 previous offset,
 * 40 previous index, 48 previous term, 56 created at, 64 incarnation, 72 cluster id, 120 server id, 168 hard state,
 * 508 checksum of everything before it.
 */
export const SEGMENT_HEADER_BYTES = 512;
export const FORMAT_VERSION = 1;
const MAGIC = "DROVRLOG";
const CLUSTER_AT = 72;
const SERVER_AT = CLUSTER_AT + TEXT_FIELD_BYTES;
const HARD_STATE_AT = SERVER_AT + TEXT_FIELD_BYTES;
const CHECKSUM_AT = SEGMENT_HEADER_BYTES - 4;

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  const view = new ByteView(bytes);
  bytes.set(utf8Encode(MAGIC));
  view.setU32(8, FORMAT_VERSION);
  view.setU32(12, SEGMENT_HEADER_BYTES);
  view.setU64(16, header.sequence);
  view.setU64(24, header.previous.sequence);
  view.setU64(32, header.previous.offset);
  view.setU64(40, header.previous.index);
  view.setU64(48, header.previous.term);
  view.setU64(56, header.createdAtMs);
  view.setU64(64, header.identity.incarnation);
  view.setText(CLUSTER_AT, header.identity.clusterId);
  view.setText(SERVER_AT, header.identity.serverId);
  writeHardState(view, HARD_STATE_AT, header.hardState);
  view.setU32(CHECKSUM_AT, crc32c(bytes, 0, 0, CHECKSUM_AT));
  return bytes;
}

export type HeaderReading =
  | { readonly type: "header"; readonly header: SegmentHeader }
  | { readonly type: "damaged" }
  /** Written by a later version of this program. */
  | { readonly type: "newer"; readonly version: number };

export function decodeSegmentHeader(bytes: Uint8Array): HeaderReading {
  const damaged = { type: "damaged" } as const;
  if (bytes.length < SEGMENT_HEADER_BYTES) return damaged;
  const view = new ByteView(bytes);
  if (view.u32(CHECKSUM_AT) !== crc32c(bytes, 0, 0, CHECKSUM_AT)) return damaged;
  for (const [at, byte] of utf8Encode(MAGIC).entries()) if (bytes[at] !== byte) return damaged;
  if (view.u32(8) > FORMAT_VERSION) return { type: "newer", version: view.u32(8) };
  const header = headerFrom(view);
  return header === undefined ? damaged : { type: "header", header };
}

function headerFrom(view: ByteView): SegmentHeader | undefined {
  const [sequence, previousSequence, offset, index, term, createdAtMs, incarnation] = [16, 24, 32, 40, 48, 56, 64].map(
    (at) => view.u64(at),
  );
  const clusterId = view.text(CLUSTER_AT);
  const serverId = view.text(SERVER_AT);
  const hardState = readHardState(view, HARD_STATE_AT);
  if (sequence === undefined || previousSequence === undefined || offset === undefined || index === undefined)
    return undefined;
  if (term === undefined || createdAtMs === undefined || incarnation === undefined || hardState === undefined)
    return undefined;
  if (clusterId === undefined || serverId === undefined) return undefined;
  const previous = { sequence: previousSequence, offset, index, term };
  return { identity: { clusterId, serverId, incarnation }, sequence, previous, hardState, createdAtMs };
}

/**
 * The value with which every checksum of a segment begins: a record that was written for another server or for an
 * earlier use of the file never verifies.
 */
export function checksumSeed(identity: LogIdentity, sequence: number): number {
  return crc32c(utf8Encode(`${identity.clusterId}/${identity.serverId}/${sequence}`));
}
