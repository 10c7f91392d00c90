import { assert, FailureError, failure, utf8Decode } from "#core/base";

const INITIAL_BYTES = 1024;
const SPARE_MAX = 8;
const SPARE_BYTES_MAX = 1024 * 1024;

const encoder = new TextEncoder();
/** Buffers that finished writers gave back: making one costs more than filling it. */
const spare: Uint8Array[] = [];

const SLAB_BYTES = 64 * 1024;
const SLICE_BYTES_MAX = 2 * 1024;

/** Small results out of larger pieces of memory: making each its own buffer costs more than filling it. */
export class Slab {
  #piece = new Uint8Array(0);
  #used = 0;

  /** Bytes that nobody else has. They keep their piece alive: only for results that live about equally long. */
  take(length: number): Uint8Array {
    if (length > SLICE_BYTES_MAX) return new Uint8Array(length);
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#piece.subarray(start, this.#used);
  }
}

/** Appends numbers and texts to a growing buffer. A writer is used once: `finish` ends it. */
export class ByteWriter {
  #buffer = spare.pop() ?? new Uint8Array(INITIAL_BYTES);
  #length = 0;

  /** The bytes, in a buffer of their own or out of `slab`. */
  finish(slab?: Slab): Uint8Array {
    const result = slab ? slab.take(this.#length) : new Uint8Array(this.#length);
    result.set(this.#buffer.subarray(0, this.#length));
    if (spare.length < SPARE_MAX && this.#buffer.length <= SPARE_BYTES_MAX) spare.push(this.#buffer);
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return result;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits a byte, low bits first. */
  uint(value: number): void {
    assert(Number.isInteger(value) && value >= 0 && value <= 2 ** 63, () => `uint: ${value}`);
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
  }

  /** A whole number with a sign: the lowest bit of the first byte is the sign. */
  int(value: number): void {
    // Beyond 2^53 for durations: dividing by powers of two stays exact.
    assert(Number.isInteger(value) && Math.abs(value) <= 2 ** 63, () => `int: ${value}`);
    const magnitude = Math.abs(value);
    const low = ((magnitude % 0x40) << 1) | (value < 0 ? 1 : 0);
    const rest = Math.floor(magnitude / 0x40);
    this.byte(rest > 0 ? low | 0x80 : low);
    if (rest > 0) this.uint(rest);
  }

  float(value: number): void {
    this.#reserve(8);
    new DataView(this.#buffer.buffer, this.#buffer.byteOffset).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.uint(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    this.#reserve(1 + 3 * value.length);
    const start = this.#length++;
    this.#length += encoder.encodeInto(value, this.#buffer.subarray(this.#length)).written;
    this.#putLength(start);
  }

  /** What `write` appends, with its length before it. */
  nested(write: (writer: ByteWriter) => void): void {
    this.#reserve(1);
    const start = this.#length++;
    write(this);
    this.#putLength(start);
  }

  /** Puts the length of all that follows into the one byte at `start`, or moves what follows if it takes more. */
  #putLength(start: number): void {
    const length = this.#length - start - 1;
    if (length < 0x80) {
      this.#buffer[start] = length;
      return;
    }
    const width = Math.max(1, Math.ceil(Math.log2(length + 1) / 7));
    this.#reserve(width);
    this.#buffer.copyWithin(start + width, start + 1, this.#length);
    this.#length = start;
    this.uint(length);
    assert(this.#length === start + width, () => `a length of ${length} takes ${this.#length - start} bytes`);
    this.#length += length;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + extra));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

/** Reads what ByteWriter wrote; damaged input raises a `corrupt` failure and never reads past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isDone(): boolean {
    return this.#at >= this.#end;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    if (this.#at >= this.#end) throw corrupt("the bytes end early");
    return this.#bytes[this.#at++] as number;
  }

  uint(): number {
    const value = this.#whole();
    if (!Number.isSafeInteger(value)) throw corrupt("a number over 2^53");
    return value;
  }

  /** Seven bits a byte, lowest first; exact for what a double could hold when it was written. */
  #whole(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > 2 ** 63) throw corrupt("a number over 2^63");
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  int(): number {
    const first = this.byte();
    const low = (first & 0x7f) >> 1;
    const magnitude = first & 0x80 ? low + this.#whole() * 0x40 : low;
    if (magnitude > 2 ** 63) throw corrupt("a number over 2^63");
    return first & 1 ? -magnitude : magnitude;
  }

  float(): number {
    const at = this.#skip(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getFloat64(at, true);
  }

  bytes(): Uint8Array {
    const length = this.uint();
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    return utf8Decode(this.bytes());
  }

  /** How many items follow: each takes at least a byte, so a count beyond the input is refused before any memory is. */
  count(): number {
    const count = this.uint();
    if (count > this.remaining) throw corrupt("a count beyond the input");
    return count;
  }

  #skip(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw corrupt("the bytes end early");
    this.#at += length;
    return at;
  }
}

function corrupt(message: string): FailureError {
  return new FailureError(failure("corrupt", `binary form: ${message}`));
}
