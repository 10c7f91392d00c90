import { assert, type ChecksumMemory, plainMemory, utf8Decode, utf8Encode } from "#core/base";

const WORD = 0x1_0000_0000;

/** Little-endian numbers into and out of a buffer; 64-bit ones are whole numbers up to 2^53. */
export class ByteView {
  readonly bytes: Uint8Array;
  /** The checksum of a range, continued from a seed. */
  readonly crc32c: ChecksumMemory["crc32c"];
  readonly #view: DataView;

  constructor(memory: Uint8Array | ChecksumMemory) {
    const { bytes, crc32c } = memory instanceof Uint8Array ? plainMemory(memory) : memory;
    this.bytes = bytes;
    this.crc32c = crc32c;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  /** Undefined when the stored number is above 2^53 - 1. */
  u64(offset: number): number | undefined {
    const value = this.#view.getUint32(offset + 4, true) * WORD + this.#view.getUint32(offset, true);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  setU8(offset: number, value: number): void {
    this.#view.setUint8(offset, value);
  }

  setU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  setU64(offset: number, value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) assert(false, `${value} is no 53-bit whole number`);
    this.#view.setUint32(offset, value, true);
    this.#view.setUint32(offset + 4, Math.floor(value / WORD), true);
  }

  /** A text of at most 47 bytes in a field of 48. */
  text(offset: number): string | undefined {
    const length = this.u8(offset);
    if (length >= TEXT_FIELD_BYTES) return undefined;
    return utf8Decode(this.bytes.subarray(offset + 1, offset + 1 + length));
  }

  setText(offset: number, text: string): void {
    const encoded = utf8Encode(text);
    assert(encoded.length < TEXT_FIELD_BYTES, () => `"${text}" is longer than ${TEXT_FIELD_BYTES - 1} bytes`);
    this.setU8(offset, encoded.length);
    this.bytes.fill(0, offset + 1, offset + TEXT_FIELD_BYTES);
    this.bytes.set(encoded, offset + 1);
  }
}

export const TEXT_FIELD_BYTES = 48;
