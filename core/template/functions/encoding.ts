import { hmac } from "@noble/hashes/hmac.js";
import { md5 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "#core/base";
import { EncodeFault, type JsonStyle, writeJson } from "../format/json-write.ts";
import { JsonFault, readJson } from "../format/json-read.ts";
import { writeToml } from "../format/toml-write.ts";
import { YamlFault, readYaml } from "../format/yaml-read.ts";
import { writeYaml } from "../format/yaml-write.ts";
import type { Session } from "../engine/session.ts";
import type { TemplateFunction } from "../language/function.ts";
import { bytesOfText, textOfBytes } from "../values/bytes.ts";
import { GoMap, intOf, type Value, yamlMap } from "../values/value.ts";
import { group, refuse, text } from "./define.ts";

const f = group("Encoding");

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648: `bits` a digit, padded to `group` digits. */
function encodeBase(bytes: Uint8Array, alphabet: string, bits: number, groupSize: number): string {
  let result = "";
  let [value, held] = [0, 0];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    held += 8;
    while (held >= bits) {
      held -= bits;
      result += alphabet.charAt((value >> held) & ((1 << bits) - 1));
    }
  }
  if (held > 0) result += alphabet.charAt((value << (bits - held)) & ((1 << bits) - 1));
  return result.padEnd(Math.ceil(result.length / groupSize) * groupSize, "=");
}

/** The bytes, or the position of the first input byte that does not belong. */
function decodeBase(encoded: string, alphabet: string, bits: number, groupSize: number): Uint8Array | number {
  const clean = encoded.replace(/[\r\n]/g, "");
  const digits = clean.replace(/=+$/, "");
  const wrong = Array.from(digits).findIndex((digit) => !alphabet.includes(digit));
  if (wrong !== -1) return wrong;
  if (clean.length % groupSize !== 0) return clean.length - (clean.length % groupSize);
  const bytes: number[] = [];
  let [value, held] = [0, 0];
  for (const digit of digits) {
    value = ((value << bits) | alphabet.indexOf(digit)) & 0xffff;
    held += bits;
    if (held >= 8) {
      held -= 8;
      bytes.push((value >> held) & 255);
    }
  }
  return Uint8Array.from(bytes);
}

export const base64Encode = (value: string): string => encodeBase(bytesOfText(value), STANDARD, 6, 4);
export const base64OfBytes = (bytes: Uint8Array): string => encodeBase(bytes, STANDARD, 6, 4);
export const base32Encode = (value: string): string => encodeBase(bytesOfText(value), BASE32, 5, 8);

export function decodeOr(encoded: string, kind: "base64" | "base64url" | "base32"): Uint8Array | string {
  const isBase32 = kind === "base32";
  const alphabet = isBase32 ? BASE32 : kind === "base64" ? STANDARD : URL_SAFE;
  const decoded = decodeBase(encoded, alphabet, isBase32 ? 5 : 6, isBase32 ? 8 : 4);
  if (typeof decoded !== "number") return decoded;
  return `illegal ${isBase32 ? "base32" : "base64"} data at input byte ${decoded}`;
}

function decoded(encoded: string, kind: "base64" | "base64url", name: string): string {
  const found = decodeOr(encoded, kind);
  return typeof found === "string" ? refuse(`${name}: ${found}`) : textOfBytes(found);
}

function json(name: string, style: JsonStyle) {
  return f(name, "any", "string", `as JSON${style.indent === "" ? "" : ", indented"}`, ([value], session) =>
    encoded(name, session, () => writeJson(value, style)),
  );
}

function encoded(name: string, session: Session, write: () => string): string {
  try {
    const made = write();
    session.step(made.length >> 4);
    return made;
  } catch (error) {
    if (error instanceof EncodeFault) return refuse(`${name}: ${error.message}`);
    throw error;
  }
}

export function parseJson(source: string, session: Session): Value {
  session.step(source.length >> 4);
  if (source === "") return new GoMap();
  try {
    return readJson(source);
  } catch (error) {
    if (error instanceof JsonFault) return refuse(error.message);
    throw error;
  }
}

function parseYaml(source: string, session: Session): Value {
  session.step(source.length >> 2);
  if (source === "") return new GoMap(yamlMap);
  try {
    return readYaml(source);
  } catch (error) {
    if (error instanceof YamlFault) return refuse(error.message);
    throw error;
  }
}

