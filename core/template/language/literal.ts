import { textOfBytes } from "../values/bytes.ts";
import { Complex, Int, int, intOf, type Value } from "../values/value.ts";

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};
const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\"']))/y;

/** The text of a quoted Go literal, or undefined when it is malformed. */
export function unquote(literal: string): string | undefined {
  const quote = literal.charAt(0);
  const body = literal.slice(1, -1);
  if (quote === "`") return body.replaceAll("\r", "");
  if (!body.includes("\\")) return body;
  let text = "";
  let hasRawBytes = false;
  for (let at = 0; at < body.length; ) {
    const next = body.charAt(at);
    if (next !== "\\") {
      text += next;
      at += 1;
      continue;
    }
    escape.lastIndex = at;
    const found = escape.exec(body);
    const piece = found === null ? undefined : escaped(found, quote);
    if (found === null || piece === undefined) return undefined;
    hasRawBytes ||= piece.charCodeAt(0) >= 0xdc80 && piece.charCodeAt(0) <= 0xdcff;
    text += piece;
    at += found[0].length;
  }
  return hasRawBytes ? joinRawBytes(text) : text;
}

function escaped(found: RegExpExecArray, quote: string): string | undefined {
  const [, hex, short, long, octal, simple] = found;
  if (simple !== undefined) {
    if (simple === '"' || simple === "'") return simple === quote ? simple : undefined;
    return simpleEscapes[simple];
  }
  const point = short ?? long;
  if (point !== undefined) {
    const code = Number.parseInt(point, 16);
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? undefined : String.fromCodePoint(code);
  }
  const byte = octal === undefined ? Number.parseInt(hex as string, 16) : Number.parseInt(octal, 8);
  if (byte > 255) return undefined;
  if (quote === "'") return String.fromCodePoint(byte);
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

/** Bytes written one by one may form characters together. */
function joinRawBytes(text: string): string {
  return text.replace(/[\uDC80-\uDCFF]+/g, (run) =>
    textOfBytes(Uint8Array.from(Array.from(run), (character) => character.charCodeAt(0) - 0xdc00)),
  );
}

/** A number's value, or what is wrong with it. */
export function parseNumber(text: string): { readonly value: Value } | { readonly problem: string } {
  if (text.endsWith("i")) return parseComplex(text);
  const integer = parseInteger(text);
  if (integer !== undefined) return { value: integer };
  const float = parseGoFloat(text);
  if (float === undefined) return { problem: `illegal number syntax: ${JSON.stringify(text)}` };
  if (!/[.eEpP]/.test(text)) return { problem: `integer overflow: ${JSON.stringify(text)}` };
  return { value: float };
}

function parseComplex(text: string): { readonly value: Value } | { readonly problem: string } {
  const split = Math.max(text.lastIndexOf("+"), text.lastIndexOf("-"));
  const realText = split > 0 && !/[eEpP]/.test(text.charAt(split - 1)) ? text.slice(0, split) : "0";
  const real = parseGoFloat(realText);
  const imaginary = parseGoFloat(realText === "0" ? text.slice(0, -1) : text.slice(split, -1));
  if (real === undefined || imaginary === undefined)
    return { problem: `illegal number syntax: ${JSON.stringify(text)}` };
  return { value: new Complex(real, imaginary) };
}

const integerForm = /^([-+]?)(0[xX](?:_?[0-9a-fA-F])+|0[oO]?(?:_?[0-7])+|0[bB](?:_?[01])+|0|[1-9](?:_?[0-9])*)$/;

function parseInteger(text: string): Int | undefined {
  const form = integerForm.exec(text);
  if (form === null) return undefined;
  const digits = (form[2] as string).replaceAll("_", "").replace(/^0(?=[0-7])/, "0o");
  const value = form[1] === "-" ? -BigInt(digits) : BigInt(digits);
  if (value > 2n ** 63n - 1n || value < -(2n ** 63n)) return undefined;
  const made = intOf("int", value);
  return made.value === 0 ? int(0) : made;
}

const decimalForm =
  /^[-+]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/;
const hexForm = /^([-+]?)0[xX]_?([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([-+]?[0-9]+)$/;

/** A float of Go's syntax, underscores and hexadecimal mantissas allowed. */
export function parseGoFloat(text: string): number | undefined {
  if (decimalForm.test(text)) return Number(text.replaceAll("_", ""));
  const hex = hexForm.exec(text);
  if (hex === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent] = hex;
  const digits = (whole + fraction).replaceAll("_", "");
  const fractionDigits = fraction.replaceAll("_", "").length;
  const magnitude = Number(BigInt(`0x${digits === "" ? "0" : digits}`)) * 2 ** (Number(exponent) - 4 * fractionDigits);
  return sign === "-" ? -magnitude : magnitude;
}

/** A character constant is the number of its code point, an int. */
export function parseCharacter(literal: string): Int | undefined {
  const text = unquote(literal);
  if (text === undefined || Array.from(text).length !== 1) return undefined;
  return int(text.codePointAt(0) as number);
}
