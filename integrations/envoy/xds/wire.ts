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

/** What one field of a message holds, the last one if it stands there more than once; nothing is made of the others. */
export function lastField(bytes: Uint8Array, wanted: number): Uint8Array | undefined {
  const reader = { bytes, at: 0 };
  let found: Uint8Array | undefined;
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const length = lengthOf(key % 8, reader);
    if (reader.at + length > bytes.length) throw new RangeError("a field ends behind its message");
    if (key === wanted * 8 + LENGTH_DELIMITED) found = bytes.subarray(reader.at, reader.at + length);
    reader.at += length;
  }
  return found;
}

/** Of the value that comes next; a number has been read when its length is known. */
function lengthOf(type: number, reader: { readonly bytes: Uint8Array; at: number }): number {
  if (type === LENGTH_DELIMITED) return readVarint(reader);
  if (type === FIXED_64) return 8;
  if (type === FIXED_32) return 4;
  if (type !== VARINT) throw new RangeError(`a field of the unknown type ${type}`);
  readVarint(reader);
  return 0;
}

/** The fields of a message that have a length (texts, bytes, messages), in order; numbers are passed over. */
export function readFields(bytes: Uint8Array): { readonly number: number; readonly value: Uint8Array }[] {
  const fields: { readonly number: number; readonly value: Uint8Array }[] = [];
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const length = lengthOf(key % 8, reader);
    if (reader.at + length > bytes.length) throw new RangeError("a field ends behind its message");
    if (key % 8 === LENGTH_DELIMITED)
      fields.push({ number: Math.floor(key / 8), value: bytes.subarray(reader.at, reader.at + length) });
    reader.at += length;
  }
  return fields;
}

function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  // Nearly all of them: a node's extensions are over a thousand of these.
  const first = reader.bytes[reader.at];
  if (first !== undefined && first < 0x80) {
    reader.at++;
    return first;
  }
  let value = 0;
  for (let shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new RangeError("a number ends behind its message");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError("a number is too long");
}
