import { crc32c, Prng, utf8Encode } from "#core/base";
import { decodePacket, encodeMessage, encodePacket, Gossip, type GossipMessage, wanProfile } from "#core/gossip";
import { configurationOf, decodeFrame, encodeConfiguration, encodeFrame, type Entry, type Message } from "#core/raft";
import { type ByteCase, type ByteTarget, damaged } from "./byte-target.ts";
import type { Verdict } from "./hcl-target.ts";

const envelope = { from: "server-a", to: "server-b", term: 9 };
const configuration = configurationOf([{ id: "server-a", address: "10.0.0.1:4647", suffrage: "voter" }]);
const RAFT_HEADER_BYTES = 16;

/** Raft frames: a damaged one is dropped, and behind a right checksum it is at most another well-formed message. */
export class RaftFrameTarget implements ByteTarget {
  next(random: Prng): ByteCase {
    const message = raftMessage(random);
    const original = encodeFrame(message, { clusterId: "cluster", incarnation: 3 });
    const bytes = damaged(random, original);
    const isSealed = random.below(4) === 0 && bytes.length >= RAFT_HEADER_BYTES;
    if (isSealed) sealFrame(bytes);
    return { bytes, read: () => readFrame(bytes, original, isSealed) };
  }
}

function readFrame(bytes: Uint8Array, original: Uint8Array, isSealed: boolean): Verdict {
  const reading = decodeFrame(bytes, "cluster");
  if (reading.type === "dropped" || isSealed) return undefined;
  return Buffer.compare(bytes, original) === 0 ? undefined : `a damaged ${reading.message.type} was read`;
}

function sealFrame(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(8, bytes.length, true);
  view.setUint32(12, crc32c(bytes, crc32c(bytes, 0, 0, 12), RAFT_HEADER_BYTES), true);
}

function raftMessage(random: Prng): Message {
  const kind = random.below(5);
  if (kind === 0)
    return { type: "vote-request", ...envelope, preVote: true, transfer: false, round: 4, lastIndex: 99, lastTerm: 6 };
  if (kind === 1) return { type: "heartbeat", ...envelope, commit: random.below(1000), round: 5 };
  if (kind === 2) {
    const snapshot = { id: "7-98", index: 98, term: 6, configuration, bytes: 1000, hash: "ab12" };
    return { type: "snapshot-chunk", ...envelope, snapshot, offset: 512, data: random.bytes(random.below(200)) };
  }
  if (kind === 3)
    return { type: "append-response", ...envelope, accepted: true, sequence: 12, matchIndex: 5, hintTerm: 0 };
  const entries = Array.from({ length: random.below(8) }, (_, at) => entryAt(random, 100 + at));
  const position = { sequence: 12, previousIndex: 99, previousTerm: 6, commit: 98 };
  return { type: "append-request", ...envelope, ...position, entries };
}

function entryAt(random: Prng, index: number): Entry {
  if (random.below(8) === 0) return { index, term: 7, kind: "configuration", data: encodeConfiguration(configuration) };
  return { index, term: 7, kind: "command", data: random.bytes(random.below(100)) };
}

const samples: readonly GossipMessage[] = [
  { type: "ping", sequence: 7, target: "a" },
  { type: "indirect-ping", sequence: 8, target: "b", address: "10.0.0.2:4648" },
  { type: "alive", name: "b", incarnation: 4, address: "10.0.0.2:4648", tags: { dc: "dc1", role: "server" } },
  { type: "suspect", name: "b", incarnation: 4, from: "a" },
  { type: "dead", name: "b", incarnation: 4, from: "b" },
  { type: "user-event", time: 9, name: "deploy", payload: utf8Encode("payload") },
  { type: "query-response", id: 5, from: "b", payload: utf8Encode("answer") },
];

/** Datagrams and streams of gossip, handed to a member that must go on whatever comes. */
export class GossipTarget implements ByteTarget {
  #member = newMember();
  #turn = 0;

  next(random: Prng): ByteCase {
    if (++this.#turn % 10_000 === 0) this.#member = newMember();
    const count = 1 + random.below(samples.length);
    const messages = Array.from({ length: count }, () => samples[random.below(samples.length)] as GossipMessage);
    const original = encodePacket({ label: "wan", from: "x", incarnation: 3 }, messages.map(encodeMessage));
    const bytes = damaged(random, original);
    const isSealed = random.below(2) === 0 && bytes.length >= 4;
    if (isSealed) sealPacket(bytes);
    const asStream = random.below(8) === 0;
    return { bytes, read: () => this.#read(bytes, original, isSealed, asStream) };
  }

  #read(bytes: Uint8Array, original: Uint8Array, isSealed: boolean, asStream: boolean): Verdict {
    const nowMs = this.#turn / 100;
    if (asStream) this.#member.step({ type: "stream-request", id: 1, bytes }, nowMs);
    else this.#member.step({ type: "packet", from: "x", bytes }, nowMs);
    if (isSealed || Buffer.compare(bytes, original) === 0) return undefined;
    return decodePacket(bytes) === undefined ? undefined : "a damaged datagram was read";
  }
}

function newMember(): Gossip {
  const options = { name: "a", address: "a", tags: {}, label: "wan", profile: wanProfile, random: new Prng(1) };
  return new Gossip(options, 0);
}

function sealPacket(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(bytes.length - 4, crc32c(bytes, 0, 0, bytes.length - 4), true);
}
