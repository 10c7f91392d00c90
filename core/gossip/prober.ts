import { encodeMessage } from "./codec.ts";
import { isReachable, type Member } from "./member.ts";
import type { IndirectPing, Ping } from "./message.ts";
import { hearSuspect } from "./news.ts";
import type { Pool } from "./pool.ts";

/** The probe that is out: first straight, then through others and over a stream, then an accusation (SWIM §3.1). */
interface Probe {
  readonly sequence: number;
  readonly target: Member;
  readonly indirectAtMs: number;
  readonly endMs: number;
  isAnswered: boolean;
  isIndirect: boolean;
  expectedNacks: number;
  nacks: number;
}

/** A probe made for somebody else. */
interface Errand {
  readonly sequence: number;
  readonly origin: string;
  readonly nackAtMs: number;
  readonly endMs: number;
  isNackSent: boolean;
}

const ERRANDS_MAX = 1_024;
/** A helper reports silence before the asker's time is over. */
const NACK_SHARE = 0.8;
const SEQUENCE_MASK = 0xffff_ffff;

/** Finds out who does not answer: one member an interval, in shuffled rounds. */
export class Prober {
  readonly #pool: Pool;
  readonly #openStream: (to: string, onAnswer: (isOk: boolean) => void) => void;
  readonly #errands = new Map<number, Errand>();
  #probe: Probe | undefined = undefined;
  #nextAtMs: number;
  #position = 0;
  #sequence = 0;

  constructor(pool: Pool, openStream: (to: string, onAnswer: (isOk: boolean) => void) => void, startMs: number) {
    this.#pool = pool;
    this.#openStream = openStream;
    this.#nextAtMs = startMs;
  }

