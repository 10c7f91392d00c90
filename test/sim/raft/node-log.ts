import { assert, type Random } from "#core/base";
import { collectLog, type LogBatch, LogWriter, type RecoveryFinding, segmentName } from "#core/log";
import {
  type Entry,
  emptyHardState,
  type HardState,
  type PersistEffect,
  type RecoveredState,
  type SnapshotDescription,
} from "#core/raft";
import { SimulatedDisk } from "../disk.ts";
import { Violation } from "./ledger.ts";
import type { DurableView } from "./oracles.ts";

/** The log of one simulated server: written in groups, durable at `finish`, unsure between the two. */
export interface NodeLog {
  readonly durable: DurableView;
  begin(group: readonly PersistEffect[]): void;
  finish(): void;
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

const SEGMENT_BYTES = 8 * 1024;

/** The real log format and writer on a simulated disk, beside a model that knows what must come back. */
export class ByteLog implements NodeLog {
  readonly #identity: { readonly clusterId: string; readonly serverId: string; incarnation: number };
  readonly #disk = new SimulatedDisk();
  readonly #model = new ModelLog();
  #writer: LogWriter;
  #last = { sequence: 0, offset: 0 };
  #safe = this.#last;
  #wasDamaged = false;
  /** A cut that is written and not confirmed may or may not survive: nothing is certain after it. */
  #unsureAfter = Number.MAX_VALUE;
  readonly findings: RecoveryFinding[] = [];

  constructor(serverId: string) {
    this.#identity = { clusterId: "cluster", serverId, incarnation: 1 };
    this.#writer = this.#open(0).writer;
  }

  get durable(): DurableView {
    return this.#model.durable;
  }

  begin(group: readonly PersistEffect[]): void {
    const { sequence, offset } = this.#writer.durable;
    this.#safe = this.#last;
    this.#last = { sequence, offset };
    for (const effect of group)
      this.#unsureAfter = Math.min(this.#unsureAfter, effect.truncateAfter ?? effect.reset?.index ?? Number.MAX_VALUE);
    this.#model.begin(group);
    this.#writer.write(group.map(batchOf), 0);
  }

  finish(): void {
    this.#writer.sync();
    this.#model.finish();
    this.#unsureAfter = Number.MAX_VALUE;
  }

  crash(random: Random): void {
    if (random.below(2) === 0) this.#disk.kill();
    else this.#disk.crash(random);
    this.#model.begin([]);
  }

  release(before: number): void {
    this.#writer.release(before);
    this.#model.release(before);
  }

  /**
   * Flips a bit somewhere before the last place but one that was durable: the last synced batch, whose marker a
   * power failure may take, is excluded, because no log can tell its damage from a torn write.
   */
  damage(random: Random): boolean {
    const { sequence, offset } = this.#safe;
    const name = segmentName(sequence);
    if (offset <= 512 || this.#disk.size(name) === undefined) return false;
    this.#disk.flipBit(name, 512 + random.below(offset - 512), random.below(8));
    this.#wasDamaged = true;
    return true;
  }

  recover(snapshot: SnapshotDescription | undefined): RecoveredState {
    this.#identity.incarnation++;
    this.#last = { sequence: 0, offset: 0 };
    this.#safe = this.#last;
    const { writer, entries, mustReach, hardState, findings, endIndex } = this.#open(snapshot?.index ?? 0);
    this.#writer = writer;
    this.findings.push(...findings);
    this.#compare(entries, hardState, mustReach, snapshot);
    this.#unsureAfter = Number.MAX_VALUE;
    this.#rebuildModel(entries, hardState, endIndex - entries.length);
    return { hardState, snapshot, entries };
  }

  #open(snapshotIndex: number) {
    const collected = collectLog(this.#disk, this.#identity, snapshotIndex);
    if (!collected.ok) throw new Violation("log recovery", collected.failure.message);
    const { recovery, entries } = collected.value;
    const options = { identity: { ...this.#identity }, segmentBytes: SEGMENT_BYTES };
    const writer = new LogWriter(this.#disk, options, recovery, 0);
    const { term, vote, mustReach } = recovery.hardState;
    const endIndex = recovery.end.index;
    return {
      writer,
      endIndex,
      entries: entries as Entry[],
      mustReach,
      hardState: { term, vote, mustReach },
      findings: recovery.findings,
    };
  }

  /** Everything confirmed must come back, or the server must know that it lost something and how far. */
  #compare(
    entries: readonly Entry[],
    hardState: HardState,
    mustReach: number,
    snapshot: SnapshotDescription | undefined,
  ): void {
    const { durable } = this.#model;
    if (hardState.term < durable.term)
      throw new Violation("log recovery", `term ${durable.term} came back as ${hardState.term}`);
    if (hardState.term === durable.term && durable.vote !== undefined && hardState.vote !== durable.vote)
      throw new Violation("log recovery", `the vote of term ${durable.term} is lost`);
    const first = (snapshot?.index ?? 0) + 1;
    for (let index = first; index <= Math.min(durable.lastIndex, this.#unsureAfter); index++) {
      const found = entries[index - (entries[0]?.index ?? 1)];
      if (found?.index === index && found.term === durable.termAt(index)) continue;
      if (durable.termAt(index) === undefined || found?.index === index) continue;
      if (mustReach >= durable.lastIndex && this.#wasDamaged) return;
      throw new Violation(
        "log recovery",
        `entry ${index} of ${durable.lastIndex} is lost, must reach ${mustReach}: ${JSON.stringify(this.findings.slice(-2))}`,
      );
    }
  }

  #rebuildModel(entries: readonly Entry[], hardState: HardState, baseIndex: number): void {
    const base = { index: baseIndex, term: 0 };
    const common = { term: 0, index: 0, epoch: 0, truncateAfter: undefined };
    this.#model.begin([{ type: "persist", ...common, hardState, reset: base, entries }]);
    this.#model.finish();
  }
}

function batchOf(effect: PersistEffect): LogBatch {
  return effect;
}
