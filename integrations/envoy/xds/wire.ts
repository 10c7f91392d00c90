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

/** The fields of a message that have a length (texts, bytes, messages), in order; numbers are passed over. */
export function readFields(bytes: Uint8Array): { readonly number: number; readonly value: Uint8Array }[] {
  const fields: { readonly number: number; readonly value: Uint8Array }[] = [];
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const [number, type] = [Math.floor(key / 8), key % 8];
    if (type === LENGTH_DELIMITED) {
      const length = readVarint(reader);
      if (reader.at + length > bytes.length) throw new RangeError("a field ends behind its message");
      fields.push({ number, value: bytes.subarray(reader.at, reader.at + length) });
      reader.at += length;
    } else if (type === VARINT) readVarint(reader);
    else if (type === FIXED_64) reader.at += 8;
    else if (type === FIXED_32) reader.at += 4;
    else throw new RangeError(`a field of the unknown type ${type}`);
  }
  if (reader.at > bytes.length) throw new RangeError("a field ends behind its message");
  return fields;
}

function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new RangeError("a number ends behind its message");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError("a number is too long");
}
