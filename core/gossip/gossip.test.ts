import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc32c, Prng, toHex, utf8Encode } from "#core/base";
import {
  decodePacket,
  decodePushPull,
  encodeMessage,
  encodePacket,
  encodePushPull,
  Gossip,
  type GossipCipher,
  type GossipEffect,
  type GossipMessage,
  type GossipOptions,
  lanProfile,
  PACKET_BYTES_MAX,
} from "#core/gossip";

const options = (name: string, extra: Partial<GossipOptions> = {}): GossipOptions => ({
  name,
  address: name,
  tags: { role: "server" },
  label: "wan",
  profile: lanProfile,
  random: new Prng(name.charCodeAt(0)),
  ...extra,
});

/** Members that exchange everything at once, without loss or delay. */
class Room {
  readonly members = new Map<string, Gossip>();
  readonly heard: string[] = [];
  nowMs = 0;

  add(name: string, extra: Partial<GossipOptions> = {}): Gossip {
    const gossip = new Gossip(options(name, extra), this.nowMs);
    this.members.set(extra.address ?? name, gossip);
    this.carryOut(extra.address ?? name, gossip.start());
    return gossip;
  }

  carryOut(name: string, effects: readonly GossipEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send")
        this.carryOut(effect.to, this.step(effect.to, { type: "packet", from: name, bytes: effect.bytes }));
      else if (effect.type === "stream") this.stream(name, effect.id, effect.to, effect.bytes);
      else if (effect.type === "member") this.heard.push(`${name}: ${effect.news} ${effect.member.name}`);
      else if (effect.type === "conflict") this.heard.push(`${name}: conflict ${effect.name}`);
      else if (effect.type === "user-event") this.heard.push(`${name}: event ${effect.name}`);
      else if (effect.type === "query")
        this.carryOut(
          name,
          this.step(name, { type: "respond", id: effect.id, address: effect.address, payload: utf8Encode(name) }),
        );
      else if (effect.type === "query-response") this.heard.push(`${name}: answer from ${effect.from}`);
      else if (effect.type === "left") this.heard.push(`${name}: left`);
    }
  }

  stream(name: string, id: number, to: string, bytes: Uint8Array): void {
    const effects = this.step(to, { type: "stream-request", id, bytes });
    const reply = effects.find((effect) => effect.type === "stream-reply");
    this.carryOut(to, effects);
    this.carryOut(
      name,
      this.step(name, { type: "stream-answer", id, bytes: reply?.type === "stream-reply" ? reply.bytes : undefined }),
    );
  }

  step(name: string, event: Parameters<Gossip["step"]>[0]): readonly GossipEffect[] {
    return this.members.get(name)?.step(event, this.nowMs) ?? [];
  }

  run(forMs: number): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += 50)
      for (const name of this.members.keys()) this.carryOut(name, this.step(name, { type: "timer" }));
  }

  states(of: string): string[] {
    return [...(this.members.get(of)?.members.values() ?? [])].map((member) => `${member.name} ${member.state}`).sort();
  }
}

function roomOf(...names: string[]): Room {
  const room = new Room();
  for (const name of names) room.add(name);
  for (const name of names.slice(1)) room.carryOut(name, room.step(name, { type: "join", addresses: [names[0]!] }));
  room.run(3_000);
  return room;
}

