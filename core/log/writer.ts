import { assert, type Buggify, type ChecksumMemory, neverBuggify, plainMemory } from "#core/base";
import {
  BATCH_HEADER_BYTES,
  encodedBytes,
  type LaidOutBatch,
  layOutBatch,
  type LogBatch,
  MARKER_BYTES,
  RecordEncoder,
} from "./batch.ts";
import { ByteView } from "./bytes.ts";
import { type Disk, type LogIdentity, segmentName, SLOTS_NAME, spareName, SPARES_MAX } from "./disk.ts";
import type { StoredHardState } from "./hard-state.ts";
import type { LiveSegment, Recovery } from "./recover.ts";
import { type Attested, checksumSeed, encodeSegmentHeader, SEGMENT_HEADER_BYTES } from "./segment.ts";
import { encodeSlot, SLOT_BYTES } from "./slots.ts";

export interface LogWriterOptions {
  readonly identity: LogIdentity;
  /** Files are prepared with this size: 64 MiB, 1 MiB in development. */
  readonly segmentBytes: number;
  /** Rare courses that a simulation takes on purpose; absent in production. */
  readonly buggify?: Buggify;
  /** How many files wait to become segments: one is prepared ahead, the others recycled. At most, and when absent, `SPARES_MAX`. */
  readonly sparesMax?: number;
  /** Memory to put writes together in; plain when absent. */
  readonly memory?: (bytes: number) => ChecksumMemory;
}

/** What a sync made durable: every batch up to `epoch`. */
export interface Durable {
  readonly epoch: number;
  readonly index: number;
  readonly term: number;
}

const ZEROS_BYTES = 1024 * 1024;
const FIRST_BUFFER_BYTES = 64 * 1024;

/**
 * Appends to the log: `write` puts batches behind one another in a single write, `sync` makes them durable. The marker that
 * says so goes in front of the next batch, in the same write, or by `mark` when nothing follows at once. Any failure of the
 * disk throws, and the writer must not be used again.
 */
export class LogWriter {
  readonly #disk: Disk;
  readonly #options: LogWriterOptions;
  readonly #buggify: Buggify;
  readonly #sparesMax: number;
  #buffer: ByteView;
  #segments: LiveSegment[];
  #hardState: StoredHardState;
  #sequence: number;
  #name = "";
  #seed = 0;
  #offset = 0;
  #durable: Attested;
  #index: number;
  #term: number;
  #pendingEpoch: number | undefined = undefined;
  #isSlotDirty = false;
  #isMarkerDue = false;
  /** Spares 0 to one below this are there; the last one is used first. */
  #spares = 0;
  #nextSlot: number;

  /** Begins a new segment behind what was recovered; a torn or damaged rest of the old one is left where it is. */
  constructor(disk: Disk, options: LogWriterOptions, recovery: Recovery, nowMs: number) {
    this.#disk = disk;
    this.#options = options;
    this.#buggify = options.buggify ?? neverBuggify;
    this.#buffer = this.#bufferOf(FIRST_BUFFER_BYTES);
    this.#segments = [...recovery.segments];
    this.#hardState = recovery.hardState;
    this.#sequence = recovery.nextSequence - 1;
    this.#durable = recovery.end;
    this.#index = recovery.end.index;
    this.#term = recovery.end.term;
    this.#sparesMax = Math.min(options.sparesMax ?? SPARES_MAX, SPARES_MAX);
    while (this.#spares < SPARES_MAX && (disk.size(spareName(this.#spares)) ?? 0) >= options.segmentBytes)
      this.#spares++;
    this.#nextSlot = recovery.nextSlot;
    this.#settleTail(recovery);
    this.#beginSegment(nowMs);
  }

  /**
   * What was read back may never have reached the medium: the last process may have died before its sync, or because
   * of it, and after a failed sync the cache calls such pages clean. So the last batch is written again, then synced.
   */
  #settleTail({ end, lastBatchOffset }: Recovery): void {
    if (end.sequence === 0 || end.offset <= SEGMENT_HEADER_BYTES) return;
    const name = segmentName(end.sequence);
    const from = Math.max(0, lastBatchOffset - MARKER_BYTES);
    this.#disk.write(name, from, this.#disk.read(name, from, end.offset - from).slice());
    this.#disk.sync(name);
  }

