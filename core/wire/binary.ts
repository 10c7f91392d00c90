import { failure, FailureError, failureOf, ok, type Result, Secret } from "#core/base";
import { empty, type Field, type FieldType, type Struct } from "#core/schema";
import { ByteReader, ByteWriter } from "./byte-stream.ts";
import { encodeValue } from "./json-encode.ts";
import { parseJson } from "./json-parse.ts";

/**
 * The binary form: for each field that differs from its zero value a key (its number and how its bytes end) and the
 * bytes. Readers step over numbers that they do not know; absent fields are zero (a nullable field or a list: null).
 */
const WIRE_INT = 0;
const WIRE_FLOAT = 1;
const WIRE_BYTES = 2;
const WIRE_BITS = 4;

type Wire = typeof WIRE_INT | typeof WIRE_FLOAT | typeof WIRE_BYTES;

/** Each form ends by itself: integers by their last byte, the rest by a length before them. */
interface Codec {
  readonly wire: Wire;
  write(writer: ByteWriter, value: unknown): void;
  read(reader: ByteReader): unknown;
}

interface StructCodec {
  write(writer: ByteWriter, value: unknown): void;
  read(reader: ByteReader): unknown;
}

const codecs = new WeakMap<Struct, StructCodec>();

export function encodeBinary<T>(struct: Struct<T>, value: T): Uint8Array {
  const writer = new ByteWriter();
  codecOf(struct).write(writer, value);
  return writer.finish();
}

/** Appends what `encodeBinary` gives. */
export function writeBinary<T>(writer: ByteWriter, struct: Struct<T>, value: T): void {
  codecOf(struct).write(writer, value);
}

export function decodeBinary<T>(struct: Struct<T>, bytes: Uint8Array): Result<T> {
  return readBinary(struct, new ByteReader(bytes));
}

/** What `decodeBinary` gives, of all that the reader has. */
export function readBinary<T>(struct: Struct<T>, reader: ByteReader): Result<T> {
  try {
    return ok(codecOf(struct).read(reader) as T);
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, failure: failureOf(error) };
    throw error;
  }
}

function codecOf(struct: Struct): StructCodec {
  const known = codecs.get(struct);
  if (known) return known;
  const members: [string, Field, Codec][] = [];
  const byNumber = new Map<number, [string, Codec]>();
  const codec: StructCodec = {
    write: (writer, value) => writeMembers(members, writer, value as Readonly<Record<string, unknown>>),
    read: (reader) => readMembers(struct, byNumber, reader),
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
    wire: codec.wire,
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
    writer.uint(field.number * WIRE_BITS + codec.wire);
    codec.write(writer, item);
  }
}

function isZero(value: unknown): boolean {
  return value === "" || value === 0 || value === false;
}

function readMembers(struct: Struct, byNumber: ReadonlyMap<number, [string, Codec]>, reader: ByteReader): unknown {
  const result = empty(struct) as Record<string, unknown>;
  while (!reader.isDone) {
    const key = reader.uint();
    const member = byNumber.get(Math.floor(key / WIRE_BITS));
    if (member && member[1].wire === key % WIRE_BITS) result[member[0]] = member[1].read(reader);
    else skip(reader, key % WIRE_BITS);
  }
  return result;
}

function skip(reader: ByteReader, wire: number): void {
  if (wire === WIRE_INT) reader.int();
  else if (wire === WIRE_FLOAT) reader.float();
  else reader.bytes();
}

const intCodec: Codec = {
  wire: WIRE_INT,
  write: (writer, value) => writer.int(value as number),
  read: (reader) => reader.int(),
};

const boolCodec: Codec = {
  wire: WIRE_INT,
  write: (writer, value) => writer.int(value === true ? 1 : 0),
  read: (reader) => reader.int() === 1,
};

const floatCodec: Codec = {
  wire: WIRE_FLOAT,
  write: (writer, value) => writer.float(value as number),
  read: (reader) => reader.float(),
};

const textCodec: Codec = {
  wire: WIRE_BYTES,
  write: (writer, value) => writer.text(value as string),
  read: (reader) => reader.text(),
};

const bytesCodec: Codec = {
  wire: WIRE_BYTES,
  write: (writer, value) => writer.bytes(value as Uint8Array),
  read: (reader) => reader.bytes().slice(),
};

const anyCodec: Codec = {
  wire: WIRE_BYTES,
  write: (writer, value) => writer.text(encodeValue(value)),
  read: readAny,
};

function codecOfType(type: FieldType): Codec {
  switch (type.kind) {
    case "text":
      return textCodec;
    case "bool":
      return boolCodec;
    case "int":
    case "duration":
    case "instant":
    case "time":
      return intCodec;
    case "float":
      return floatCodec;
    case "bytes":
      return bytesCodec;
    case "any":
      return anyCodec;
    case "list":
      return nested(listCodec(codecOfType(type.of)));
    case "map":
      return nested(mapCodec(codecOfType(type.of)));
    case "ref":
      return refCodec(type.struct);
  }
}

function readAny(reader: ByteReader): unknown {
  const parsed = parseJson(reader.text());
  if (!parsed.ok) throw new FailureError(failure("corrupt", `binary form: ${parsed.failure.message}`));
  return parsed.value;
}

/** Puts a length before a form that does not end by itself. */
function nested(inner: StructCodec): Codec {
  return {
    wire: WIRE_BYTES,
    write: (writer, value) => writer.nested((content) => inner.write(content, value)),
    read: (reader) => inner.read(reader.part()),
  };
}

function listCodec(item: Codec): StructCodec {
  return {
    write: (writer, value) => {
      const items = value as readonly unknown[];
      writer.uint(items.length);
      for (const each of items) item.write(writer, each);
    },
    read: (reader) => {
      const items: unknown[] = [];
      for (let left = reader.count(); left > 0; left--) items.push(item.read(reader));
      return items;
    },
  };
}

function mapCodec(item: Codec): StructCodec {
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
        const entry = { value: item.read(reader), enumerable: true, writable: true, configurable: true };
        Object.defineProperty(result, key, entry);
      }
      return result;
    },
  };
}

/** A noun begins with a mark, so that a null inside a list or map (no bytes at all) is told apart from a blank one. */
function refCodec(struct: () => Struct): Codec {
  const MARK = 1;
  return nested({
    write: (writer, value) => {
      if (value === null) return;
      writer.byte(MARK);
      codecOf(struct()).write(writer, value);
    },
    read: (reader) => {
      if (reader.isDone) return null;
      reader.byte();
      return codecOf(struct()).read(reader);
    },
  });
}