const booleans: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["1", "t", "T", "TRUE", "true", "True"].map((word) => [word, true])),
  ...Object.fromEntries(["0", "f", "F", "FALSE", "false", "False"].map((word) => [word, false])),
};

function parseBool(source: string): boolean {
  if (source === "") return false;
  return booleans[source] ?? refuse(`parseBool: strconv.ParseBool: parsing ${JSON.stringify(source)}: invalid syntax`);
}

const floatForm = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

export function floatOf(source: string): number | undefined {
  if (floatForm.test(source)) return Number(source);
  if (/^[-+]?(?:inf|infinity)$/i.test(source))
    return source.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(source) ? Number.NaN : undefined;
}

function parseFloat(source: string): number {
  if (source === "") return 0;
  return floatOf(source) ?? refuse(`parseFloat: strconv.ParseFloat: parsing ${JSON.stringify(source)}: invalid syntax`);
}

/** An integer of base ten, as strconv reads it; a refusal in its words. */
export function parseInteger(source: string, isUnsigned: boolean, what: string): Value {
  const type = isUnsigned ? "uint64" : "int64";
  if (source === "") return intOf(type, 0n);
  const call = isUnsigned ? "ParseUint" : "ParseInt";
  const wrong = (why: string): never => refuse(`${what}strconv.${call}: parsing ${JSON.stringify(source)}: ${why}`);
  if (!(isUnsigned ? /^\d+$/ : /^[-+]?\d+$/).test(source)) return wrong("invalid syntax");
  const value = BigInt(source.replace(/^\+/, ""));
  const isOut = isUnsigned ? value >= 2n ** 64n : value >= 2n ** 63n || value < -(2n ** 63n);
  return isOut ? wrong("value out of range") : intOf(type, value);
}

export const encodingFunctions: readonly TemplateFunction[] = [
  f("base64Encode", "string", "string", "as base64", ([value]) => base64Encode(text(value))),
  f("base64Decode", "string", "string", "the text that a base64 text stands for", ([value]) =>
    decoded(text(value), "base64", "base64Decode"),
  ),
  f("base64URLEncode", "string", "string", "as base64 for URLs", ([value]) =>
    encodeBase(bytesOfText(text(value)), URL_SAFE, 6, 4),
  ),
  f("base64URLDecode", "string", "string", "the text that a base64 text for URLs stands for", ([value]) =>
    decoded(text(value), "base64url", "base64URLDecode"),
  ),
  f("md5sum", "string", "string", "MD5 in hexadecimal", ([value]) => toHex(md5(bytesOfText(text(value))))),
  f("sha256Hex", "string", "string", "SHA-256 in hexadecimal", ([value]) => toHex(sha256(bytesOfText(text(value))))),
  f(
    "hmacSHA256Hex",
    "string; string",
    "string",
    "HMAC-SHA-256 of a message under a key, in hexadecimal",
    ([message, key]) => toHex(hmac(sha256, bytesOfText(text(key)), bytesOfText(text(message)))),
  ),
  json("toJSON", { escapesHtml: true, indent: "" }),
  json("toJSONPretty", { escapesHtml: true, indent: "  " }),
  json("toUnescapedJSON", { escapesHtml: false, indent: "" }),
  json("toUnescapedJSONPretty", { escapesHtml: false, indent: "  " }),
  f("toTOML", "any", "string", "as TOML", ([value], session) =>
    encoded("toTOML", session, () => writeToml(value).trim()),
  ),
  f("toYAML", "any", "string", "as YAML", ([value], session) =>
    encoded("toYAML", session, () => writeYaml(value).trim()),
  ),
  f("parseJSON", "string", "any", "the value of a JSON text; numbers are float64", ([source], session) =>
    parseJson(text(source), session),
  ),
  f("parseYAML", "string", "any", "the value of a YAML text", ([source], session) => parseYaml(text(source), session)),
  f("parseBool", "string", "bool", "the boolean of a text", ([source]) => parseBool(text(source))),
  f("parseFloat", "string", "float64", "the float of a text", ([source]) => parseFloat(text(source))),
  f("parseInt", "string", "int64", "the integer of a text", ([source]) =>
    parseInteger(text(source), false, "parseInt: "),
  ),
  f("parseUint", "string", "uint64", "the unsigned integer of a text", ([source]) =>
    parseInteger(text(source), true, "parseUint: "),
  ),
];
