import { ByteReader, ByteWriter, crc32c } from "#core/base";
import { decodeConfiguration, encodeConfiguration } from "./configuration.ts";
import { ENTRY_BYTES_MAX, type Entry, type EntryKind } from "./entry.ts";
import type { AppendRequest, Message, SnapshotDescription } from "./message.ts";

/** Who sends: every frame says so, and one of another cluster is dropped. */
export interface FrameSender {
  readonly clusterId: string;
  /** Counts the starts of the sending server. */
  readonly incarnation: number;
}

/** Why a frame was dropped; counted by the service, never answered. */
export type FrameDrop = "truncated" | "magic" | "version" | "checksum" | "cluster" | "malformed";

export type FrameReading =
  | { readonly type: "message"; readonly message: Message; readonly incarnation: number }
  | { readonly type: "dropped"; readonly reason: FrameDrop };

/**
 * Offsets: 0 magic, 4 version, 5 message type, 6 zero, 8 length of the whole frame, 12 checksum (of what follows it,
 * seeded with the checksum of what precedes it), 16 cluster id, from, to, incarnation, term, and the fields of the type.
 */
const MAGIC = 0x31_46_52_44; // "DRF1"
export const FRAME_VERSION = 1;
const HEADER_BYTES = 16;
/** The largest frame: one entry of the largest size, or a full append, and their surroundings. */
export const FRAME_BYTES_MAX = ENTRY_BYTES_MAX + 64 * 1024;

const types: readonly (Message["type"] | undefined)[] = [
  undefined,
  "vote-request",
  "vote-response",
  "append-request",
  "append-response",
  "heartbeat",
  "heartbeat-response",
  "snapshot-chunk",
  "snapshot-response",
  "timeout-now",
];
const kinds: readonly EntryKind[] = ["command", "noop", "configuration"];

export function encodeFrame(message: Message, sender: FrameSender): Uint8Array {
  const writer = new ByteWriter(capacityFor(message));
  writer.u32(MAGIC);
  writer.u8(FRAME_VERSION);
  writer.u8(types.indexOf(message.type));
  writer.u8(0);
  writer.u8(0);
  writer.u32(0);
  writer.u32(0);
  writer.text(sender.clusterId);
  writer.text(message.from);
  writer.text(message.to);
  writer.u64(sender.incarnation);
  writer.u64(message.term);
  writeFields(writer, message);
  writer.patchU32(8, writer.length);
  writer.patchU32(12, checksumOf(writer.bytes));
  return writer.bytes;
}

function capacityFor(message: Message): number {
  if (message.type === "append-request")
    return message.entries.reduce((sum, entry) => sum + entry.data.length + 24, 256);
  return message.type === "snapshot-chunk" ? message.data.length + 4096 : 256;
}

function checksumOf(frame: Uint8Array): number {
  return crc32c(frame, crc32c(frame, 0, 0, 12), HEADER_BYTES);
}

function writeFields(writer: ByteWriter, message: Message): void {
  switch (message.type) {
    case "vote-request":
      writer.u8(message.preVote ? 1 : 0);
      writer.u8(message.transfer ? 1 : 0);
      for (const value of [message.round, message.lastIndex, message.lastTerm]) writer.u64(value);
      return;
    case "vote-response":
      writer.u8(message.preVote ? 1 : 0);
      writer.u8(message.granted ? 1 : 0);
      return writer.u64(message.round);
    case "append-request":
      return writeAppend(writer, message);
    case "append-response":
      writer.u8(message.accepted ? 1 : 0);
      for (const value of [message.sequence, message.matchIndex, message.hintTerm]) writer.u64(value);
      return;
    case "heartbeat":
      writer.u64(message.commit);
      return writer.u64(message.round);
    case "heartbeat-response":
      return writer.u64(message.round);
    case "snapshot-chunk":
      writeSnapshot(writer, message.snapshot);
      writer.u64(message.offset);
      return writer.blob(message.data);
    case "snapshot-response":
      writer.text(message.snapshotId);
      writer.u64(message.nextOffset);
      return writer.u8(message.installed ? 1 : 0);
    default:
      return;
  }
}

function writeAppend(writer: ByteWriter, message: AppendRequest): void {
  for (const value of [message.sequence, message.previousIndex, message.previousTerm, message.commit])
    writer.u64(value);
  writer.u32(message.entries.length);
  for (const entry of message.entries) {
    writer.u64(entry.term);
    writer.u8(kinds.indexOf(entry.kind));
    writer.blob(entry.data);
  }
}

