import { failure, FailureError, failureOf, ok, type Result, Secret } from "#core/base";
import { type Field, type FieldType, type Struct, zeroOf } from "#core/schema";
import { ByteReader, ByteWriter } from "./byte-stream.ts";
import { encodeValue } from "./json-encode.ts";
import { parseJson } from "./json-parse.ts";

/**
 * The binary form: for each field that differs from its zero value its number and its bytes with their length, then
 * nothing. Readers skip numbers that they do not know; absent fields are zero (a nullable field or a list: null).
 */
type Write = (writer: ByteWriter, value: unknown) => void;
type Read = (reader: ByteReader) => unknown;

interface Codec {
  readonly write: Write;
  readonly read: Read;
}

const codecs = new WeakMap<Struct, Codec>();

export function encodeBinary<T>(struct: Struct<T>, value: T): Uint8Array {
  const writer = new ByteWriter();
  codecOf(struct).write(writer, value);
  return writer.finish();
}

export function decodeBinary<T>(struct: Struct<T>, bytes: Uint8Array): Result<T> {
  try {
    return ok(codecOf(struct).read(new ByteReader(bytes)) as T);
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, failure: failureOf(error) };
    throw error;
  }
}

function codecOf(struct: Struct): Codec {
  const known = codecs.get(struct);
  if (known) return known;
  const members: [string, Field, Codec][] = [];
  const byNumber = new Map<number, [string, Codec]>();
  const codec: Codec = {
    write: (writer, value) => writeMembers(members, writer, value as Readonly<Record<string, unknown>>),
    read: (reader) => readMembers(members, byNumber, reader),
  };
  codecs.set(struct, codec);
  for (const [name, field] of struct.entries) {
    const member = fieldCodec(field);
    members.push([name, field, member]);
    byNumber.set(field.number, [name, member]);
  }
  return codec;
}

function fieldCodec(field: Field): Codec {
  const codec = codecOfType(field.type);
  if (!field.secret) return codec;
  return {
    write: (writer, value) => codec.write(writer, value instanceof Secret ? value.reveal("disk") : value),
    read: (reader) => new Secret(codec.read(reader)),
  };
}

function writeMembers(
  members: readonly [string, Field, Codec][],
  writer: ByteWriter,
  value: Readonly<Record<string, unknown>>,
): void {
  for (const [name, field, codec] of members) {
    const item = value[name];
    if (item === null || item === undefined || (!field.nullable && isZero(item))) continue;
    writer.uint(field.number);
    const inner = new ByteWriter();
    codec.write(inner, item);
    writer.bytes(inner.finish());
  }
}

function isZero(value: unknown): boolean {
  return value === "" || value === 0 || value === false;
}

function readMembers(
  members: readonly [string, Field, Codec][],
  byNumber: ReadonlyMap<number, [string, Codec]>,
  reader: ByteReader,
): unknown {
  const result: Record<string, unknown> = {};
  for (const [name, field] of members) result[name] = zeroOf(field);
  while (!reader.isDone) {
    const member = byNumber.get(reader.uint());
    const content = new ByteReader(reader.bytes());
    if (member) result[member[0]] = member[1].read(content);
  }
  return result;
}

function codecOfType(type: FieldType): Codec {
  switch (type.kind) {
    case "text":
      return { write: (writer, value) => writer.text(value as string), read: (reader) => reader.text() };
    case "bool":
      return { write: (writer, value) => writer.byte(value === true ? 1 : 0), read: (reader) => reader.byte() === 1 };
    case "int":
    case "duration":
    case "instant":
    case "time":
      return { write: (writer, value) => writer.int(value as number), read: (reader) => reader.int() };
    case "float":
      return { write: (writer, value) => writer.float(value as number), read: (reader) => reader.float() };
    case "bytes":
      return { write: (writer, value) => writer.bytes(value as Uint8Array), read: (reader) => reader.bytes().slice() };
    case "any":
      return { write: (writer, value) => writer.text(encodeValue(value)), read: readAny };
    case "list":
      return listCodec(codecOfType(type.of));
    case "map":
      return mapCodec(codecOfType(type.of));
    case "ref":
      return refCodec(type.struct);
  }
}

function readAny(reader: ByteReader): unknown {
  const parsed = parseJson(reader.text());
  if (!parsed.ok) throw new FailureError(failure("corrupt", `binary form: ${parsed.failure.message}`));
  return parsed.value;
}

function listCodec(item: Codec): Codec {
  return {
    write: (writer, value) => {
      const items = value as readonly unknown[];
      writer.uint(items.length);
      for (const each of items) item.write(writer, each);
    },
    read: (reader) => Array.from({ length: reader.count() }, () => item.read(reader)),
  };
}

function mapCodec(item: Codec): Codec {
  return {
    write: (writer, value) => {
      const object = value as Readonly<Record<string, unknown>>;
      const keys = Object.keys(object).sort();
      writer.uint(keys.length);
      for (const key of keys) {
        writer.text(key);
        item.write(writer, object[key]);
      }
    },
    read: (reader) => {
      const result: Record<string, unknown> = {};
      for (let left = reader.count(); left > 0; left--) {
        const key = reader.text();
        Object.defineProperty(result, key, {
          value: item.read(reader),
          enumerable: true,
          writable: true,
          configurable: true,
        });
      }
      return result;
    },
  };
}

function refCodec(struct: () => Struct): Codec {
  return {
    write: (writer, value) => {
      const inner = new ByteWriter();
      codecOf(struct()).write(inner, value);
      writer.bytes(inner.finish());
    },
    read: (reader) => codecOf(struct()).read(new ByteReader(reader.bytes())),
  };
}
