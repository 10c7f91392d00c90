import { ByteReader, ByteWriter, crc32c } from "#core/base";
import type { Tags } from "./member.ts";
import type { GossipMessage, MemberRecord, PushPull } from "./message.ts";
import { MEMBERS_MAX, PACKET_BYTES_MAX } from "./options.ts";

/** The plain content of a datagram: who sends, and messages. */
export interface Packet {
  readonly label: string;
  readonly from: string;
  readonly incarnation: number;
  readonly messages: readonly GossipMessage[];
}

const types: readonly (GossipMessage["type"] | undefined)[] = [
  undefined,
  "ping",
  "ack",
  "nack",
  "indirect-ping",
  "alive",
  "suspect",
  "dead",
  "user-event",
  "query",
  "query-response",
];
const states: readonly MemberRecord["state"][] = ["alive", "suspect", "failed", "left"];
const TAGS_MAX = 64;
const MESSAGES_MAX = 255;
const RECORD_BYTES_MIN = 13;

export function encodeMessage(message: GossipMessage): Uint8Array {
  const writer = new ByteWriter(64);
  writer.u8(types.indexOf(message.type));
  writeFields(writer, message);
  return writer.bytes;
}

function writeFields(writer: ByteWriter, message: GossipMessage): void {
  switch (message.type) {
    case "ping":
      writer.u32(message.sequence);
      return writer.text(message.target);
    case "ack":
    case "nack":
      return writer.u32(message.sequence);
    case "indirect-ping":
      writer.u32(message.sequence);
      writer.text(message.target);
      return writer.text(message.address);
    case "alive":
      writer.text(message.name);
      writer.u64(message.incarnation);
      writer.text(message.address);
      return writeTags(writer, message.tags);
    case "suspect":
    case "dead":
      writer.text(message.name);
      writer.u64(message.incarnation);
      return writer.text(message.from);
    case "user-event":
      writer.u64(message.time);
      writer.text(message.name);
      return writer.blob(message.payload);
    case "query":
      writer.u64(message.time);
      writer.u32(message.id);
      writer.text(message.from);
      writer.text(message.address);
      writer.text(message.name);
      writer.u32(message.timeoutMs);
      return writer.blob(message.payload);
    case "query-response":
      writer.u32(message.id);
      writer.text(message.from);
      return writer.blob(message.payload);
    default:
      return;
  }
}

function writeTags(writer: ByteWriter, tags: Tags): void {
  const keys = Object.keys(tags).sort();
  writer.u8(keys.length);
  for (const key of keys) {
    writer.text(key);
    writer.text(tags[key] as string);
  }
}

function readTags(reader: ByteReader): Tags {
  const tags: Record<string, string> = Object.create(null) as Record<string, string>;
  const count = reader.u8();
  if (count > TAGS_MAX) reader.isBroken = true;
  for (let left = count; left > 0 && !reader.isBroken; left--) {
    const key = reader.text();
    tags[key] = reader.text();
  }
  return tags;
}

export function encodePacket(packet: Omit<Packet, "messages">, messages: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(PACKET_BYTES_MAX);
  writer.text(packet.label);
  writer.text(packet.from);
  writer.u64(packet.incarnation);
  writer.u8(messages.length);
  for (const message of messages) writer.blob(message);
  writer.u32(crc32c(writer.bytes));
  return writer.bytes;
}

/** Bytes of a packet around its messages, and around each message. */
export function packetOverhead(label: string, from: string): number {
  return label.length * 3 + from.length * 3 + 2 + 8 + 1 + 4;
}
export const MESSAGE_OVERHEAD = 4;