function writeSnapshot(writer: ByteWriter, snapshot: SnapshotDescription): void {
  writer.text(snapshot.id);
  for (const value of [snapshot.index, snapshot.term, snapshot.bytes]) writer.u64(value);
  writer.text(snapshot.hash);
  writer.blob(encodeConfiguration(snapshot.configuration));
}

/** Never throws, whatever the bytes. Entry data and chunks are views into `frame`. */
export function decodeFrame(frame: Uint8Array, clusterId: string): FrameReading {
  const drop = (reason: FrameDrop): FrameReading => ({ type: "dropped", reason });
  if (frame.length < HEADER_BYTES) return drop("truncated");
  const head = new ByteReader(frame, 0);
  if (head.u32() !== MAGIC) return drop("magic");
  const version = head.u8();
  const type = types[head.u8()];
  head.u8();
  head.u8();
  if (head.u32() !== frame.length) return drop("truncated");
  if (head.u32() !== checksumOf(frame)) return drop("checksum");
  if (version !== FRAME_VERSION) return drop("version");
  if (head.text() !== clusterId) return drop(head.isBroken ? "malformed" : "cluster");
  const envelope = { from: head.text(), to: head.text() };
  const incarnation = head.u64();
  const message = type === undefined ? undefined : readMessage(head, type, { ...envelope, term: head.u64() });
  if (message === undefined || !head.isAtEnd) return drop("malformed");
  return { type: "message", message, incarnation };
}

interface Envelope {
  readonly from: string;
  readonly to: string;
  readonly term: number;
}

function readMessage(reader: ByteReader, type: Message["type"], envelope: Envelope): Message | undefined {
  switch (type) {
    case "vote-request": {
      const [preVote, transfer] = [reader.flag(), reader.flag()];
      const [round, lastIndex, lastTerm] = [reader.u64(), reader.u64(), reader.u64()];
      return { type, ...envelope, preVote, transfer, round, lastIndex, lastTerm };
    }
    case "vote-response": {
      const [preVote, granted] = [reader.flag(), reader.flag()];
      return { type, ...envelope, preVote, granted, round: reader.u64() };
    }
    case "append-request":
      return readAppend(reader, envelope);
    case "append-response": {
      const accepted = reader.flag();
      const [sequence, matchIndex, hintTerm] = [reader.u64(), reader.u64(), reader.u64()];
      return { type, ...envelope, accepted, sequence, matchIndex, hintTerm };
    }
    case "heartbeat":
      return { type, ...envelope, commit: reader.u64(), round: reader.u64() };
    case "heartbeat-response":
      return { type, ...envelope, round: reader.u64() };
    case "snapshot-chunk":
      return readChunk(reader, envelope);
    case "snapshot-response":
      return { type, ...envelope, snapshotId: reader.text(), nextOffset: reader.u64(), installed: reader.flag() };
    case "timeout-now":
      return { type, ...envelope };
    default:
      return undefined;
  }
}

const ENTRY_BYTES_MIN = 13;

function readAppend(reader: ByteReader, envelope: Envelope): AppendRequest | undefined {
  const [sequence, previousIndex, previousTerm, commit] = [reader.u64(), reader.u64(), reader.u64(), reader.u64()];
  const count = reader.u32();
  if (count * ENTRY_BYTES_MIN > reader.left) return undefined;
  const entries: Entry[] = [];
  for (let position = 1; position <= count; position++) {
    const term = reader.u64();
    const kind = kinds[reader.u8()];
    const data = reader.blob();
    if (kind === undefined || reader.isBroken || !isPlausible(kind, data)) return undefined;
    if (term < (entries.at(-1)?.term ?? previousTerm) || term > envelope.term) return undefined;
    entries.push({ index: previousIndex + position, term, kind, data });
  }
  return { type: "append-request", ...envelope, sequence, previousIndex, previousTerm, entries, commit };
}

function isPlausible(kind: EntryKind, data: Uint8Array): boolean {
  return kind === "configuration" ? decodeConfiguration(data) !== undefined : data.length <= ENTRY_BYTES_MAX;
}

function readChunk(reader: ByteReader, envelope: Envelope): Message | undefined {
  const id = reader.text();
  const [index, term, bytes] = [reader.u64(), reader.u64(), reader.u64()];
  const hash = reader.text();
  const configuration = decodeConfiguration(reader.blob());
  const offset = reader.u64();
  const data = reader.blob();
  if (configuration === undefined) return undefined;
  const snapshot = { id, index, term, configuration, bytes, hash };
  return { type: "snapshot-chunk", ...envelope, snapshot, offset, data };
}
