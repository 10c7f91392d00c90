import { type Buggify, Prng } from "#core/base";
import {
  Gossip,
  type GossipEffect,
  type GossipEvent,
  type GossipProfile,
  isReachable,
  type Member,
} from "#core/gossip";
import { buggifyOf, type SitesFired } from "../buggify.ts";
import { EventQueue } from "../event-queue.ts";

/** How good the network is. */
export interface GossipNetwork {
  readonly lossRate: number;
  readonly delayMs: number;
  readonly jitterMs: number;
}

export class SimulatedMember {
  readonly name: string;
  gossip: Gossip;
  isUp = true;
  incarnation = 1;
  busyUntilMs = 0;
  timerToken = 0;

  constructor(name: string, gossip: Gossip) {
    this.name = name;
    this.gossip = gossip;
  }
}

/** Somebody was declared failed, by whom, when, and whether it was true. */
export interface Verdict {
  readonly about: string;
  /** The life of the member that was declared over; a false death is one such pair, whoever hears of it. */
  readonly incarnation: number;
  readonly by: string;
  readonly atMs: number;
  readonly isTrue: boolean;
}

/** A pool of members under one seed. A member's address is its name. */
export class GossipWorld {
  readonly members = new Map<string, SimulatedMember>();
  readonly verdicts: Verdict[] = [];
  readonly profile: GossipProfile;
  network: GossipNetwork;
  nowMs = 0;
  events = 0;
  packets = 0;
  packetBytes = 0;
  hash = 0;
  /** What arrives at a member that stands still is lost, as with a stopped virtual machine; else it waits. */
  losesWhilePaused = false;
  onEffect: (member: SimulatedMember, effect: GossipEffect) => void = () => {};
  isBlocked: (from: string, to: string) => boolean = () => false;
  readonly #random: Prng;
  readonly #happenings = new EventQueue();
  #born = 0;

  readonly sitesFired: SitesFired = new Map();
  readonly #buggify: Buggify;

  constructor(seed: number, profile: GossipProfile, network: GossipNetwork, hasBuggify = false) {
    this.#buggify = buggifyOf(seed, hasBuggify, this.sitesFired);
    this.#random = new Prng(seed * 5 + 3);
    this.profile = profile;
    this.network = network;
  }

  get random(): Prng {
    return this.#random;
  }

  /** Members that have known each other for long. */
  found(count: number): void {
    const names = Array.from({ length: count }, (_, number) => `m${number}`);
    const known = names.map(
      (name): Member => ({ name, address: name, tags: {}, incarnation: 1, state: "alive", sinceMs: 0 }),
    );
    for (const name of names) this.#begin(name, known);
  }

  #begin(name: string, known: readonly Member[], incarnation = 1): SimulatedMember {
    const random = new Prng(this.#random.next() + this.#born++);
    const common = { tags: {}, label: "lan", profile: this.profile, buggify: this.#buggify };
    const options = { name, address: name, ...common, random, incarnation };
    const member = new SimulatedMember(name, new Gossip(options, this.nowMs, known));
    const earlier = this.members.get(name);
    if (earlier !== undefined) member.incarnation = earlier.incarnation + 1;
    this.members.set(name, member);
    this.#carryOut(member, member.gossip.start());
    return member;
  }

  /** A new or returning member that knows nothing but somebody's address. */
  join(name: string, through: string): void {
    const earlier = this.members.get(name)?.gossip.incarnation ?? 0;
    const member = this.#begin(name, [], earlier + 1);
    this.#tryJoin(member, through);
  }

  /** As a service does: again and again until somebody answers. */
  #tryJoin(member: SimulatedMember, through: string): void {
    if (this.members.get(member.name) !== member || member.gossip.members.size > 1) return;
    this.deliver(member, { type: "join", addresses: [through] });
    this.after(2_000, () => this.#tryJoin(member, through));
  }

  crash(name: string): void {
    const member = this.members.get(name);
    if (member === undefined) return;
    member.isUp = false;
    member.timerToken++;
  }

  /** Stands still, then finds everything that arrived meanwhile; timers come first, as in Node. */
  pause(name: string, forMs: number): void {
    const member = this.members.get(name);
    if (member !== undefined) member.busyUntilMs = Math.max(member.busyUntilMs, this.nowMs + forMs);
  }

  after(delayMs: number, run: () => void): void {
    this.#happenings.push(this.nowMs + delayMs, run);
  }

  run(untilMs: number, isDone?: () => boolean): void {
    for (let count = 0; ; count++) {
      const atMs = this.#happenings.nextMs;
      if (atMs > untilMs) break;
      if (isDone !== undefined && count % 256 === 0 && isDone()) return;
      if (atMs > this.nowMs) this.nowMs = atMs;
      this.#happenings.pop()();
    }
    this.nowMs = untilMs;
  }

  deliver(member: SimulatedMember, event: GossipEvent): void {
    if (!member.isUp || this.members.get(member.name) !== member) return;
    if (member.busyUntilMs > this.nowMs) {
      if (this.losesWhilePaused && event.type === "packet") return;
      const delayMs = member.busyUntilMs - this.nowMs + (event.type === "timer" ? 0 : 0.001);
      this.after(delayMs, () => this.deliver(member, event));
      return;
    }
    this.events++;
    this.hash = (Math.imul(this.hash ^ (this.nowMs * 1024), 0x9e3779b1) + event.type.length + member.name.length) | 0;
    this.#carryOut(member, member.gossip.step(event, this.nowMs));
  }

  #carryOut(member: SimulatedMember, effects: readonly GossipEffect[]): void {
    for (const effect of effects) {
      this.onEffect(member, effect);
      if (effect.type === "send") this.#send(member.name, effect.to, effect.bytes);
      else if (effect.type === "stream") this.#stream(member, effect.id, effect.to, effect.bytes);
      else if (effect.type === "timer") this.#timer(member, effect.atMs);
      else if (effect.type === "member" && effect.news === "fail") this.#note(member, effect.member);
    }
  }

