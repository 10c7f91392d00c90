import { assert, type Result } from "#core/base";
import { decodePacket, encodeMessage } from "./codec.ts";
import type { GossipEffect, GossipEvent } from "./effect.ts";
import { answerStream, mergeAnswer, pingBytes, stateBytes } from "./exchange.ts";
import type { KeyRing } from "./key-ring.ts";
import { isReachable, type Member } from "./member.ts";
import type { Dead, GossipMessage, Suspect } from "./message.ts";
import {
  aliveOf,
  announceSelf,
  askSuspects,
  expireSuspicions,
  hearAlive,
  hearDead,
  hearSuspect,
  reap,
} from "./news.ts";
import type { GossipOptions } from "./options.ts";
import { Pool } from "./pool.ts";
import { Prober } from "./prober.ts";
import { UserEvents } from "./user-events.ts";

interface OpenStream {
  readonly deadlineMs: number;
  readonly onAnswer: (bytes: Uint8Array | undefined) => void;
}

const STREAM_TIMEOUT_MS = 10_000;
const STREAMS_MAX = 256;
const REAP_INTERVAL_MS = 15_000;
const LEAVE_MS = 3_000;

/** One member of a pool: `step` is its whole behaviour. */
export class Gossip {
  readonly #pool: Pool;
  readonly #events: UserEvents;
  readonly #prober: Prober;
  readonly #streams = new Map<number, OpenStream>();
  #nextStream = 1;
  #gossipAtMs: number;
  #pushPullAtMs: number;
  #reconnectAtMs: number;
  #reapAtMs: number;
  #leftAtMs = Number.POSITIVE_INFINITY;
  #armedAtMs = Number.POSITIVE_INFINITY;