  get nextDueMs(): number {
    let dueMs = this.#nextAtMs;
    if (this.#probe !== undefined && !this.#probe.isAnswered && !this.#probe.isIndirect)
      dueMs = Math.min(dueMs, this.#probe.indirectAtMs);
    for (const errand of this.#errands.values())
      dueMs = Math.min(dueMs, errand.isNackSent ? errand.endMs : errand.nackAtMs);
    return dueMs;
  }

  tick(): void {
    const { nowMs } = this.#pool;
    const probe = this.#probe;
    if (probe !== undefined && !probe.isAnswered && !probe.isIndirect && nowMs >= probe.indirectAtMs)
      this.#askOthers(probe);
    if (nowMs >= this.#nextAtMs) {
      this.#conclude();
      this.#begin();
    }
    this.#runErrands();
  }

  /** Gives the probe up without a verdict. */
  abandon(): void {
    this.#probe = undefined;
  }

  #begin(): void {
    const { health, options, nowMs } = this.#pool;
    const intervalMs = health.stretch(options.profile.probeIntervalMs);
    this.#nextAtMs = nowMs + intervalMs;
    const target = this.#nextTarget();
    if (target === undefined) return;
    const sequence = this.#nextSequence();
    const indirectAtMs = nowMs + Math.min(health.stretch(options.profile.probeTimeoutMs), intervalMs * 0.9);
    const state = { isAnswered: false, isIndirect: false, expectedNacks: 0, nacks: 0 };
    this.#probe = { sequence, target, indirectAtMs, endMs: this.#nextAtMs, ...state };
    this.#pool.sendPacket(target.address, this.#pingWith(target, sequence));
  }

  #pingWith(target: Member, sequence: number): Uint8Array[] {
    const ping = encodeMessage({ type: "ping", sequence, target: target.name });
    if (target.state !== "suspect" || !this.#pool.options.profile.tellsSuspects) return [ping];
    const { name, incarnation } = target;
    return [ping, encodeMessage({ type: "suspect", name, incarnation, from: this.#pool.name })];
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & SEQUENCE_MASK;
    return this.#sequence >>> 0;
  }

  #nextTarget(): Member | undefined {
    for (let tries = this.#pool.names.length; tries >= 0; tries--) {
      if (this.#position >= this.#pool.names.length) {
        this.#position = 0;
        this.#pool.shuffle();
      }
      const member = this.#pool.members.get(this.#pool.names[this.#position++] ?? "");
      if (member !== undefined && member.name !== this.#pool.name && isReachable(member)) return member;
    }
    return undefined;
  }

  #askOthers(probe: Probe): void {
    probe.isIndirect = true;
    const { name, address } = probe.target;
    const { buggify, profile } = this.#pool.options;
    const helpers = this.#pool.pick(
      buggify?.("gossip/probe/one-helper") ? 1 : profile.indirectProbes,
      (member) => member.state === "alive" && member.name !== name,
    );
    probe.expectedNacks = helpers.length;
    const request = encodeMessage({ type: "indirect-ping", sequence: probe.sequence, target: name, address });
    for (const helper of helpers) this.#pool.sendPacket(helper.address, [request]);
    this.#openStream(address, (isOk) => {
      if (isOk) this.acknowledged(probe.sequence);
    });
  }

  /** Lifeguard: silence that nobody can confirm is this member's own trouble. */
  #conclude(): void {
    const probe = this.#probe;
    this.#probe = undefined;
    if (probe === undefined) return;
    if (probe.isAnswered) return this.#pool.health.change(-1);
    this.#pool.health.change(probe.expectedNacks > 0 ? probe.expectedNacks - probe.nacks : 1);
    const current = this.#pool.members.get(probe.target.name);
    if (current === undefined || !isReachable(current)) return;
    const { name, incarnation } = current;
    hearSuspect(this.#pool, { type: "suspect", name, incarnation, from: this.#pool.name });
  }

  acknowledged(sequence: number): void {
    if (this.#probe?.sequence === sequence) this.#probe.isAnswered = true;
    const errand = this.#errands.get(sequence);
    if (errand === undefined) return;
    this.#errands.delete(sequence);
    this.#pool.sendPacket(errand.origin, [encodeMessage({ type: "ack", sequence: errand.sequence })]);
  }

  refused(sequence: number): void {
    if (this.#probe?.sequence === sequence && this.#probe.nacks < this.#probe.expectedNacks) this.#probe.nacks++;
  }

  /** Answers a ping that means this member. */
  answer(ping: Ping, from: string): void {
    if (ping.target !== this.#pool.name) return;
    this.#pool.sendPacket(from, [encodeMessage({ type: "ack", sequence: ping.sequence })]);
  }

  runErrand(request: IndirectPing, origin: string): void {
    if (this.#errands.size >= ERRANDS_MAX) return;
    this.#tellVerdict(request.target, origin);
    const { probeTimeoutMs } = this.#pool.options.profile;
    const { nowMs } = this.#pool;
    const sequence = this.#nextSequence();
    const times = { nackAtMs: nowMs + NACK_SHARE * probeTimeoutMs, endMs: nowMs + 2 * probeTimeoutMs };
    this.#errands.set(sequence, { sequence: request.sequence, origin, ...times, isNackSent: false });
    const ping = encodeMessage({ type: "ping", sequence, target: request.target });
    this.#pool.sendPacket(request.address, [ping]);
  }

  /** Who asks about a member that is known to be gone has missed that news. */
  #tellVerdict(name: string, origin: string): void {
    const known = this.#pool.members.get(name);
    if (known === undefined || isReachable(known)) return;
    const from = known.state === "left" ? name : this.#pool.name;
    this.#pool.sendPacket(origin, [encodeMessage({ type: "dead", name, incarnation: known.incarnation, from })]);
  }

  #runErrands(): void {
    const { nowMs } = this.#pool;
    for (const [sequence, errand] of this.#errands) {
      if (nowMs >= errand.endMs) this.#errands.delete(sequence);
      else if (!errand.isNackSent && nowMs >= errand.nackAtMs) {
        errand.isNackSent = true;
        this.#pool.sendPacket(errand.origin, [encodeMessage({ type: "nack", sequence: errand.sequence })]);
      }
    }
  }
}
