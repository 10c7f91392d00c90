import { assert } from "#core/base";
import type { Message } from "./message.ts";

interface Outstanding {
  readonly epoch: number;
  readonly index: number;
  readonly term: number;
  readonly startedMs: number;
  /** How far this write still speaks for the log: a later truncation lowers it. */
  covers: number;
}

interface Held {
  readonly epoch: number;
  readonly message: Message;
}

/**
 * What has been handed to the disk and not been confirmed, and the messages that may leave only afterwards.
 * Every write has a number of its own, its epoch; a confirmation names (epoch, index, term) and can therefore never
 * speak for entries that replaced the ones it was about (etcd's "append ABA race").
 */
export class Writes {
  readonly #outstanding: Outstanding[] = [];
  readonly #held: Held[] = [];
  #epoch = 0;
  #confirmed = 0;
  #hardStateEpoch = 0;
  #durableIndex: number;

  constructor(durableIndex: number) {
    this.#durableIndex = durableIndex;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The highest index of the present log that is on disk. */
  get durableIndex(): number {
    return this.#durableIndex;
  }

  isDurable(epoch: number): boolean {
    return epoch <= this.#confirmed;
  }

  begin(index: number, term: number, nowMs: number, withHardState: boolean): number {
    this.#epoch++;
    this.#outstanding.push({ epoch: this.#epoch, index, term, startedMs: nowMs, covers: index });
    if (withHardState) this.#hardStateEpoch = this.#epoch;
    return this.#epoch;
  }

  truncateAfter(index: number): void {
    this.#durableIndex = Math.min(this.#durableIndex, index);
    for (const write of this.#outstanding) write.covers = Math.min(write.covers, index);
  }

  /** The log begins anew at a snapshot, whose file is durable already. */
  reset(index: number): void {
    this.truncateAfter(index);
    this.#durableIndex = index;
  }

  /** Returns the milliseconds that the confirmed write took; a confirmation that a later one overtook says nothing. */
  confirm(epoch: number, index: number, term: number, nowMs: number): number | undefined {
    if (epoch <= this.#confirmed) return undefined;
    const position = this.#outstanding.findIndex((write) => write.epoch === epoch);
    const named = this.#outstanding[position];
    assert(named !== undefined, () => `write ${epoch} is confirmed but not outstanding`);
    assert(named.index === index && named.term === term, () => `write ${epoch} is confirmed with another position`);
    for (const write of this.#outstanding.splice(0, position + 1))
      this.#durableIndex = Math.max(this.#durableIndex, write.covers);
    this.#confirmed = epoch;
    return nowMs - named.startedMs;
  }

  /** The epoch that must be durable before a promise about term and vote may leave. */
  get hardStateEpoch(): number {
    return this.#hardStateEpoch;
  }

  hold(epoch: number, message: Message): void {
    this.#held.push({ epoch, message });
  }

  /** Takes out the messages whose writes are durable, in the order in which they were held. */
  releasable(): Message[] {
    if (this.#held.length === 0) return [];
    const ready: Message[] = [];
    let kept = 0;
    for (const held of this.#held)
      if (this.isDurable(held.epoch)) ready.push(held.message);
      else this.#held[kept++] = held;
    this.#held.length = kept;
    return ready;
  }
}

const SAMPLES = 256;
const REPORT_INTERVAL_MS = 60_000;

/** Watches the p99 of syncs over the last samples; says when it is too high for T, at most once a minute. */
export class SyncWatch {
  readonly #samples: number[] = [];
  #next = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;

  /** The p99 when it deserves a report: at every full turn of the samples, if above `limitMs`. */
  record(tookMs: number, limitMs: number, nowMs: number): number | undefined {
    this.#samples[this.#next] = tookMs;
    this.#next = (this.#next + 1) % SAMPLES;
    if (this.#next !== 0 || nowMs - this.#reportedMs < REPORT_INTERVAL_MS) return undefined;
    const sorted = this.#samples.toSorted((left, right) => left - right);
    const p99Ms = sorted[Math.floor(0.99 * (SAMPLES - 1))] as number;
    if (p99Ms <= limitMs) return undefined;
    this.#reportedMs = nowMs;
    return p99Ms;
  }
}
