import { assert, type Buggify, neverBuggify } from "#core/base";
import { BATCH_HEADER_BYTES, encodedBytes, type LogBatch, MARKER_BYTES, RecordEncoder } from "./batch.ts";
import { ByteView } from "./bytes.ts";
import { type Disk, type LogIdentity, segmentName, SLOTS_NAME, SPARE_NAME } from "./disk.ts";
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
 * Appends to the log: `write` puts batches behind one another in a single write, `sync` makes them durable, `mark` adds
 * the marker that says so. Any failure of the disk throws, and the writer must not be used again.
 */
export class LogWriter {
  readonly #disk: Disk;
  readonly #options: LogWriterOptions;
  readonly #buggify: Buggify;
  #buffer = new ByteView(new Uint8Array(FIRST_BUFFER_BYTES));
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
  #hasSpare: boolean;
  #nextSlot: number;

  /** Begins a new segment behind what was recovered; a torn or damaged rest of the old one is left where it is. */
  constructor(disk: Disk, options: LogWriterOptions, recovery: Recovery, nowMs: number) {
    this.#disk = disk;
    this.#options = options;
    this.#buggify = options.buggify ?? neverBuggify;
    this.#segments = [...recovery.segments];
    this.#hardState = recovery.hardState;
    this.#sequence = recovery.nextSequence - 1;
    this.#durable = recovery.end;
    this.#index = recovery.end.index;
    this.#term = recovery.end.term;
    this.#hasSpare = (disk.size(SPARE_NAME) ?? 0) >= options.segmentBytes;
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

  /** One write for all of them; `sync` follows before the next. */
  write(batches: readonly LogBatch[], nowMs: number): void {
    assert(this.#pendingEpoch === undefined, "a sync follows every write");
    assert(batches.length > 0, "there is something to write");
    this.mark();
    const content = batches.reduce((sum, batch) => sum + encodedBytes(batch), 0);
    const total = BATCH_HEADER_BYTES + content;
    const isFull =
      this.#offset + total + MARKER_BYTES > this.#options.segmentBytes || this.#buggify("log/segment/early");
    if (isFull && this.#offset > SEGMENT_HEADER_BYTES) this.#beginSegment(nowMs);
    this.#encode(batches, content, total, nowMs);
    this.#disk.write(this.#name, this.#offset, this.#buffer.bytes.subarray(0, total));
    this.#offset += total;
    this.#pendingEpoch = (batches.at(-1) as LogBatch).epoch;
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
      if (this.#hasSpare) this.#disk.remove(segmentName(sequence));
      else this.#disk.rename(segmentName(sequence), SPARE_NAME);
      this.#hasSpare = true;
    }
    this.#disk.syncFolder();
  }

  /** Prepares the next segment's file, so that its first use neither allocates nor changes its length. */
  prepare(): void {
    if (this.#hasSpare) return;
    const zeros = new Uint8Array(Math.min(ZEROS_BYTES, this.#options.segmentBytes));
    for (let offset = 0; offset < this.#options.segmentBytes; offset += zeros.length)
      this.#disk.write(SPARE_NAME, offset, zeros);
    this.#disk.sync(SPARE_NAME);
    this.#disk.syncFolder();
    this.#hasSpare = true;
  }

  #encode(batches: readonly LogBatch[], content: number, total: number, nowMs: number): void {
    if (this.#buffer.bytes.length < total) this.#buffer = new ByteView(new Uint8Array(total * 2));
    const encoder = new RecordEncoder(this.#buffer, BATCH_HEADER_BYTES, this.#seed);
    for (const batch of batches) this.#encodeBatch(encoder, batch);
    assert(encoder.offset === total, "a batch has the size that was computed");
    const { count } = encoder;
    encoder.offset = 0;
    encoder.batchHeader(this.#durable, content, count, nowMs);
  }

  #encodeBatch(encoder: RecordEncoder, batch: LogBatch): void {
    if (batch.hardState !== undefined) {
      this.#hardState = { ...batch.hardState, generation: this.#hardState.generation + 1 };
      this.#isSlotDirty = true;
    }
    if (batch.reset !== undefined) this.#moveTo(batch.reset.index, batch.reset.term);
    if (batch.truncateAfter !== undefined) this.#moveTo(batch.truncateAfter, 0);
    for (const entry of batch.entries) {
      assert(entry.index === this.#index + 1, () => `entry ${entry.index} does not follow ${this.#index}`);
      this.#moveTo(entry.index, entry.term);
    }
    encoder.batch(batch, batch.hardState === undefined ? undefined : this.#hardState);
  }

  #moveTo(index: number, term: number): void {
    this.#index = index;
    this.#term = term;
  }

  /** Says behind the last batch that it is on disk; the caller first tells those who wait for it. */
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
    if (this.#name !== "") this.#closeSegment();
    const { identity } = this.#options;
    this.#hardState = { ...this.#hardState, generation: this.#hardState.generation + 1 };
    const sequence = this.#sequence + 1;
    const header = { identity, sequence, previous: this.#durable, hardState: this.#hardState, createdAtMs: nowMs };
    this.#disk.write(SPARE_NAME, 0, encodeSegmentHeader(header));
    this.#disk.sync(SPARE_NAME);
    this.#name = segmentName(sequence);
    this.#disk.rename(SPARE_NAME, this.#name);
    this.#disk.syncFolder();
    this.#hasSpare = false;
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
