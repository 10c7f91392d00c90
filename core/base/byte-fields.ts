import { assert } from "./assert.ts";
import { utf8Decode, utf8Encode } from "./bytes.ts";

const WORD = 0x1_0000_0000;
const TEXT_BYTES_MAX = 255;

/** Appends little-endian fields to a buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, () => `${value} is no 53-bit whole number`);
    const at = this.#room(8);
    this.#view.setUint32(at, value % WORD, true);
    this.#view.setUint32(at + 4, Math.floor(value / WORD), true);
  }

  /** At most 255 bytes of UTF-8 behind their length. */
  text(value: string): void {
    const encoded = utf8Encode(value);
    assert(encoded.length <= TEXT_BYTES_MAX, () => `"${value}" is longer than ${TEXT_BYTES_MAX} bytes`);
    this.u8(encoded.length);
    const at = this.#room(encoded.length);
    this.#bytes.set(encoded, at);
  }

  /** Bytes behind their length, whatever it is. */
  blob(value: Uint8Array): void {
    this.u32(value.length);
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Room for `count` bytes. It may replace the buffer, so it comes before any use of it. */
  #room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

/** Reads fields; after any that does not fit, `isBroken` stays true and every value is empty. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  isBroken = false;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get isAtEnd(): boolean {
    return !this.isBroken && this.left === 0;
  }

  u8(): number {
    const at = this.#take(1);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  flag(): boolean {
    const value = this.u8();
    if (value > 1) this.isBroken = true;
    return value === 1;
  }

  u32(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#view.getUint32(at, true);
  }

  u64(): number {
    const at = this.#take(8);
    if (at === undefined) return 0;
    const value = this.#view.getUint32(at + 4, true) * WORD + this.#view.getUint32(at, true);
    if (Number.isSafeInteger(value)) return value;
    this.isBroken = true;
    return 0;
  }

  text(): string {
    const length = this.u8();
    const at = this.#take(length);
    return at === undefined ? "" : utf8Decode(this.#bytes.subarray(at, at + length));
  }

  /** A view into the frame, not a copy. */
  blob(): Uint8Array {
    const length = this.u32();
    const at = this.#take(length);
    return at === undefined ? new Uint8Array(0) : this.#bytes.subarray(at, at + length);
  }

  #take(count: number): number | undefined {
    if (this.isBroken || count > this.left) {
      this.isBroken = true;
      return undefined;
    }
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
