import { utf8Encode } from "#core/base";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { dynamicType } from "../type.ts";
import { listValue, objectValue, stringValue, type Value } from "../value.ts";
import { aString, define, textOf } from "./define.ts";
import { inPieces, made } from "./strings.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece: string[] = [];
    const end = Math.min(at + PIECE_BYTES, bytes.length);
    for (let next = at; next < end; next += 3) piece.push(groupText(bytes, next));
    pieces.push(piece.join(""));
  }
  return pieces.join("");
}

/** A multiple of three: only the last group of all is padded. */
const PIECE_BYTES = 3072;

function groupText(bytes: Uint8Array, at: number): string {
  const [second, third] = [bytes[at + 1], bytes[at + 2]];
  const group = ((bytes[at] as number) << 16) | ((second ?? 0) << 8) | (third ?? 0);
  const [c, d] = [ALPHABET.charAt((group >> 6) & 63), ALPHABET.charAt(group & 63)];
  const start = ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
  return start + (second === undefined ? "=" : c) + (third === undefined ? "=" : d);
}

/** Undefined when the text is not base64 (RFC 4648, standard alphabet with padding). */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [group, bits, at] = [0, 0, 0];
  for (const digit of digits) {
    group = ((group << 6) | ALPHABET.indexOf(digit)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (group >> bits) & 255;
      at += 1;
    }
  }
  return bytes;
}

/** Undefined when the bytes are not UTF-8. */
export function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeBase64(text: string): string {
  const bytes = fromBase64(text);
  if (bytes === undefined) throw new FunctionFault("failed to decode base64 data", 0);
  const decoded = strictUtf8(bytes);
  if (decoded === undefined)
    throw new FunctionFault("the result of decoding the provided string is not valid UTF-8", 0);
  return decoded;
}

function urlEncode(text: string): string {
  return inPieces(text, (character) => {
    if (/[A-Za-z0-9\-_.~]/.test(character)) return character;
    if (character === " ") return "+";
    return Array.from(utf8Encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}

/** Rows of RFC 4180; a quoted field may hold line ends. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw new FunctionFault(`CSV parse error on line ${rows.length + 1}: a bare " in a field`, 0);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") {
      if (field.lastIndex >= text.length) row.push("");
      else continue;
    }
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

function decodeCsv(text: string): Value {
  const [header, ...rows] = csvRows(text);
  if (header === undefined) throw new FunctionFault("missing header line", 0);
  if (new Set(header).size < header.length) throw new FunctionFault("duplicate column name in the header line", 0);
  const objects = rows.map((row, index) => {
    if (row.length !== header.length)
      throw new FunctionFault(`CSV parse error on line ${index + 2}: wrong number of fields`, 0);
    return objectValue(header.map((name, column) => [name, stringValue(row[column] ?? "")] as const));
  });
  return listValue(objects, dynamicType);
}

export const encodingFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["base64encode", define([aString("str")], ([text], budget) => made(toBase64(utf8Encode(textOf(text))), budget))],
  ["base64decode", define([aString("str")], ([text], budget) => made(decodeBase64(textOf(text)), budget))],
  ["urlencode", define([aString("str")], ([text], budget) => made(urlEncode(textOf(text)), budget))],
  [
    "csvdecode",
    define([aString("str")], ([text], budget) => {
      budget.step(textOf(text).length >> 2);
      return decodeCsv(textOf(text));
    }),
  ],
]);