  get hardState(): StoredHardState {
    return this.#hardState;
  }

  /** The place up to which everything is on disk. */
  get durable(): Attested {
    return this.#durable;
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  #bufferOf(bytes: number): ByteView {
    return new ByteView(this.#options.memory?.(bytes) ?? plainMemory(new Uint8Array(bytes)));
  }

  /** One write for all of them; `sync` follows before the next. */
  write(batches: readonly LogBatch[], nowMs: number): void {
    this.writeLaidOut(batches.map(layOutBatch), nowMs);
  }

  /** As `write`, of batches that another thread has laid out. */
  writeLaidOut(batches: readonly LaidOutBatch[], nowMs: number): void {
    assert(this.#pendingEpoch === undefined, "a sync follows every write");
    assert(batches.length > 0, "there is something to write");
    const content = batches.reduce((sum, batch) => sum + encodedBytes(batch), 0);
    const most = MARKER_BYTES + BATCH_HEADER_BYTES + content + MARKER_BYTES;
    const isFull = this.#offset + most > this.#options.segmentBytes || this.#buggify("log/segment/early");
    if (isFull && this.#offset > SEGMENT_HEADER_BYTES) this.#beginSegment(nowMs);
    const total = this.#encode(batches, content, nowMs);
    this.#disk.write(this.#name, this.#offset, this.#buffer.bytes.subarray(0, total));
    this.#offset += total;
    this.#pendingEpoch = (batches.at(-1) as LaidOutBatch).epoch;
  }

  sync(): Durable {
    assert(this.#pendingEpoch !== undefined, "a write comes before its sync");
    this.#disk.sync(this.#name);
    if (this.#isSlotDirty) this.#writeSlot();
    const epoch = this.#pendingEpoch;
    this.#pendingEpoch = undefined;
    this.#durable = { sequence: this.#sequence, offset: this.#offset, index: this.#index, term: this.#term };
    this.#isMarkerDue = true;
    return { epoch, index: this.#index, term: this.#term };
  }

  /** Entries before this index are in a durable snapshot: whole segments of them are recycled. */
  release(before: number): void {
    while (this.#segments.length > 1 && (this.#segments[0] as LiveSegment).lastIndex < before) {
      const { sequence } = this.#segments.shift() as LiveSegment;
      if (this.#spares >= this.#sparesMax) this.#disk.remove(segmentName(sequence));
      else this.#disk.rename(segmentName(sequence), spareName(this.#spares++));
    }
    this.#disk.syncFolder();
  }

  /** Prepares the next segment's file, so that its first use neither allocates nor changes its length. */
  prepare(): void {
    if (this.#spares > 0) return;
    const name = spareName(0);
    const zeros = new Uint8Array(Math.min(ZEROS_BYTES, this.#options.segmentBytes));
    for (let offset = 0; offset < this.#options.segmentBytes; offset += zeros.length)
      this.#disk.write(name, offset, zeros);
    this.#disk.sync(name);
    this.#disk.syncFolder();
    this.#spares = 1;
  }

  /** The marker of the batch before, if it is still due, and the new batch; returns the bytes of both. */
  #encode(batches: readonly LaidOutBatch[], content: number, nowMs: number): number {
    const headerAt = this.#isMarkerDue ? MARKER_BYTES : 0;
    const total = headerAt + BATCH_HEADER_BYTES + content;
    if (this.#buffer.bytes.length < total) this.#buffer = this.#bufferOf(total * 2);
    if (this.#isMarkerDue) new RecordEncoder(this.#buffer, 0, this.#seed).marker(this.#durable);
    this.#isMarkerDue = false;
    const encoder = new RecordEncoder(this.#buffer, headerAt + BATCH_HEADER_BYTES, this.#seed);
    for (const batch of batches) this.#encodeBatch(encoder, batch);
    assert(encoder.offset === total, "a batch has the size that was computed");
    const { count } = encoder;
    encoder.offset = headerAt;
    encoder.batchHeader(this.#durable, content, count, nowMs);
    return total;
  }

  #encodeBatch(encoder: RecordEncoder, batch: LaidOutBatch): void {
    if (batch.hardState !== undefined) {
      this.#hardState = { ...batch.hardState, generation: this.#hardState.generation + 1 };
      this.#isSlotDirty = true;
    }
    if (batch.reset !== undefined) this.#moveTo(batch.reset.index, batch.reset.term);
    if (batch.truncateAfter !== undefined) this.#moveTo(batch.truncateAfter, 0);
    const { count, firstIndex, lastIndex, lastTerm } = batch.records;
    if (count > 0) {
      assert(firstIndex === this.#index + 1, () => `entry ${firstIndex} does not follow ${this.#index}`);
      this.#moveTo(lastIndex, lastTerm);
    }
    encoder.batch(batch, batch.hardState === undefined ? undefined : this.#hardState);
  }

  #moveTo(index: number, term: number): void {
    this.#index = index;
    this.#term = term;
  }

  /** Says behind the last batch that it is on disk, without waiting for the next write, which says it otherwise. */
  mark(): void {
    if (!this.#isMarkerDue) return;
    this.#isMarkerDue = false;
    const encoder = new RecordEncoder(this.#buffer, 0, this.#seed);
    encoder.marker(this.#durable);
    this.#disk.write(this.#name, this.#offset, this.#buffer.bytes.subarray(0, MARKER_BYTES));
    this.#offset += MARKER_BYTES;
  }

  /** Paired with recovery: head on disk, then the name, then the slot that names it, and only then records. */
  #beginSegment(nowMs: number): void {
    this.prepare();
    this.mark();
    if (this.#name !== "") this.#closeSegment();
    const { identity } = this.#options;
    this.#hardState = { ...this.#hardState, generation: this.#hardState.generation + 1 };
    const sequence = this.#sequence + 1;
    const header = { identity, sequence, previous: this.#durable, hardState: this.#hardState, createdAtMs: nowMs };
    const spare = spareName(this.#spares - 1);
    this.#disk.write(spare, 0, encodeSegmentHeader(header));
    this.#disk.sync(spare);
    this.#name = segmentName(sequence);
    this.#disk.rename(spare, this.#name);
    this.#disk.syncFolder();
    this.#spares--;
    this.#sequence = sequence;
    this.#seed = checksumSeed(identity, sequence);
    this.#offset = SEGMENT_HEADER_BYTES;
    this.#segments.push({ sequence, lastIndex: this.#index });
    this.#writeSlot();
  }

  /** The last marker is not synced by itself: the next segment's head says the same and is. */
  #closeSegment(): void {
    this.#segments.pop();
    this.#segments.push({ sequence: this.#sequence, lastIndex: this.#index });
  }

  #writeSlot(): void {
    const { identity } = this.#options;
    const slot = { hardState: this.#hardState, durable: this.#durable, activeSequence: this.#sequence };
    const isNew = this.#disk.size(SLOTS_NAME) === undefined;
    if (isNew) this.#disk.write(SLOTS_NAME, 0, new Uint8Array(2 * SLOT_BYTES));
    this.#disk.write(SLOTS_NAME, this.#nextSlot * SLOT_BYTES, encodeSlot(slot, identity));
    this.#disk.sync(SLOTS_NAME);
    if (isNew) this.#disk.syncFolder();
    this.#nextSlot = 1 - this.#nextSlot;
    this.#isSlotDirty = false;
  }
}
