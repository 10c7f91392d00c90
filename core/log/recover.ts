import { ok, type Result } from "#core/base";
import type { LogEntryKind } from "./entry-records.ts";
import { chainOf, describePlace, readSegmentHeaders, type SegmentFiles } from "./chain.ts";
import { type Disk, type LogIdentity, type Read, segmentName } from "./disk.ts";
import { initialHardState, MUST_REACH_NEVER, newerHardState, type StoredHardState } from "./hard-state.ts";
import { type RecordVisitor, scanSegment, searchEvidence } from "./scan.ts";
import { type Attested, checksumSeed, SEGMENT_HEADER_BYTES, type SegmentHeader } from "./segment.ts";
import { readSlots, type Slot } from "./slots.ts";

/** Builds the log up while it is read. Data is valid only during the call. */
export interface LogVisitor {
  /** The log begins anew after this entry. */
  begin(index: number, term: number): void;
  entry(index: number, term: number, kind: LogEntryKind, data: Uint8Array): void;
  truncateAfter(index: number): void;
}

/** Torn: a write that was never confirmed, cut off. Damage: something that was on disk cannot be read. */
export interface RecoveryFinding {
  readonly type: "torn" | "damage";
  readonly sequence: number;
  readonly offset: number;
  readonly message: string;
}

/** A segment that still counts, and the last index that it or one before it holds. */
export interface LiveSegment {
  readonly sequence: number;
  readonly lastIndex: number;
}

export interface Recovery {
  readonly hardState: StoredHardState;
  /** Where the log ends; sequence 0 for a log that does not exist yet. */
  readonly end: Attested;
  readonly baseIndex: number;
  readonly segments: readonly LiveSegment[];
  /** Files that are no longer part of the log: kept, for people to look at. */
  readonly voidSequences: readonly number[];
  readonly nextSequence: number;
  readonly findings: readonly RecoveryFinding[];
  /** Where the last batch begins: a process that died may have written it without a sync. */
  readonly lastBatchOffset: number;
  /** Which slot (0 or 1) is written next: never the one that is the newest. */
  readonly nextSlot: number;
}

/**
 * Reads the whole log and decides what it is. `snapshotIndex` is what a durable snapshot holds: the log may begin
 * after it. Nothing is written: the next segment that is begun states where the log ended.
 */
export function recoverLog(
  disk: Disk,
  identity: Omit<LogIdentity, "incarnation"> | undefined,
  snapshotIndex: number,
  visitor: LogVisitor,
): Result<Recovery> {
  const files = readSegmentHeaders(disk, identity);
  if (!files.ok) return files;
  const owner = identity ?? files.value.readable.at(-1)?.identity;
  const slots = owner === undefined ? [] : readSlots(disk, { ...owner, incarnation: 0 });
  return ok(new LogRecovery(disk, files.value, slots, snapshotIndex, visitor).run());
}

class LogRecovery {
  readonly #disk: Disk;
  readonly #files: SegmentFiles;
  readonly #slots: readonly Slot[];
  readonly #nextSlot: number;
  #lastBatchOffset = SEGMENT_HEADER_BYTES;
  readonly #snapshotIndex: number;
  readonly #visitor: LogVisitor;
  readonly #findings: RecoveryFinding[] = [];
  readonly #segments: LiveSegment[] = [];
  #hardState = initialHardState;
  #baseIndex = 0;
  #lastIndex = 0;
  #lastTerm = 0;
  /** The highest index that was ever on disk as far as anything left says. */
  #highestSeen = 0;
  #end: Attested = { sequence: 0, offset: 0, index: 0, term: 0 };
  #isDamaged = false;

  constructor(
    disk: Disk,
    files: SegmentFiles,
    slots: readonly (Slot | undefined)[],
    snapshotIndex: number,
    visitor: LogVisitor,
  ) {
    this.#disk = disk;
    this.#files = files;
    this.#slots = slots.filter((slot) => slot !== undefined);
    const [first, second] = slots.map((slot) => slot?.hardState.generation ?? -1);
    this.#nextSlot = (first ?? -1) > (second ?? -1) ? 1 : 0;
    this.#snapshotIndex = snapshotIndex;
    this.#visitor = visitor;
  }

