/**
 * Go's values told apart, as far as a template can tell. JavaScript's own kinds stand for the common ones:
 * a string for a string (a byte that is not UTF-8 as a lone surrogate, see bytes.ts), a number for a float64,
 * a boolean, `null` for an interface without a value, `undefined` for no value at all.
 */
export type Value =
  | undefined
  | null
  | boolean
  | string
  | number
  | Int
  | Complex
  | JsonNumber
  | List
  | GoMap
  | Struct
  | NilPointer
  | Channel;

export type IntType =
  | "int"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint64"
  | "time.Duration"
  | "time.Month"
  | "time.Weekday";

/** An integer of 64 bits; beyond 2^53 its value is a bigint. */
export class Int {
  readonly type: IntType;
  readonly value: number | bigint;

  constructor(type: IntType, value: number | bigint) {
    this.type = type;
    this.value = value;
  }

  get isUnsigned(): boolean {
    return this.type.startsWith("uint");
  }
}

/** An integer from a bigint, wrapped around as its type does. */
export function intOf(type: IntType, value: bigint): Int {
  const wrapped = type.startsWith("uint") ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
  const isSafe = wrapped <= 9_007_199_254_740_991n && wrapped >= -9_007_199_254_740_991n;
  return new Int(type, isSafe ? Number(wrapped) : wrapped);
}

export function int(value: number): Int {
  return new Int("int", value);
}

export class Complex {
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

/** A number of an API answer, which keeps its digits: `json.Number`, a kind of string. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const ANY = "interface {}";

/** A slice; `element` is the type of its elements. */
export class List {
  readonly items: readonly Value[];
  readonly element: string;
  /** A named type, such as `dependency.ServiceTags`. */
  readonly named: string | undefined;

  constructor(items: readonly Value[], element = ANY, named?: string) {
    this.items = items;
    this.element = element;
    this.named = named;
  }
}

export function strings(items: readonly string[], named?: string): List {
  return new List(items, "string", named);
}

/** A method of a struct or a map; `this` is handed in. */
export interface Method {
  readonly params: readonly string[];
  readonly call: (self: never, args: readonly Value[]) => Value;
}

export interface MapType {
  readonly key: string;
  readonly element: string;
  readonly named?: string;
  readonly methods?: Readonly<Record<string, Method>>;
}

export const anyMap: MapType = { key: "string", element: ANY };
export const stringMap: MapType = { key: "string", element: "string" };
/** What YAML's mappings become. */
export const yamlMap: MapType = { key: ANY, element: ANY };

/** A map. Keys that are strings are kept as they are, others by a text that names their type too. */
export class GoMap {
  readonly type: MapType;
  readonly entries: Map<string, Value>;
  /** The keys that are not strings, by the text under which `entries` has them. */
  readonly keys: Map<string, Value> = new Map();

  constructor(type: MapType = anyMap, entries: Iterable<readonly [string, Value]> = []) {
    this.type = type;
    this.entries = new Map(entries);
  }

  get(key: Value): Value {
    return this.entries.get(keyText(key));
  }

  has(key: Value): boolean {
    return this.entries.has(keyText(key));
  }

  set(key: Value, value: Value): void {
    const text = keyText(key);
    if (typeof key !== "string") this.keys.set(text, key);
    this.entries.set(text, value);
  }

  keyOf(text: string): Value {
    return this.keys.has(text) ? this.keys.get(text) : text;
  }

  copy(): GoMap {
    const made = new GoMap(this.type, this.entries);
    for (const [text, key] of this.keys) made.keys.set(text, key);
    return made;
  }
}

function keyText(key: Value): string {
  if (typeof key === "string") return key;
  if (key instanceof Int) return `\u0000${key.type}:${key.value}`;
  if (key instanceof JsonNumber) return `\u0000json.Number:${key.text}`;
  return `\u0000${typeof key}:${plainText(key)}`;
}

export interface StructType {
  /** `dependency.HealthService`. */
  readonly name: string;
  /** Whether templates get a pointer to it. */
  readonly isPointer: boolean;
  readonly fields: readonly string[];
  readonly methods?: Readonly<Record<string, Method>>;
  /** Its text, when it prints itself. */
  readonly show?: (self: Struct) => string;
  /** What encoders write instead of its fields. */
  readonly encode?: (self: Struct) => Value;
}

export class Struct {
  readonly type: StructType;
  readonly values: Readonly<Record<string, Value>>;
  /** What its methods work on, when that is not a field. */
  readonly inner: unknown;

  constructor(type: StructType, values: Readonly<Record<string, Value>>, inner?: unknown) {
    this.type = type;
    this.values = values;
    this.inner = inner;
  }
}

/** A nil pointer, slice or map of a known type. */
export class NilPointer {
  readonly type: string;
  readonly fields: readonly string[];

  constructor(type: string, fields: readonly string[] = []) {
    this.type = type;
    this.fields = fields;
  }
}

/** What `loop` gives: numbers that come one by one, from `start` up to and without `end`. */
export class Channel {
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }
}

export function mapTypeName(type: MapType): string {
  return type.named ?? `map[${type.key}]${type.element}`;
}

/** The type's name as `%T` prints it and as errors name it. */
export function typeName(value: Value): string {
  if (value == null) return "<nil>";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "float64";
  if (typeof value === "boolean") return "bool";
  if (value instanceof Int) return value.type;
  if (value instanceof List) return value.named ?? `[]${value.element}`;
  if (value instanceof GoMap) return mapTypeName(value.type);
  if (value instanceof Struct) return (value.type.isPointer ? "*" : "") + value.type.name;
  if (value instanceof NilPointer) return value.type;
  if (value instanceof Complex) return "complex128";
  if (value instanceof JsonNumber) return "json.Number";
  return "<-chan int64";
}

export type Kind =
  | "invalid"
  | "bool"
  | "int"
  | "uint"
  | "float"
  | "complex"
  | "string"
  | "slice"
  | "map"
  | "struct"
  | "ptr"
  | "chan";

export function kindOf(value: Value): Kind {
  if (value == null) return "invalid";
  if (typeof value === "string" || value instanceof JsonNumber) return "string";
  if (typeof value === "number") return "float";
  if (typeof value === "boolean") return "bool";
  if (value instanceof Int) return value.isUnsigned ? "uint" : "int";
  if (value instanceof List) return "slice";
  if (value instanceof GoMap) return "map";
  if (value instanceof Struct) return value.type.isPointer ? "ptr" : "struct";
  if (value instanceof NilPointer)
    return value.type.startsWith("[]") ? "slice" : value.type.startsWith("map[") ? "map" : "ptr";
  return value instanceof Complex ? "complex" : "chan";
}

/** What `if` asks: whether the value is not the zero value of its type; a struct always counts as true. */
export function isTrue(value: Value): boolean {
  if (value == null || value === false || value === "" || value === 0) return false;
  if (value === true || typeof value === "string" || typeof value === "number") return true;
  if (value instanceof Int) return value.value !== 0;
  if (value instanceof List) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof Complex) return value.real !== 0 || value.imaginary !== 0;
  if (value instanceof JsonNumber) return value.text !== "";
  return !(value instanceof NilPointer);
}

/** The text of a value that is one by its origin: a field, a key; anything else is shown by its number or not at all. */
export function plainText(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Int) return String(value.value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
