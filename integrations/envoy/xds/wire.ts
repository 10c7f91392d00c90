/** Protobuf by hand where bytes are to be shared: a response is a few small fields around resources that are encoded already. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const VARINT_BITS_MAX = 70;

export function textField(number: number, text: string): Uint8Array {
  return bytesField(number, Buffer.from(text, "utf8"));
}

export function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** Goes through the fields of a message in order; those without a length (numbers) are passed over. Throws a RangeError. */
export class FieldReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  /** Of the field that was read last. */
  number = 0;
  #from = 0;
  #to = 0;

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = from;
    this.#end = to;
  }

  /** False at the end of the message. */
  next(): boolean {
    while (this.#at < this.#end) {
      const key = this.#varint();
      const type = key % 8;
      const length = type === LENGTH_DELIMITED ? this.#varint() : this.#lengthOf(type);
      this.#from = this.#at;
      this.#to = this.#at + length;
      if (this.#to > this.#end) throw new RangeError("a field ends behind its message");
      this.#at = this.#to;
      if (type !== LENGTH_DELIMITED) continue;
      this.number = (key - type) / 8;
      return true;
    }
    return false;
  }

  get text(): string {
    return this.#bytes.toString("utf8", this.#from, this.#to);
  }

  /**
   * The text of one field of the message that this field is; empty where it has none. The first one counts, and nothing is
   * made of what follows: behind its id a node has over 500 extensions.
   */
  innerText(wanted: number): string {
    const inner = new FieldReader(this.#bytes, this.#from, this.#to);
    while (inner.next()) if (inner.number === wanted) return inner.text;
    return "";
  }

  /** Of a value without a length; a number has been read when its length is known. */
  #lengthOf(type: number): number {
    if (type === FIXED_64) return 8;
    if (type === FIXED_32) return 4;
    if (type !== VARINT) throw new RangeError(`a field of the unknown type ${type}`);
    this.#varint();
    return 0;
  }

  #varint(): number {
    // Nearly all of them.
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 0x80 && this.#at < this.#end) {
      this.#at++;
      return first;
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0;
    for (let shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
      const byte = this.#at < this.#end ? this.#bytes[this.#at++] : undefined;
      if (byte === undefined) throw new RangeError("a number ends behind its message");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number is too long");
  }
}
