import { ExactNumber, failure, type Failure, fromHex, ok, type Result, Secret } from "#core/base";
import { type Field, type FieldType, type Struct, zeroOf } from "#core/schema";
import { fieldNameOf, fieldsOf, type Form } from "./names.ts";
import { parseTime } from "./time.ts";

/** Reads a parsed JSON value as a noun; the place of a wrong value is part of the failure. */
export type JsonReader<T> = (value: unknown) => Result<T>;

class DecodeError extends Error {
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

type Reader = (value: unknown, path: string) => unknown;

const readers: Readonly<Record<Form, WeakMap<Struct, Reader>>> = { stored: new WeakMap(), draft: new WeakMap() };

/**
 * Go's conventions: names without regard to case, unknown fields ignored, null and absent leave the zero value.
 * In the "draft" form what is absent or null stays null.
 */
export function jsonReader<T>(struct: Struct<T>, form?: "stored"): JsonReader<T>;
export function jsonReader<D>(struct: Struct<unknown, D>, form: "draft"): JsonReader<D>;
export function jsonReader<T>(struct: Struct<T>, form: Form = "stored"): JsonReader<T> {
  const read = readerOf(struct, form);
  return (value) => attempt(() => read(value, struct.name) as T);
}

/** Reads a value that is not a noun, such as a list of texts. */
export function jsonReaderOfType<T>(name: string, type: FieldType): JsonReader<T> {
  const read = readerOfType(type, "stored");
  return (value) => attempt(() => read(value, name) as T);
}

export function decodeJson<T>(struct: Struct<T>, value: unknown): Result<T> {
  return jsonReader(struct)(value);
}

function attempt<T>(read: () => T): Result<T> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof DecodeError) return { ok: false, failure: error.failure };
    throw error;
  }
}

function readerOf(struct: Struct, form: Form): Reader {
  const known = readers[form].get(struct);
  if (known) return known;
  const nameOf = fieldNameOf(struct, form);
  const members = new Map<string, { readonly field: Field; readonly read: Reader }>();
  const read: Reader = (value, path) => {
    if (value === null) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw mismatch(value, path, `a ${struct.name} object`);
    return readObject(value as Readonly<Record<string, unknown>>, path);
  };
  const readObject = (source: Readonly<Record<string, unknown>>, path: string): unknown => {
    const result: Record<string, unknown> = {};
    for (const [name, { field }] of members) result[name] = initial(field, form);
    for (const [wire, item] of Object.entries(source)) {
      const name = nameOf(wire);
      const member = name === undefined ? undefined : members.get(name);
      if (name !== undefined && member && item !== null) result[name] = member.read(item, `${path}.${wire}`);
    }
    return result;
  };
  readers[form].set(struct, read);
  for (const [name, field] of fieldsOf(struct, form)) members.set(name, { field, read: fieldReader(field, form) });
  return read;
}

function initial(field: Field, form: Form): unknown {
  return form === "stored" || field.draftZero
    ? zeroOf({ ...field, nullable: form === "stored" && field.nullable === true })
    : null;
}

function fieldReader(field: Field, form: Form): Reader {
  const read = readerOfType(field.type, form);
  return field.secret ? (value, path) => new Secret(read(value, path)) : read;
}

function readerOfType(type: FieldType, form: Form): Reader {
  switch (type.kind) {
    case "text":
      return (value, path) => (typeof value === "string" ? value : refuse(value, path, "a string"));
    case "bool":
      return (value, path) => (typeof value === "boolean" ? value : refuse(value, path, "a boolean"));
    case "int":
      return readInt;
    case "duration":
      return readDuration;
    case "float":
      return (value, path) => (isNumber(value) ? Number(value) : refuse(value, path, "a number"));
    case "instant":
      return readInstant;
    case "time":
      return (value, path) =>
        (typeof value === "string" ? parseTime(value) : undefined) ?? refuse(value, path, "an RFC 3339 time");
    case "bytes":
      return (value, path) =>
        (typeof value === "string" ? fromBase64(value) : undefined) ?? refuse(value, path, "base64 text");
    case "any":
      return (value) => value;
    case "list":
      return readListOf(elementReader(type.of, form));
    case "map":
      return readMapOf(elementReader(type.of, form));
    case "ref": {
      let read: Reader | undefined;
      return (value, path) => {
        read ??= readerOf(type.struct(), form);
        return read(value, path);
      };
    }
  }
}

function isNumber(value: unknown): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

function readInt(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  return refuse(value, path, isNumber(value) ? "a whole number of at most 2^53" : "a whole number");
}

/** Nanoseconds; beyond 2^53 only what a double holds exactly, such as any number of whole seconds. */
function readDuration(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  const literal =
    value instanceof ExactNumber ? value.literal : Number.isInteger(value) ? BigInt(value as number).toString() : "";
  const isExact = /^-?\d{1,19}$/.test(literal) && BigInt(Number(literal)) === BigInt(literal);
  return isExact
    ? Number(literal)
    : refuse(value, path, "a whole number of nanoseconds, at most 2^53 of the smallest unit used");
}

/** Nanoseconds since 1970 to milliseconds; what lies below a millisecond is cut. */
function readInstant(value: unknown, path: string): number {
  if (value instanceof ExactNumber && /^-?\d+$/.test(value.literal)) return Number(value.literal.slice(0, -6));
  if (typeof value === "number" && Number.isInteger(value)) return Math.trunc(value / 1_000_000);
  return refuse(value, path, "nanoseconds since 1970");
}

/** A noun inside a list or map is only null where its declaration says so: whoever walks the list would fall over it. */
function elementReader(type: FieldType, form: Form): Reader {
  const read = readerOfType(type, form);
  if (type.kind !== "ref") return read;
  if (type.nullable) return (value, path) => (value === null ? null : read(value, path));
  return (value, path) => (value === null ? refuse(value, path, "an object") : read(value, path));
}

function readListOf(read: Reader): Reader {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(value, path, "a list");
    return value.map((item, index) => read(item, `${path}[${index}]`));
  };
}

function readMapOf(read: Reader): Reader {
  return (value, path) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return refuse(value, path, "an object");
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const entry = {
        value: read(item, `${path}[${JSON.stringify(key)}]`),
        enumerable: true,
        writable: true,
        configurable: true,
      };
      Object.defineProperty(result, key, entry);
    }
    return result;
  };
}

function refuse(value: unknown, path: string, expected: string): never {
  throw mismatch(value, path, expected);
}

function mismatch(value: unknown, path: string, expected: string): DecodeError {
  const found =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "a list"
        : isNumber(value)
          ? `number ${String(value)}`
          : describe(value);
  return new DecodeError(failure("bad_request", `${path}: expected ${expected}, found ${found}`, { field: path }));
}

function describe(value: unknown): string {
  if (typeof value === "boolean") return String(value);
  return typeof value === "string" ? "a string" : "an object";
}

/** Bytes of base64 text (RFC 4648 §4), or undefined when it is not. */
function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const digits = Array.from(text.replaceAll("=", ""))
    .map((digit) => BASE64.indexOf(digit).toString(2).padStart(6, "0"))
    .join("");
  const bits = digits.slice(0, digits.length - (digits.length % 8));
  const hex = (bits.match(/.{8}/g) ?? [])
    .map((byte) => Number.parseInt(byte, 2).toString(16).padStart(2, "0"))
    .join("");
  return fromHex(hex);
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
