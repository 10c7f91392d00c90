import type { Buggify, Random } from "#core/base";
import { collectLog, type LogBatch, LogWriter, type RecoveryFinding, segmentName, SPARES_MAX } from "#core/log";
import type { Entry, HardState, PersistEffect, RecoveredState, SnapshotDescription } from "#core/raft";
import { DiskFault, type DiskOperation, SECTOR_BYTES, SimulatedDisk } from "../disk.ts";
import { Violation } from "./ledger.ts";
import { ModelLog, type NodeLog } from "./node-log.ts";
import type { DurableView } from "./oracles.ts";

const SEGMENT_BYTES = 8 * 1024;

export type DiskFaultKind = "disk-error" | "disk-full";

/** Ways in which a disk hurts what lies before `end` of a segment; the head is left alone. */
const damages: readonly ((disk: SimulatedDisk, name: string, end: number, random: Random) => void)[] = [
  flipBit,
  loseSector,
  misdirectSector,
];

function flipBit(disk: SimulatedDisk, name: string, end: number, random: Random): void {
  disk.flipBit(name, SECTOR_BYTES + random.below(end - SECTOR_BYTES), random.below(8));
}

/** A write that the disk confirmed and never made. */
function loseSector(disk: SimulatedDisk, name: string, end: number, random: Random): void {
  const sector = sectorBefore(end, random);
  if (sector === undefined) return flipBit(disk, name, end, random);
  disk.overwrite(name, sector, new Uint8Array(SECTOR_BYTES));
}

/** A write that hit another place of the same file. */
function misdirectSector(disk: SimulatedDisk, name: string, end: number, random: Random): void {
  const [from, to] = [sectorBefore(end, random), sectorBefore(end, random)];
  if (from === undefined || to === undefined || from === to) return flipBit(disk, name, end, random);
  disk.overwrite(name, to, disk.peek(name, from, SECTOR_BYTES));
}

/** A whole sector between the head and `end`. */
function sectorBefore(end: number, random: Random): number | undefined {
  const count = Math.floor(end / SECTOR_BYTES) - 1;
  return count <= 0 ? undefined : SECTOR_BYTES * (1 + random.below(count));
}

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

  readonly #buggify: Buggify;
  readonly #fired: (kind: DiskFaultKind) => void;
  #canPrepare = true;
  #errorIn = 0;
  #isFull = false;

  constructor(serverId: string, buggify: Buggify, fired: (kind: DiskFaultKind) => void) {
    this.#identity = { clusterId: "cluster", serverId, incarnation: 1 };
    this.#buggify = buggify;
    this.#fired = fired;
    this.#writer = this.#open(0).writer;
    this.#watch();
  }

  #watch(): void {
    this.#disk.onOperation = (operation, _name, growth) => this.#mayFail(operation, growth);
  }

  #mayFail(operation: DiskOperation, growth: number): void {
    if (operation === "read") return;
    if (this.#isFull && growth > 0) {
      this.#fired("disk-full");
      throw new DiskFault("ENOSPC");
    }
    if (this.#errorIn === 0 || --this.#errorIn > 0) return;
    this.#fired("disk-error");
    throw new DiskFault("EIO");
  }

  /** One of the next few operations fails. */
  failSoon(random: Random): void {
    this.#errorIn = 1 + random.below(8);
  }

  /** From now on nothing grows, or again everything may. */
  setFull(isFull: boolean): void {
    this.#isFull = isFull;
  }

  healDisk(): void {
    this.#errorIn = 0;
    this.#isFull = false;
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
    this.#canPrepare = true;
  }

  /** As the worker does when nothing waits: out of space is no failure while nothing has to be written. */
  idle(): void {
    if (!this.#canPrepare) return;
    this.#canPrepare = false;
    this.#writer.mark();
    try {
      this.#writer.prepare();
    } catch (error) {
      if (!(error instanceof DiskFault) || error.code !== "ENOSPC") throw error;
    }
  }

  crash(random: Random): void {
    if (random.below(2) === 0) this.#disk.kill();
    else this.#disk.crash(random);
    this.#errorIn = 0;
    this.#watch();
    this.#model.begin([]);
  }

  release(before: number): void {
    this.#writer.release(before);
    this.#model.release(before);
  }

  /**
   * Hurts a place before the last but one that was durable: the last synced batch, whose marker a power failure may
   * take, is excluded, because no log can tell its damage from a torn write.
   */
  damage(random: Random): boolean {
    const { sequence, offset } = this.#safe;
    const name = segmentName(sequence);
    if (offset <= SECTOR_BYTES || this.#disk.size(name) === undefined) return false;
    const way = damages[random.below(damages.length)] as (typeof damages)[number];
    way(this.#disk, name, offset, random);
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
    const identity = { ...this.#identity };
    // With one spare a disk is soon full; with many, files are recycled more often: one server of each world does that.
    const sparesMax = identity.serverId === "s1" ? SPARES_MAX : 1;
    const options = { identity, segmentBytes: SEGMENT_BYTES, buggify: this.#buggify, sparesMax };
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
