import { BroadcastQueue, retransmitLimit } from "./broadcast-queue.ts";
import { encodePacket, MESSAGE_OVERHEAD, packetOverhead } from "./codec.ts";
import type { GossipEffect } from "./effect.ts";
import { KeyRing } from "./key-ring.ts";
import { LocalHealth } from "./local-health.ts";
import { isReachable, type Member, type Tags } from "./member.ts";
import { type GossipOptions, PACKET_BYTES_MAX } from "./options.ts";
import type { Suspicion } from "./suspicion.ts";

/** A cipher adds a version, a nonce and a tag; room for them is always kept. */
const SEAL_BYTES = 48;

/** Everything one member knows, and the effects of the current step. */
export class Pool {
  readonly options: GossipOptions;
  readonly keyRing: KeyRing;
  readonly queue = new BroadcastQueue();
  readonly health: LocalHealth;
  readonly members = new Map<string, Member>();
  readonly suspicions = new Map<string, Suspicion>();
  incarnation: number;
  tags: Tags;
  isLeaving = false;
  nowMs = 0;
  effects: GossipEffect[] = [];
  /** Packets that were dropped: not ours, damaged, or sealed with an unknown key. */
  dropped = 0;
  #names: string[] = [];
  #reachable = 0;

  constructor(options: GossipOptions) {
    this.options = options;
    this.keyRing = new KeyRing(options.cipher, options.keys ?? []);
    this.health = new LocalHealth(options.profile.healthMax);
    this.incarnation = options.incarnation ?? 1;
    this.tags = options.tags;
  }

  get name(): string {
    return this.options.name;
  }

  /** Members that should answer, this one included. */
  get size(): number {
    return this.#reachable;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  emit(effect: GossipEffect): void {
    this.effects.push(effect);
  }

  put(member: Member): void {
    const known = this.members.get(member.name);
    if (known === undefined) this.#insert(member.name);
    this.#reachable += Number(isReachable(member)) - Number(known !== undefined && isReachable(known));
    this.members.set(member.name, member);
  }

  forget(name: string): void {
    this.members.delete(name);
    this.suspicions.delete(name);
    this.#names = this.#names.filter((other) => other !== name);
  }

  /** A newcomer gets a random place, so that members do not all probe it at once (SWIM §4.3). */
  #insert(name: string): void {
    const at = this.options.random.below(this.#names.length + 1);
    this.#names.push(this.#names[at] ?? name);
    this.#names[at] = name;
  }

  shuffle(): void {
    const names = this.#names;
    for (let index = names.length - 1; index > 0; index--) {
      const other = this.options.random.below(index + 1);
      [names[index], names[other]] = [names[other] as string, names[index] as string];
    }
  }

  /** Up to `count` different members that satisfy `isWanted`, never this one. */
  pick(count: number, isWanted: (member: Member) => boolean): Member[] {
    const picked: Member[] = [];
    for (let tries = 3 * this.#names.length; tries > 0 && picked.length < count; tries--) {
      const name = this.#names[this.options.random.below(this.#names.length)] as string;
      const member = this.members.get(name);
      if (member === undefined || name === this.name || picked.includes(member) || !isWanted(member)) continue;
      picked.push(member);
    }
    return picked;
  }

  /** Sends these messages and as much news as fits beside them. */
  sendPacket(to: string, messages: readonly Uint8Array[]): void {
    const { label, name: from, profile } = this.options;
    let room = PACKET_BYTES_MAX - packetOverhead(label, from) - (this.keyRing.isEncrypting ? SEAL_BYTES : 0);
    for (const message of messages) room -= message.length + MESSAGE_OVERHEAD;
    if (this.options.buggify?.("gossip/packet/no-room")) room = 0;
    const news = this.queue.take(room, retransmitLimit(profile.retransmitMultiplier, this.#reachable));
    if (messages.length + news.length === 0) return;
    const plain = encodePacket({ label, from, incarnation: this.incarnation }, [...messages, ...news]);
    this.emit({ type: "send", to, bytes: this.keyRing.seal(plain) });
  }
}
