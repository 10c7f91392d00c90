import { assert, ExactNumber, Secret } from "#core/base";
import type { Field, FieldType, Struct } from "#core/schema";
import { fieldsOf, wireNameIn } from "./names.ts";
import { formatTime } from "./time.ts";

type Writer = (value: unknown) => string;

interface Encoders {
  readonly stored: WeakMap<Struct, Writer>;
  readonly draft: WeakMap<Struct, Writer>;
}

const encoders: Encoders = { stored: new WeakMap(), draft: new WeakMap() };

/** JSON as Go's encoding/json writes it: fields in declared order, null for nil, keys of maps sorted. */
export function encodeJson<T>(struct: Struct<T>, value: T): string {
  return writerOf(struct, "stored")(value);
}

/** JSON of a draft: null for what its author did not write. */
export function encodeJsonDraft<D>(struct: Struct<unknown, D>, value: D): string {
  return writerOf(struct, "draft")(value);
}

export function encodeJsonList<T>(struct: Struct<T>, values: Iterable<T>): string {
  const write = writerOf(struct, "stored");
  let text = "";
  for (const value of values) text += text === "" ? write(value) : `,${write(value)}`;
  return `[${text}]`;
}

function writerOf(struct: Struct, form: keyof Encoders): Writer {
  const known = encoders[form].get(struct);
  if (known) return known;
  const members: Member[] = [];
  const write: Writer = (value) => writeMembers(members, value as Readonly<Record<string, unknown>>);
  encoders[form].set(struct, write);
  for (const [name, field] of fieldsOf(struct, form)) members.push(memberOf(struct, name, field, form));
  return write;
}

interface Member {
  readonly name: string;
  readonly key: string;
  readonly write: Writer;
  readonly isOmitted: (value: unknown) => boolean;
}

const never = (): boolean => false;

function memberOf(struct: Struct, name: string, field: Field, form: keyof Encoders): Member {
  const write = writerOfType(field.type, form);
  return {
    name,
    key: `${JSON.stringify(wireNameIn(form, struct, name, field))}:`,
    write,
    isOmitted: isOmittedFor(field, form),
  };
}

function isOmittedFor(field: Field, form: keyof Encoders): (value: unknown) => boolean {
  if (form === "draft") return field.draftOmitEmpty ? (value) => value === null : never;
  if (!field.omitEmpty) return never;
  if (field.type.kind !== "ref") return isEmpty;
  return field.nullable ? (value) => value === null : isBlank;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A noun about which nothing was said. */
function isBlank(value: unknown): boolean {
  return value === null || Object.values(value as object).every((item) => item === null);
}

function writeMembers(members: readonly Member[], value: Readonly<Record<string, unknown>>): string {
  let text = "{";
  for (const member of members) {
    const item = value[member.name];
    if (member.isOmitted(item)) continue;
    text += `${text === "{" ? "" : ","}${member.key}${item === null || item === undefined ? "null" : member.write(item)}`;
  }
  return `${text}}`;
}

function writerOfType(type: FieldType, form: keyof Encoders): Writer {
  switch (type.kind) {
    case "text":
      return writeText;
    case "bool":
      return String;
    case "int":
      return writeInt;
    case "duration":
      return writeDuration;
    case "float":
      return (value) => writeNumber(value as number);
    case "instant":
      return (value) => (value === 0 ? "0" : `${writeInt(value)}000000`);
    case "time":
      return (value) => `"${formatTime(value as number)}"`;
    case "bytes":
      return (value) => `"${toBase64(value as Uint8Array)}"`;
    case "any":
      return encodeValue;
    case "list":
      return writeListOf(writerOfType(type.of, form));
    case "map":
      return writeMapOf(writerOfType(type.of, form));
    case "ref": {
      let write: Writer | undefined;
      return (value) => {
        write ??= writerOf(type.struct(), form);
        return write(value);
      };
    }
  }
}

function writeText(value: unknown): string {
  return jsonText(value instanceof Secret ? String(value.reveal("wire")) : (value as string));
}

/** A JSON string literal; U+2028 and U+2029 are escaped, as Go does. */
export function jsonText(text: string): string {
  const literal = JSON.stringify(text);
  return /[\u2028\u2029]/.test(literal)
    ? literal.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")
    : literal;
}

function writeInt(value: unknown): string {
  assert(Number.isSafeInteger(value), () => `not an exact whole number: ${String(value)}`);
  return String(value);
}

/** Nanoseconds beyond 2^53 (104 days) are whole seconds or milliseconds in practice, which a double holds exactly. */
function writeDuration(value: unknown): string {
  assert(Number.isInteger(value), () => `not a whole number of nanoseconds: ${String(value)}`);
  return BigInt(value as number).toString();
}

/** Go writes -0 as "-0"; otherwise the two agree on the shortest form. */
function writeNumber(value: number): string {
  assert(Number.isFinite(value), () => `not a JSON number: ${value}`);
  return Object.is(value, -0) ? "-0" : String(value);
}

function writeListOf(write: Writer): Writer {
  return (value) => {
    let text = "";
    for (const item of value as readonly unknown[])
      text += `${text === "" ? "" : ","}${item === null ? "null" : write(item)}`;
    return `[${text}]`;
  };
}

function writeMapOf(write: Writer): Writer {
  return (value) => {
    const object = value as Readonly<Record<string, unknown>>;
    let text = "";
    for (const key of Object.keys(object).sort()) {
      const item = object[key];
      text += `${text === "" ? "" : ","}${jsonText(key)}:${item === null ? "null" : write(item)}`;
    }
    return `{${text}}`;
  };
}

/** JSON of an opaque value; numbers keep their literal. */
export function encodeValue(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof ExactNumber) return value.literal;
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "string") return jsonText(value);
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return writeListOf(encodeValue)(value);
  return writeMapOf(encodeValue)(value);
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first, second, third] = [bytes[at] as number, bytes[at + 1], bytes[at + 2]];
    const group = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    text += BASE64.charAt(group >> 18) + BASE64.charAt((group >> 12) & 63);
    text += second === undefined ? "=" : BASE64.charAt((group >> 6) & 63);
    text += third === undefined ? "=" : BASE64.charAt(group & 63);
  }
  return text;
}