  run(): Recovery {
    for (const slot of this.#slots) this.#noteHardState(slot.hardState);
    for (const header of this.#files.readable) this.#noteHardState(header.hardState);
    const chain = chainOf(this.#files);
    this.#checkBeginning(chain);
    chain.forEach((header, position) => this.#readSegment(header, chain[position + 1]));
    this.#checkHead(chain.at(-1));
    return this.#conclude(chain);
  }

  #noteHardState(state: StoredHardState | undefined): void {
    this.#hardState = newerHardState(this.#hardState, state);
  }

  /** The entries that this server was brought past its loss by are cut off with it: its term counts, its relief does not. */
  #noteCutHardState(state: StoredHardState): void {
    this.#noteHardState({ ...state, mustReach: Math.max(state.mustReach, this.#hardState.mustReach) });
  }

  #damage(sequence: number, offset: number, message: string): void {
    this.#isDamaged = true;
    this.#findings.push({ type: "damage", sequence, offset, message });
  }

  #begin(index: number, term: number): void {
    this.#baseIndex = index;
    this.#lastIndex = index;
    this.#lastTerm = term;
    this.#visitor.begin(index, term);
  }

  #checkBeginning(chain: readonly SegmentHeader[]): void {
    const first = chain[0];
    const base = first?.previous ?? this.#end;
    if (base.index <= this.#snapshotIndex) {
      this.#begin(base.index, base.term);
      return;
    }
    this.#begin(this.#snapshotIndex, 0);
    this.#end = { sequence: 0, offset: 0, index: this.#snapshotIndex, term: 0 };
    const message = `${segmentName(base.sequence)} is missing or unreadable, and no snapshot holds its entries`;
    this.#damage(base.sequence, 0, message);
    this.#highestSeen = base.index;
  }

  #readSegment(header: SegmentHeader, next: SegmentHeader | undefined): void {
    const { sequence } = header;
    const name = segmentName(sequence);
    const read: Read = (offset, length) => this.#disk.read(name, offset, length);
    const seed = checksumSeed(header.identity, sequence);
    const size = this.#disk.size(name) ?? 0;
    const limit = Math.min(size, next?.previous.offset ?? size);
    this.#advanceEnd(sequence, SEGMENT_HEADER_BYTES);
    if (!this.#isDamaged) this.#lastBatchOffset = SEGMENT_HEADER_BYTES;
    const offset = scanSegment(read, limit, seed, this.#recordVisitor(sequence));
    this.#advanceEnd(sequence, offset);
    if (next === undefined) this.#readTail(read, offset, size, seed, sequence);
    else this.#checkSeam(read, offset, limit, seed, sequence, next.previous);
    if (this.#end.sequence === sequence) this.#segments.push({ sequence, lastIndex: this.#lastIndex });
  }

  /** Where one segment ends the next one must begin: that was on disk before the next one was named. */
  #checkSeam(read: Read, offset: number, limit: number, seed: number, sequence: number, previous: Attested): void {
    this.#highestSeen = Math.max(this.#highestSeen, previous.index);
    if (offset < previous.offset || (!this.#isDamaged && this.#lastIndex !== previous.index))
      this.#lost(sequence, offset, previous);
    if (offset < limit) this.#noteRest(read, offset, limit, seed, sequence);
  }

  #advanceEnd(sequence: number, offset: number): void {
    if (!this.#isDamaged) this.#end = { sequence, offset, index: this.#lastIndex, term: this.#lastTerm };
  }

  #lost(sequence: number, offset: number, attested: Attested): void {
    if (this.#isDamaged) return;
    const place = describePlace(sequence, offset);
    this.#damage(sequence, offset, `${place}: unreadable, though the log was on disk up to offset ${attested.offset}`);
    this.#highestSeen = Math.max(this.#highestSeen, attested.index);
  }

  #noteRest(read: Read, from: number, to: number, seed: number, sequence: number): boolean {
    const evidence = searchEvidence(read, from, to, seed, sequence);
    if (evidence.hardState !== undefined) this.#noteCutHardState(evidence.hardState);
    if (this.#isDamaged || evidence.attested !== undefined)
      this.#highestSeen = Math.max(this.#highestSeen, evidence.lastIndex, evidence.attested?.index ?? 0);
    if (evidence.attested !== undefined) this.#lost(sequence, from, evidence.attested);
    return evidence.hasRecords;
  }

  #readTail(read: Read, offset: number, size: number, seed: number, sequence: number): void {
    const slot = this.#slots.find((one) => one.durable.sequence === sequence && one.durable.offset > offset);
    if (slot !== undefined) this.#lost(sequence, offset, slot.durable);
    const hasRecords = this.#noteRest(read, offset, size, seed, sequence);
    if (!hasRecords || this.#isDamaged) return;
    const message = `${describePlace(sequence, offset)}: a write that was never confirmed is cut off`;
    this.#findings.push({ type: "torn", sequence, offset, message });
  }

  #recordVisitor(sequence: number): RecordVisitor {
    return {
      entry: (index, term, kind, data, offset) => this.#entry(sequence, offset, index, term, kind, data),
      truncate: (index) => this.#truncate(index),
      reset: (index, term) => {
        if (!this.#isDamaged) this.#begin(index, term);
      },
      hardState: (state) => this.#noteHardState(state),
      batch: (_timeMs, _count, offset) => {
        this.#advanceEnd(sequence, offset);
        if (!this.#isDamaged) this.#lastBatchOffset = offset;
      },
    };
  }

  #entry(sequence: number, offset: number, index: number, term: number, kind: LogEntryKind, data: Uint8Array): void {
    this.#highestSeen = Math.max(this.#highestSeen, index);
    if (this.#isDamaged) return;
    if (index !== this.#lastIndex + 1) {
      this.#damage(sequence, offset, `${describePlace(sequence, offset)}: entry ${index} follows ${this.#lastIndex}`);
      this.#cutTo(this.#end);
      return;
    }
    this.#lastIndex = index;
    this.#lastTerm = term;
    this.#visitor.entry(index, term, kind, data);
  }

  #truncate(index: number): void {
    if (this.#isDamaged || index >= this.#lastIndex) return;
    if (index < this.#baseIndex) this.#begin(index, 0);
    else this.#cutTo({ index, term: 0 });
  }

  #cutTo({ index, term }: { readonly index: number; readonly term: number }): void {
    this.#lastIndex = index;
    this.#lastTerm = term;
    this.#visitor.truncateAfter(index);
  }

  /** The slots name the segment that was being written: if it is gone, so is an unknown part of the log. */
  #checkHead(head: SegmentHeader | undefined): void {
    const active = Math.max(0, ...this.#slots.map((slot) => slot.activeSequence));
    const headSequence = head?.sequence ?? 0;
    const isLost = active > headSequence || (head === undefined && this.#files.damaged.length > 0);
    if (!isLost) return;
    this.#damage(active, 0, `${segmentName(active)} was being written and is missing or unreadable`);
    this.#highestSeen = MUST_REACH_NEVER;
  }

  #conclude(chain: readonly SegmentHeader[]): Recovery {
    const live = new Set(this.#segments.map((segment) => segment.sequence));
    const all = [...this.#files.readable.map((header) => header.sequence), ...this.#files.damaged];
    const { mustReach } = this.#hardState;
    const hardState = this.#isDamaged
      ? { ...this.#hardState, mustReach: Math.max(mustReach, this.#highestSeen) }
      : this.#hardState;
    return {
      hardState,
      end: { ...this.#end, index: this.#lastIndex, term: this.#lastTerm },
      baseIndex: this.#baseIndex,
      segments: chain.length === 0 ? [] : this.#segments,
      voidSequences: all.filter((sequence) => !live.has(sequence)).sort((left, right) => left - right),
      nextSequence: Math.max(0, ...all, ...this.#slots.map((slot) => slot.activeSequence)) + 1,
      findings: this.#findings,
      lastBatchOffset: this.#lastBatchOffset,
      nextSlot: this.#nextSlot,
    };
  }
}