/** Undefined for anything that is not a packet; never throws. */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < 16 || bytes.length > 64 * 1024) return undefined;
  const end = bytes.length - 4;
  const checksum = new ByteReader(bytes, end).u32();
  if (checksum !== crc32c(bytes, 0, 0, end)) return undefined;
  const reader = new ByteReader(bytes.subarray(0, end), 0);
  const [label, from, incarnation] = [reader.text(), reader.text(), reader.u64()];
  const count = reader.u8();
  if (reader.isBroken || count > MESSAGES_MAX) return undefined;
  const messages: GossipMessage[] = [];
  for (let left = count; left > 0; left--) {
    const message = decodeMessage(reader.blob());
    if (reader.isBroken || message === undefined) return undefined;
    messages.push(message);
  }
  return reader.isAtEnd ? { label, from, incarnation, messages } : undefined;
}

function decodeMessage(bytes: Uint8Array): GossipMessage | undefined {
  const reader = new ByteReader(bytes, 0);
  const type = types[reader.u8()];
  const message = type === undefined ? undefined : readFields(reader, type);
  return reader.isAtEnd ? message : undefined;
}

function readFields(reader: ByteReader, type: GossipMessage["type"]): GossipMessage | undefined {
  switch (type) {
    case "ping":
      return { type, sequence: reader.u32(), target: reader.text() };
    case "ack":
    case "nack":
      return { type, sequence: reader.u32() };
    case "indirect-ping":
      return { type, sequence: reader.u32(), target: reader.text(), address: reader.text() };
    case "alive": {
      const [name, incarnation, address] = [reader.text(), reader.u64(), reader.text()];
      return { type, name, incarnation, address, tags: readTags(reader) };
    }
    case "suspect":
    case "dead": {
      const [name, incarnation] = [reader.text(), reader.u64()];
      return { type, name, incarnation, from: reader.text() };
    }
    case "user-event":
      return { type, time: reader.u64(), name: reader.text(), payload: reader.blob().slice() };
    case "query": {
      const [time, id, from] = [reader.u64(), reader.u32(), reader.text()];
      const [address, name, timeoutMs] = [reader.text(), reader.text(), reader.u32()];
      return { type, time, id, from, address, name, timeoutMs, payload: reader.blob().slice() };
    }
    case "query-response":
      return { type, id: reader.u32(), from: reader.text(), payload: reader.blob().slice() };
    default:
      return undefined;
  }
}

export function encodePushPull(label: string, from: string, state: PushPull): Uint8Array {
  const writer = new ByteWriter(256 + state.members.length * 64);
  writer.text(label);
  writer.text(from);
  writer.u8(state.isJoin ? 1 : 0);
  writer.u64(state.eventTime);
  writer.u64(state.queryTime);
  writer.u32(state.members.length);
  for (const member of state.members) {
    writer.text(member.name);
    writer.text(member.address);
    writer.u64(member.incarnation);
    writer.u8(states.indexOf(member.state));
    writeTags(writer, member.tags);
  }
  writer.u32(crc32c(writer.bytes));
  return writer.bytes;
}

export function decodePushPull(
  bytes: Uint8Array,
): (PushPull & { readonly label: string; readonly from: string }) | undefined {
  if (bytes.length < 16) return undefined;
  const end = bytes.length - 4;
  if (new ByteReader(bytes, end).u32() !== crc32c(bytes, 0, 0, end)) return undefined;
  const reader = new ByteReader(bytes.subarray(0, end), 0);
  const [label, from, isJoin] = [reader.text(), reader.text(), reader.flag()];
  const [eventTime, queryTime, count] = [reader.u64(), reader.u64(), reader.u32()];
  if (reader.isBroken || count > MEMBERS_MAX || count * RECORD_BYTES_MIN > reader.left) return undefined;
  const members: MemberRecord[] = [];
  for (let left = count; left > 0; left--) {
    const [name, address, incarnation] = [reader.text(), reader.text(), reader.u64()];
    const state = states[reader.u8()];
    const tags = readTags(reader);
    if (state === undefined || reader.isBroken) return undefined;
    members.push({ name, address, incarnation, state, tags });
  }
  return reader.isAtEnd ? { label, from, isJoin, eventTime, queryTime, members } : undefined;
}
