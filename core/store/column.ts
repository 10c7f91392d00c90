import { assert } from "#core/base";

/** Rows a chunk: a copy on write moves at most 32 KiB. */
export const CHUNK_ROWS = 4096;
const SHIFT = 12;
const MASK = CHUNK_ROWS - 1;

type Cells = Float64Array | Int32Array | Uint8Array;

/** A frozen view of a column: the chunks as they were when it was taken. */
export interface FrozenColumn {
  get(slot: number): number;
}

/**
 * Numbers by slot, in chunks. `freeze` is O(chunks): it hands out references and bumps the epoch; the first write to
 * an older chunk copies it. Synchronous readers need no freeze.
 */
export class Column {
  readonly #make: (length: number) => Cells;
  #chunks: Cells[] = [];
  #epochs: number[] = [];
  #epoch = 0;

  constructor(make: (length: number) => Cells) {
    this.#make = make;
  }

  static float64(): Column {
    return new Column((length) => new Float64Array(length));
  }

  static int32(): Column {
    return new Column((length) => new Int32Array(length));
  }

  static uint8(): Column {
    return new Column((length) => new Uint8Array(length));
  }

  get(slot: number): number {
    return (this.#chunks[slot >> SHIFT] as Cells)[slot & MASK] as number;
  }

  set(slot: number, value: number): void {
    this.#writable(slot >> SHIFT)[slot & MASK] = value;
  }

  add(slot: number, delta: number): void {
    const chunk = this.#writable(slot >> SHIFT);
    chunk[slot & MASK] = (chunk[slot & MASK] as number) + delta;
  }

  /** Makes room for slots below `count`. */
  reserve(count: number): void {
    while (this.#chunks.length * CHUNK_ROWS < count) {
      this.#chunks.push(this.#make(CHUNK_ROWS));
      this.#epochs.push(this.#epoch);
    }
  }

  freeze(): FrozenColumn {
    const chunks = this.#chunks.slice();
    this.#epoch++;
    return { get: (slot) => (chunks[slot >> SHIFT] as Cells)[slot & MASK] as number };
  }

  /** Copies slots [0, count) into `target`: what a scheduler scans. */
  copyInto(target: Float64Array | Int32Array | Uint8Array, count: number): void {
    for (let start = 0, at = 0; start < count; start += CHUNK_ROWS, at++) {
      const chunk = this.#chunks[at] as Cells;
      target.set(chunk.subarray(0, Math.min(CHUNK_ROWS, count - start)), start);
    }
  }

  #writable(at: number): Cells {
    const chunk = this.#chunks[at];
    assert(chunk !== undefined, () => `column: chunk ${at} is not reserved`);
    if (this.#epochs[at] === this.#epoch) return chunk;
    const copy = chunk.slice();
    this.#chunks[at] = copy;
    this.#epochs[at] = this.#epoch;
    return copy;
  }
}