describe("a pool", () => {
  it("lets members join through one of them", () => {
    const room = roomOf("a", "b", "c");
    expect(room.states("b")).toEqual(["a alive", "b alive", "c alive"]);
  });

  it("tells who failed from who left", () => {
    const room = roomOf("a", "b", "c", "d");
    room.carryOut("d", room.step("d", { type: "leave" }));
    room.run(4_000);
    room.members.delete("d");
    room.members.delete("c");
    room.run(40_000);
    expect(room.states("a")).toEqual(["a alive", "b alive", "c failed", "d left"]);
    expect(room.heard).toContain("d: left");
  });

  it("takes a member back that returns under its name, with new tags", () => {
    const room = roomOf("a", "b", "c");
    room.members.delete("c");
    room.run(40_000);
    const again = room.add("c", { tags: { role: "server", build: "2" } });
    room.carryOut("c", room.step("c", { type: "join", addresses: ["a"] }));
    room.run(5_000);
    expect(room.states("b")).toEqual(["a alive", "b alive", "c alive"]);
    expect(room.members.get("b")!.members.get("c")!.tags).toEqual({ role: "server", build: "2" });
    expect(again.incarnation).toBeGreaterThan(1);
  });

  it("reports a second server of the same name and keeps the first", () => {
    const room = roomOf("a", "b");
    room.add("b", { address: "elsewhere", incarnation: 9 });
    room.carryOut("elsewhere", room.step("elsewhere", { type: "join", addresses: ["a"] }));
    room.run(2_000);
    expect(room.heard).toContain("a: conflict b");
    expect(room.members.get("a")!.members.get("b")!.address).toBe("b");
  });

  it("tells events once to everybody, and gathers the answers to a query", () => {
    const room = roomOf("a", "b", "c");
    const told = room.members.get("a")!.tell("deploy", utf8Encode("x"), room.nowMs);
    if (told.ok) room.carryOut("a", told.value);
    const asked = room.members.get("b")!.ask("who", new Uint8Array(0), 5_000, room.nowMs);
    if (asked.ok) room.carryOut("b", asked.value.effects);
    room.run(3_000);
    expect(room.heard.filter((line) => line.endsWith("event deploy")).sort()).toEqual([
      "a: event deploy",
      "b: event deploy",
      "c: event deploy",
    ]);
    expect(room.heard.filter((line) => line.startsWith("b: answer")).sort()).toEqual([
      "b: answer from a",
      "b: answer from b",
      "b: answer from c",
    ]);
    expect(room.members.get("a")!.tell("big", new Uint8Array(600), room.nowMs)).toMatchObject({ ok: false });
  });

  it("changes keys while running: install, use, remove", () => {
    const keys = [randomBytes(32), randomBytes(32)];
    const room = new Room();
    for (const name of ["a", "b"]) room.add(name, { cipher, keys: [keys[0]!] });
    room.carryOut("b", room.step("b", { type: "join", addresses: ["a"] }));
    room.run(2_000);
    for (const member of room.members.values()) expect(member.keyRing.install(keys[1]!).ok).toBe(true);
    for (const member of room.members.values()) expect(member.keyRing.use(keys[1]!).ok).toBe(true);
    expect(room.members.get("a")!.keyRing.remove(keys[1]!)).toMatchObject({ ok: false });
    for (const member of room.members.values()) expect(member.keyRing.remove(keys[0]!).ok).toBe(true);
    room.run(20_000);
    expect(room.states("a")).toEqual(["a alive", "b alive"]);
  });

  it("hears nothing that is not sealed while it has keys, nor what another pool says", () => {
    const sealed = new Gossip(options("a", { cipher, keys: [randomBytes(32)] }), 0);
    const bytes = packetOf([{ type: "alive", name: "x", incarnation: 1, address: "x", tags: {} }], "wan");
    sealed.step({ type: "packet", from: "x", bytes }, 1);
    const plain = new Gossip(options("b"), 0);
    plain.step(
      { type: "packet", from: "x", bytes: packetOf([{ type: "dead", name: "b", incarnation: 1, from: "x" }], "lan") },
      1,
    );
    expect([sealed.droppedPackets, sealed.members.size, plain.droppedPackets, plain.incarnation]).toEqual([1, 1, 1, 1]);
  });
});

const cipher: GossipCipher = {
  seal(key, plain) {
    const nonce = randomBytes(12);
    const gcm = createCipheriv("aes-256-gcm", key, nonce);
    return Buffer.concat([nonce, gcm.update(plain), gcm.final(), gcm.getAuthTag()]);
  },
  open(key, sealed) {
    if (sealed.length < 28) return undefined;
    const gcm = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
    gcm.setAuthTag(sealed.subarray(sealed.length - 16));
    try {
      return Buffer.concat([gcm.update(sealed.subarray(12, sealed.length - 16)), gcm.final()]);
    } catch {
      return undefined;
    }
  },
};

function packetOf(messages: readonly GossipMessage[], label: string): Uint8Array {
  return encodePacket({ label, from: "x", incarnation: 3 }, messages.map(encodeMessage));
}