  /** `known` are members that a file remembers from an earlier run; they are probed like any other. */
  constructor(options: GossipOptions, nowMs: number, known: readonly Member[] = []) {
    this.#pool = new Pool(options);
    this.#pool.nowMs = nowMs;
    this.#events = new UserEvents(this.#pool);
    for (const member of known) if (member.name !== options.name) this.#pool.put(member);
    announceSelf(this.#pool);
    const { profile, random } = options;
    const spread = (intervalMs: number): number => nowMs + random.fraction() * intervalMs;
    const openStream = (to: string, onAnswer: (isOk: boolean) => void): void => this.#ping(to, onAnswer);
    this.#prober = new Prober(this.#pool, openStream, spread(profile.probeIntervalMs));
    this.#gossipAtMs = spread(profile.gossipIntervalMs);
    this.#pushPullAtMs = spread(profile.pushPullIntervalMs);
    this.#reconnectAtMs = spread(profile.reconnectIntervalMs);
    this.#reapAtMs = spread(REAP_INTERVAL_MS);
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#pool.members;
  }

  get keyRing(): KeyRing {
    return this.#pool.keyRing;
  }

  /** Lifeguard's score: 0 is healthy. */
  get healthScore(): number {
    return this.#pool.health.score;
  }

  /** Above every incarnation that was used; the service keeps it for the next start. */
  get incarnation(): number {
    return this.#pool.incarnation;
  }

  get droppedPackets(): number {
    return this.#pool.dropped;
  }

  step(event: GossipEvent, nowMs: number): readonly GossipEffect[] {
    assert(nowMs >= this.#pool.nowMs, "time only rises");
    this.#pool.nowMs = nowMs;
    this.#dispatch(event);
    return this.#finish();
  }

  /** The first effects; `step` follows. */
  start(): readonly GossipEffect[] {
    return this.#finish();
  }

  /** Tells every member once; refused when it does not fit a datagram. */
  tell(name: string, payload: Uint8Array, nowMs: number): Result<readonly GossipEffect[]> {
    this.#pool.nowMs = nowMs;
    const told = this.#events.tell(name, payload);
    return told.ok ? { ok: true, value: this.#finish() } : told;
  }

  /** Asks every member; answers come as `query-response` effects with this id. */
  ask(
    name: string,
    payload: Uint8Array,
    timeoutMs: number,
    nowMs: number,
  ): Result<{ readonly id: number; readonly effects: readonly GossipEffect[] }> {
    this.#pool.nowMs = nowMs;
    const asked = this.#events.ask(name, payload, timeoutMs);
    return asked.ok ? { ok: true, value: { id: asked.value, effects: this.#finish() } } : asked;
  }

  #dispatch(event: GossipEvent): void {
    switch (event.type) {
      case "timer":
        return this.#timer();
      case "packet":
        return this.#packet(event.from, event.bytes);
      case "stream-answer":
        return this.#answered(event.id, event.bytes);
      case "stream-request": {
        const bytes = answerStream(this.#pool, this.#events, event.bytes);
        if (bytes !== undefined) this.#pool.emit({ type: "stream-reply", id: event.id, bytes });
        return;
      }
      case "join":
        for (const address of event.addresses) this.#join(address);
        return;
      case "leave":
        return this.#leave();
      case "tags":
        this.#pool.tags = event.tags;
        this.#pool.incarnation++;
        return announceSelf(this.#pool);
      case "respond":
        return this.#events.respond(event.id, event.address, event.payload);
      default:
        return;
    }
  }

  #packet(from: string, bytes: Uint8Array): void {
    const plain = this.#pool.keyRing.open(bytes);
    const packet = plain === undefined ? undefined : decodePacket(plain);
    if (packet === undefined || packet.label !== this.#pool.options.label) {
      this.#pool.dropped++;
      return;
    }
    for (const message of packet.messages) this.#message(message, from);
    this.#tellBelief(packet.from, from);
  }

  /**
   * Whoever hears from a member that it believes failed or suspect says so to it, and the accused answers with its newest
   * incarnation: news that missed one member is made up for at the next packet instead of the next full exchange.
   */
  #tellBelief(name: string, address: string): void {
    if (!this.#pool.options.profile.tellsSuspects) return;
    const known = this.#pool.members.get(name);
    if (known === undefined || known.address !== address || known.state === "alive" || known.state === "left") return;
    const { incarnation } = known;
    this.#pool.sendPacket(address, [encodeMessage({ type: "suspect", name, incarnation, from: this.#pool.name })]);
  }

  #answerOldNews(news: Suspect | Dead, from: string): void {
    if (news.name !== this.#pool.name || this.#pool.isLeaving || news.incarnation >= this.#pool.incarnation) return;
    this.#pool.sendPacket(from, [encodeMessage(aliveOf(this.#pool))]);
  }

  #message(message: GossipMessage, from: string): void {
    switch (message.type) {
      case "ping":
        return this.#prober.answer(message, from);
      case "ack":
        return this.#prober.acknowledged(message.sequence);
      case "nack":
        return this.#prober.refused(message.sequence);
      case "indirect-ping":
        return this.#prober.runErrand(message, from);
      case "alive":
        return hearAlive(this.#pool, message);
      case "suspect":
        this.#answerOldNews(message, from);
        return hearSuspect(this.#pool, message);
      case "dead":
        this.#answerOldNews(message, from);
        return hearDead(this.#pool, message);
      case "user-event":
        return this.#events.hearEvent(message);
      case "query":
        return this.#events.hearQuery(message);
      case "query-response":
        return this.#events.hearResponse(message.id, message.from, message.payload);
      default:
        return;
    }
  }

  #timer(): void {
    const { nowMs, options } = this.#pool;
    const { profile } = options;
    if (nowMs - this.#armedAtMs > profile.probeTimeoutMs && profile.healthMax > 0) this.#stoodStill();
    this.#armedAtMs = Number.POSITIVE_INFINITY;
    this.#prober.tick();
    askSuspects(this.#pool);
    expireSuspicions(this.#pool);
    if (nowMs >= this.#gossipAtMs) {
      this.#gossipAtMs = nowMs + profile.gossipIntervalMs;
      this.#gossip();
    }
    if (nowMs >= this.#pushPullAtMs) {
      this.#pushPullAtMs = nowMs + pushPullIntervalMs(profile.pushPullIntervalMs, this.#pool.size);
      this.#exchangeWith(this.#pool.pick(1, (member) => member.state === "alive")[0]?.address);
    }
    if (nowMs >= this.#reconnectAtMs) {
      this.#reconnectAtMs = nowMs + profile.reconnectIntervalMs;
      this.#reconnect();
    }
    if (nowMs >= this.#reapAtMs) this.#housekeeping();
    if (nowMs < this.#leftAtMs) return;
    this.#leftAtMs = Number.POSITIVE_INFINITY;
    this.#pool.emit({ type: "left" });
  }

  /**
   * This process was stopped: the silence was its own. Nobody is accused because of it, and every suspicion gets back the
   * time in which a refutation could not be heard (Lifeguard's local health, from the clock instead of from lost acks).
   */
  #stoodStill(): void {
    const lateMs = this.#pool.nowMs - this.#armedAtMs;
    this.#pool.health.change(1);
    this.#prober.abandon();
    for (const suspicion of this.#pool.suspicions.values()) suspicion.postpone(lateMs);
  }

  #housekeeping(): void {
    this.#reapAtMs = this.#pool.nowMs + REAP_INTERVAL_MS;
    reap(this.#pool);
    this.#events.expire();
    for (const [id, stream] of this.#streams) if (stream.deadlineMs <= this.#pool.nowMs) this.#answered(id, undefined);
  }

  #gossip(): void {
    if (this.#pool.isLeaving) this.#queueGoodbye();
    if (this.#pool.queue.size === 0) return;
    const { gossipFanout, gossipToTheDeadMs } = this.#pool.options.profile;
    const hears = (member: Member): boolean =>
      isReachable(member) || (member.state === "failed" && this.#pool.nowMs - member.sinceMs < gossipToTheDeadMs);
    for (const member of this.#pool.pick(gossipFanout, hears)) this.#pool.sendPacket(member.address, []);
  }

  /** Failed members are tried again now and then: a network that was cut in two becomes one again. */
  #reconnect(): void {
    const failed = this.#pool.pick(1, (member) => member.state === "failed")[0];
    this.#exchangeWith(failed?.address);
  }

  #exchangeWith(address: string | undefined): void {
    if (address === undefined || this.#pool.isLeaving) return;
    this.#open(
      address,
      stateBytes(this.#pool, this.#events, false),
      (bytes) => void mergeAnswer(this.#pool, this.#events, bytes),
    );
  }

  #join(address: string): void {
    this.#open(address, stateBytes(this.#pool, this.#events, true), (bytes) => {
      this.#pool.emit({ type: "joined", address, isOk: mergeAnswer(this.#pool, this.#events, bytes) });
    });
  }

  #ping(address: string, onAnswer: (isOk: boolean) => void): void {
    const target = [...this.#pool.members.values()].find((member) => member.address === address)?.name ?? "";
    this.#open(address, pingBytes(this.#pool, target), (bytes) =>
      onAnswer(bytes !== undefined && this.#isReadable(bytes)),
    );
  }

  #isReadable(bytes: Uint8Array): boolean {
    return this.#pool.keyRing.open(bytes) !== undefined;
  }

  #open(to: string, bytes: Uint8Array, onAnswer: OpenStream["onAnswer"]): void {
    if (this.#streams.size >= STREAMS_MAX) return onAnswer(undefined);
    const id = this.#nextStream++;
    this.#streams.set(id, { deadlineMs: this.#pool.nowMs + STREAM_TIMEOUT_MS, onAnswer });
    this.#pool.emit({ type: "stream", id, to, bytes });
  }

  #answered(id: number, bytes: Uint8Array | undefined): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    stream.onAnswer(bytes);
  }

  #leave(): void {
    const { name, incarnation } = this.#pool;
    this.#pool.isLeaving = true;
    this.#leftAtMs = this.#pool.nowMs + LEAVE_MS;
    this.#queueGoodbye();
    const goodbye = encodeMessage({ type: "dead", name, incarnation, from: name });
    for (const member of this.#pool.pick(this.#pool.options.profile.gossipFanout, isReachable))
      this.#pool.sendPacket(member.address, [goodbye]);
  }

  /** Said until the end: nobody can ask again who was not told. */
  #queueGoodbye(): void {
    const { name, incarnation } = this.#pool;
    this.#pool.queue.add(`member ${name}`, { type: "dead", name, incarnation, from: name });
  }

  #finish(): readonly GossipEffect[] {
    let dueMs = Math.min(this.#prober.nextDueMs, this.#gossipAtMs, this.#pushPullAtMs, this.#reconnectAtMs);
    dueMs = Math.min(dueMs, this.#reapAtMs, this.#leftAtMs);
    const { tellsSuspects } = this.#pool.options.profile;
    for (const suspicion of this.#pool.suspicions.values())
      dueMs = Math.min(dueMs, suspicion.deadlineMs, tellsSuspects ? suspicion.questionMs : dueMs);
    if (dueMs < this.#armedAtMs) {
      this.#armedAtMs = dueMs;
      this.#pool.emit({ type: "timer", atMs: dueMs });
    }
    const { effects } = this.#pool;
    this.#pool.effects = [];
    return effects;
  }
}

/** Above 32 members the full exchanges become rarer, so that their cost per member grows slowly. */
function pushPullIntervalMs(intervalMs: number, members: number): number {
  return members <= 32 ? intervalMs : intervalMs * (Math.ceil(Math.log2(members) - 5) + 1);
}
