import { concatBytes, utf8Encode } from "#core/base";

/** ASN.1's distinguished encoding (ITU-T X.690), as far as certificates need it. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(parts);
  return concatBytes([Uint8Array.of(tag, ...lengthBytes(content.length)), content]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return encode(Tag.sequence, ...parts);
}

/** A positive integer from its bytes, highest first. */
export function integer(bytes: Uint8Array): Uint8Array {
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return encode(Tag.integer, isNegative ? Uint8Array.of(0) : Uint8Array.of(), bytes);
}

/** `1.2.840.113549` */
export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return encode(Tag.objectId, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80);
  return bytes;
}

export function text(value: string): Uint8Array {
  return encode(Tag.utf8String, utf8Encode(value));
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return encode(Tag.bitString, Uint8Array.of(unusedBits), bytes);
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return encode(Tag.octetString, bytes);
}

export const truth: Uint8Array = encode(Tag.boolean, Uint8Array.of(0xff));
export const nothing: Uint8Array = encode(Tag.null);

/** A field that is told by its number. */
export function tagged(number: number, isConstructed: boolean, ...parts: readonly Uint8Array[]): Uint8Array {
  return encode(0x80 | (isConstructed ? 0x20 : 0) | number, ...parts);
}

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** The elements that stand one after the other; undefined where the encoding is broken. */
export function elements(bytes: Uint8Array): readonly Element[] | undefined {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = lengthAt(bytes, at + 1);
    if (head === undefined || head.start + head.length > bytes.length) return undefined;
    const end = head.start + head.length;
    found.push({ tag: bytes[at] as number, content: bytes.subarray(head.start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

function lengthAt(bytes: Uint8Array, at: number): { readonly start: number; readonly length: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 1, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4 || at + count >= bytes.length) return undefined;
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + (bytes[at + index] as number);
  return { start: at + 1 + count, length };
}