  #note(by: SimulatedMember, { name: about, incarnation }: Member): void {
    const isTrue = !(this.members.get(about)?.isUp ?? false);
    this.verdicts.push({ about, incarnation, by: by.name, atMs: this.nowMs, isTrue });
  }

  #timer(member: SimulatedMember, atMs: number): void {
    const token = ++member.timerToken;
    this.after(Math.max(0.0001, atMs - this.nowMs + 0.0001), () => {
      if (member.timerToken === token) this.deliver(member, { type: "timer" });
    });
  }

  #delay(): number {
    return this.network.delayMs + this.#random.fraction() * this.network.jitterMs;
  }

  #send(from: string, to: string, bytes: Uint8Array): void {
    this.packets++;
    this.packetBytes += bytes.length;
    if (this.isBlocked(from, to) || this.#random.fraction() < this.network.lossRate) return;
    this.after(this.#delay(), () => {
      const target = this.members.get(to);
      if (target !== undefined) this.deliver(target, { type: "packet", from, bytes });
    });
  }

  /** TCP: reliable while there is a way, slower by a few round trips when packets are lost. */
  #stream(member: SimulatedMember, id: number, to: string, bytes: Uint8Array): void {
    const answer = (reply: Uint8Array | undefined, delayMs: number): void =>
      this.after(delayMs, () => this.deliver(member, { type: "stream-answer", id, bytes: reply }));
    const target = this.members.get(to);
    const slowMs = this.#random.fraction() < this.network.lossRate * 3 ? 1_000 : 0;
    if (target === undefined || this.isBlocked(member.name, to) || this.isBlocked(to, member.name))
      return answer(undefined, 5_000);
    this.after(3 * this.#delay() + slowMs, () => this.#serve(member, target, id, bytes, answer));
  }

  #serve(
    member: SimulatedMember,
    target: SimulatedMember,
    id: number,
    bytes: Uint8Array,
    answer: (reply: Uint8Array | undefined, delayMs: number) => void,
  ): void {
    if (!target.isUp) return answer(undefined, 1);
    if (target.busyUntilMs > this.nowMs) {
      this.after(target.busyUntilMs - this.nowMs + 0.001, () => this.#serve(member, target, id, bytes, answer));
      return;
    }
    const effects = target.gossip.step({ type: "stream-request", id, bytes }, this.nowMs);
    const reply = effects.find((effect) => effect.type === "stream-reply");
    this.#carryOut(target, effects);
    answer(reply?.type === "stream-reply" ? reply.bytes : undefined, this.#delay());
  }

  /** Names whose view differs from the truth: they miss a live member or believe in a dead one. */
  wrongViews(): string[] {
    const live = [...this.members.values()].filter((member) => member.isUp);
    return live.filter((member) => !this.#isRight(member, live)).map((member) => member.name);
  }

  #isRight(member: SimulatedMember, live: readonly SimulatedMember[]): boolean {
    let reachable = 0;
    for (const known of member.gossip.members.values()) if (isReachable(known)) reachable++;
    return reachable === live.length && live.every((other) => member.gossip.members.get(other.name)?.state === "alive");
  }
}
