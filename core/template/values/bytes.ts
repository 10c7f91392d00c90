import { utf8Encode } from "#core/base";

/**
 * Go's strings are bytes, ours are UTF-16. A byte that is no part of valid UTF-8 is kept as the lone surrogate
 * U+DC00 + byte, which no decoded text contains, and becomes that byte again when the text is written.
 */
const RAW_FIRST = 0xdc80;
const RAW_LAST = 0xdcff;
const rawByte = /(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]/;

export function byteLength(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) length += 1;
    else if (code < 0x800) length += 2;
    else if (code >= 0xd800 && code < 0xdc00 && isLow(text, at + 1)) {
      length += 4;
      at += 1;
    } else length += code >= RAW_FIRST && code <= RAW_LAST ? 1 : 3;
  }
  return length;
}

function isLow(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

/** The bytes that a text of a template stands for. */
export function bytesOfText(text: string): Uint8Array {
  if (!rawByte.test(text)) return utf8Encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= RAW_FIRST && code <= RAW_LAST) bytes.push(code - 0xdc00);
    else for (const byte of utf8Encode(character)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** The text of bytes, valid UTF-8 or not. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeLoosely(bytes);
  }
}

function decodeLoosely(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceSize(bytes, at);
    const code = bytes[at] as number;
    text += size === 0 ? String.fromCharCode(0xdc00 + code) : new TextDecoder().decode(bytes.subarray(at, at + size));
    at += Math.max(1, size);
  }
  return text;
}

/** Length of the valid UTF-8 sequence there, or 0. */
function sequenceSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (size === 0 || at + size > bytes.length) return 0;
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + size));
    return size;
  } catch {
    return 0;
  }
}

/** Orders as Go compares strings: by bytes, that is by code points. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a === b) continue;
    const areBothBelow = a < 0xd800 && b < 0xd800;
    return areBothBelow ? a - b : weight(a) - weight(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all others of the basic plane. */
function weight(code: number): number {
  return code >= 0xe000 ? code - 0x800 : code >= 0xd800 ? code + 0x2000 : code;
}
