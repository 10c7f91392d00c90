import { assert, FailureError, failure, utf8Decode, utf8Encode } from "#core/base";

const INITIAL_BYTES = 256;

/** Appends numbers and texts to a growing buffer. */
export class ByteWriter {
  #buffer = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits a byte, low bits first. */
  uint(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, () => `uint: ${value}`);
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
    assert(Number.isSafeInteger(value), () => `int: ${value}`);
    const magnitude = Math.abs(value);
    const low = ((magnitude % 0x40) << 1) | (value < 0 ? 1 : 0);
    const rest = Math.floor(magnitude / 0x40);
    this.byte(rest > 0 ? low | 0x80 : low);
    if (rest > 0) this.uint(rest);
  }

  float(value: number): void {
    this.#reserve(8);
    new DataView(this.#buffer.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.uint(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    this.bytes(utf8Encode(value));
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + extra));
    grown.set(this.#buffer);
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
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw corrupt("a number over 2^53");
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  int(): number {
    const first = this.byte();
    const low = (first & 0x7f) >> 1;
    const magnitude = first & 0x80 ? low + this.uint() * 0x40 : low;
    if (!Number.isSafeInteger(magnitude)) throw corrupt("a number over 2^53");
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