const samples: readonly GossipMessage[] = [
  { type: "ping", sequence: 7, target: "b" },
  { type: "ack", sequence: 7 },
  { type: "nack", sequence: 7 },
  { type: "indirect-ping", sequence: 8, target: "b", address: "10.0.0.2:4648" },
  { type: "alive", name: "b", incarnation: 4, address: "10.0.0.2:4648", tags: { dc: "dc1", role: "server" } },
  { type: "suspect", name: "b", incarnation: 4, from: "a" },
  { type: "dead", name: "b", incarnation: 4, from: "b" },
  { type: "user-event", time: 9, name: "deploy", payload: Uint8Array.of(1, 2) },
  {
    type: "query",
    time: 9,
    id: 5,
    from: "a",
    address: "10.0.0.1:4648",
    name: "who",
    timeoutMs: 500,
    payload: Uint8Array.of(3),
  },
  { type: "query-response", id: 5, from: "b", payload: Uint8Array.of(4) },
];
const state = {
  isJoin: true,
  eventTime: 3,
  queryTime: 4,
  members: [{ name: "a", address: "10.0.0.1:4648", tags: { dc: "dc1" }, incarnation: 2, state: "failed" as const }],
};
const golden = new URL("./testdata/frames.hex", import.meta.url).pathname;

describe("datagrams", () => {
  it("are what the golden file says, byte for byte", () => {
    const lines = [
      ...samples.map((message) => `${message.type} ${toHex(packetOf([message], "wan"))}`),
      `push-pull ${toHex(encodePushPull("wan", "a", state))}`,
    ];
    if (!existsSync(golden)) writeFileSync(golden, `${lines.join("\n")}\n`);
    expect(lines).toEqual(readFileSync(golden, "utf8").trim().split("\n"));
  });

  it("come back as they were sent", () => {
    expect(decodePacket(packetOf(samples, "wan"))).toEqual({
      label: "wan",
      from: "x",
      incarnation: 3,
      messages: samples,
    });
    expect(decodePushPull(encodePushPull("wan", "a", state))).toEqual({ label: "wan", from: "a", ...state });
  });

  it("never exceed 1,400 bytes, however much there is to tell", () => {
    const gossip = new Gossip(options("a"), 0);
    for (let number = 0; number < 300; number++) {
      const alive = {
        type: "alive",
        name: `member-${number}`,
        incarnation: 1,
        address: "x",
        tags: { dc: "d".repeat(40) },
      } as const;
      gossip.step({ type: "packet", from: "x", bytes: packetOf([alive], "wan") }, number);
    }
    const effects = Array.from({ length: 50 }, (_, turn) => gossip.step({ type: "timer" }, 1_000 + 200 * turn)).flat();
    const sizes = effects.map((effect) => (effect.type === "send" ? effect.bytes.length : 0));
    expect(Math.max(...sizes)).toBeGreaterThan(1_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PACKET_BYTES_MAX);
  });

  it("never throw when 50,000 of them are hostile, damaged behind a right checksum too", () => {
    const random = new Prng(3);
    const gossip = new Gossip(options("a"), 0);
    const frames = [packetOf(samples, "wan"), ...samples.map((message) => packetOf([message], "wan"))];
    for (let round = 0; round < 50_000; round++) {
      const bytes = frames[random.below(frames.length)]!.slice();
      for (let flips = 1 + random.below(6); flips > 0; flips--)
        bytes[random.below(bytes.length - 4)]! ^= 1 << random.below(8);
      if (random.below(2) === 0) sealChecksum(bytes);
      gossip.step({ type: "packet", from: "x", bytes: bytes.subarray(0, bytes.length - random.below(2)) }, round / 100);
      if (round % 10 === 0) gossip.step({ type: "stream-request", id: 1, bytes }, round / 100);
    }
    expect(gossip.droppedPackets).toBeGreaterThan(10_000);
    expect(gossip.members.size).toBeLessThan(16_385);
  });
});

function sealChecksum(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(bytes.length - 4, crc32c(bytes, 0, 0, bytes.length - 4), true);
}
