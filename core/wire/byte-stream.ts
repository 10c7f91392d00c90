import { assert, FailureError, failure, utf8Decode } from "#core/base";

const INITIAL_BYTES = 1024;
const SPARE_MAX = 8;
const SPARE_BYTES_MAX = 1024 * 1024;

const encoder = new TextEncoder();
/** Buffers that finished writers gave back: making one costs more than filling it. */
const spare: Uint8Array[] = [];

const SLAB_BYTES = 64 * 1024;
const SLICE_BYTES_MAX = 2 * 1024;
/** Of 2^63, seven bits a byte. */
const UINT_BYTES_MAX = 10;
const LOOP_CHARACTERS_MAX = 24;

/** Results written straight into larger pieces of memory: making each its own buffer costs more than filling it. */
export class Slab {
  #piece = new Uint8Array(0);
  #used = 0;

  /** The piece that is being filled, and from where on it is free. One writer at a time: it ends with `keep`. */
  get free(): { readonly piece: Uint8Array; readonly from: number } {
    if (this.#used + INITIAL_BYTES > this.#piece.length) {
      this.#piece = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    return { piece: this.#piece, from: this.#used };
  }

  /**
   * What was written from `from` to `end`. Short results keep their piece alive (only for results that live about
   * equally long); a long one, or one that outgrew the piece, is not the slab's.
   */
  keep(buffer: Uint8Array, from: number, end: number): Uint8Array {
    if (buffer !== this.#piece || end - from > SLICE_BYTES_MAX) return buffer.slice(from, end);
    this.#used = end;
    return buffer.subarray(from, end);
  }
}

/** Appends numbers and texts to a growing buffer. A writer is used once: `finish` ends it. */
export class ByteWriter {
  readonly #slab: Slab | undefined;
  #from: number;
  #buffer: Uint8Array;
  #length: number;

  /** With `slab`, what is written lies there from the beginning. */
  constructor(slab?: Slab) {
    this.#slab = slab;
    const free = slab?.free;
    this.#buffer = free?.piece ?? spare.pop() ?? new Uint8Array(INITIAL_BYTES);
    this.#from = free?.from ?? 0;
    this.#length = this.#from;
  }

  /** The bytes, in a buffer of their own or of the slab. */
  finish(): Uint8Array {
    const buffer = this.#buffer;
    const end = this.#length;
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    if (this.#slab) return this.#slab.keep(buffer, this.#from, end);
    if (spare.length < SPARE_MAX && buffer.length <= SPARE_BYTES_MAX) spare.push(buffer);
    return buffer.slice(0, end);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits a byte, low bits first. */
  uint(value: number): void {
    assert(Number.isInteger(value) && value >= 0 && value <= 2 ** 63, () => `uint: ${value}`);
    this.#reserve(UINT_BYTES_MAX);
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
    this.#reserve(UINT_BYTES_MAX + 3 * value.length);
    const start = this.#length - this.#from;
    // The width of the length is known beforehand unless letters beyond ASCII decide it.
    const room = value.length < 0x80 ? 1 : 2;
    this.#length += room;
    if (value.length > LOOP_CHARACTERS_MAX || !this.#ascii(value))
      this.#length += encoder.encodeInto(value, this.#buffer.subarray(this.#length)).written;
    this.#putLength(start, room);
  }

  /** A short text of ASCII alone, without the view that the encoder needs; false, and nothing written, for any other. */
  #ascii(value: string): boolean {
    const buffer = this.#buffer;
    const at = this.#length;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      buffer[at + index] = code;
    }
    this.#length = at + value.length;
    return true;
  }

  /** What `write` appends, with its length before it. */
  nested(write: (writer: ByteWriter) => void): void {
    this.#reserve(1);
    const start = this.#length++ - this.#from;
    write(this);
    this.#putLength(start, 1);
  }

  /** Puts the length of all that follows into the `room` bytes at `offset`; moves what follows if it takes another width. */
  #putLength(offset: number, room: number): void {
    const length = this.#length - this.#from - offset - room;
    const width = length < 0x80 ? 1 : length < 0x4000 ? 2 : Math.ceil(Math.log2(length + 1) / 7);
    this.#reserve(UINT_BYTES_MAX);
    const start = this.#from + offset;
    if (width !== room) {
      this.#buffer.copyWithin(start + width, start + room, this.#length);
    }
    this.#length = start;
    this.uint(length);
    assert(this.#length === start + width, () => `a length of ${length} takes ${this.#length - start} bytes`);
    this.#length += length;
  }

  /** What outgrows its buffer moves, alone, into a larger one. */
  #reserve(extra: number): void {
    if (this.#length + extra <= this.#buffer.length) return;
    const length = this.#length - this.#from;
    const grown = new Uint8Array(Math.max(2 * length, length + extra, INITIAL_BYTES));
    grown.set(this.#buffer.subarray(this.#from, this.#length));
    this.#buffer = grown;
    this.#from = 0;
    this.#length = length;
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

  /** A reader of the bytes that come next with their length before them. */
  part(): ByteReader {
    const length = this.uint();
    const at = this.#skip(length);
    return new ByteReader(this.#bytes, at, at + length);
  }

  /** All that is left, unread. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#end);
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
