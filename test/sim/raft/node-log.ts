import { assert, type Random } from "#core/base";
import {
  type Entry,
  emptyHardState,
  type HardState,
  type PersistEffect,
  type RecoveredState,
  type SnapshotDescription,
} from "#core/raft";
import type { DurableView } from "./oracles.ts";

/** The log of one simulated server: written in groups, durable at `finish`, unsure between the two. */
export interface NodeLog {
  readonly durable: DurableView;
  begin(group: readonly PersistEffect[]): void;
  finish(): void;
  /** Nothing waits to be written: time to prepare for what comes. */
  idle(): void;
  crash(random: Random): void;
  /** After a crash: what a fresh process finds. */
  recover(snapshot: SnapshotDescription | undefined): RecoveredState;
  release(before: number): void;
}

/** A log without bytes: fast, and a group in flight survives a crash as a prefix. */
export class ModelLog implements NodeLog, DurableView {
  #hardState: HardState = emptyHardState;
  #base = 0;
  #entries: Entry[] = [];
  #inFlight: readonly PersistEffect[] = [];

  get durable(): DurableView {
    return this;
  }

  get term(): number {
    return this.#hardState.term;
  }

  get vote(): string | undefined {
    return this.#hardState.vote;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get lastIndex(): number {
    return this.#base + this.#entries.length;
  }

  termAt(index: number): number | undefined {
    return this.#entries[index - this.#base - 1]?.term;
  }

  begin(group: readonly PersistEffect[]): void {
    this.#inFlight = group;
  }

  finish(): void {
    for (const effect of this.#inFlight) this.#store(effect, effect.entries.length);
    this.#inFlight = [];
  }

  idle(): void {}

  crash(random: Random): void {
    const count = random.below(this.#inFlight.length + 1);
    this.#inFlight.forEach((effect, position) => {
      if (position < count) this.#store(effect, effect.entries.length);
      else if (position === count && random.below(2) === 0)
        this.#store(effect, random.below(effect.entries.length + 1));
    });
    this.#inFlight = [];
  }

  recover(snapshot: SnapshotDescription | undefined): RecoveredState {
    return { hardState: this.#hardState, snapshot, entries: [...this.#entries] };
  }

  release(before: number): void {
    const count = Math.min(Math.max(0, before - 1 - this.#base), this.#entries.length);
    this.#entries.splice(0, count);
    this.#base += count;
  }

  #store(effect: PersistEffect, entryCount: number): void {
    if (effect.hardState !== undefined) this.#hardState = effect.hardState;
    if (effect.reset !== undefined) {
      this.#base = effect.reset.index;
      this.#entries = [];
    }
    if (effect.truncateAfter !== undefined) this.#entries.length = effect.truncateAfter - this.#base;
    for (let position = 0; position < entryCount; position++) {
      const entry = effect.entries[position] as Entry;
      assert(entry.index === this.lastIndex + 1, "the simulated log has no gaps");
      this.#entries.push(entry);
    }
  }
}
