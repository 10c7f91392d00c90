import { formatNumber, parseNumber } from "./number.ts";
import { sameType, type Type, typeName, unify } from "./type.ts";
import { boolValue, numberValue, objectValue, setValue, stringValue, tupleValue, typeOf, type Value } from "./value.ts";

/** Why a value does not fit a type, and where inside it. */
export class ConversionFault extends Error {
  override readonly name = "ConversionFault";
  readonly path: readonly (string | number)[];
  readonly reason: string;

  constructor(reason: string, path: readonly (string | number)[] = []) {
    super(path.length === 0 ? reason : `${pathText(path)}: ${reason}`);
    this.reason = reason;
    this.path = path;
  }
}

function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step) => (typeof step === "number" ? `element ${step}` : `attribute ${JSON.stringify(step)}`))
    .join(", ");
}

function within<T>(step: string | number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ConversionFault) throw new ConversionFault(error.reason, [step, ...error.path]);
    throw error;
  }
}

function article(name: string): string {
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

/**
 * The value as one of `type`. Numbers and bools become strings and back where the text says one; tuples become lists and
 * sets, objects maps. Throws ConversionFault.
 */
export function convert(value: Value, type: Type): Value {
  if (type.kind === "dynamic") return value;
  if (value.kind === "null") return { kind: "null", type };
  if (value.kind === "unknown") return { kind: "unknown", type };
  switch (type.kind) {
    case "string":
      return toText(value);
    case "number":
      return toNumber(value);
    case "bool":
      return toBool(value);
    case "list":
    case "set":
      return toItems(value, type);
    case "map":
      return toMap(value, type.element);
    case "tuple":
      return toTuple(value, type.items);
    default:
      return toObject(value, type.attributes);
  }
}

export function tryConvert(value: Value, type: Type): Value | undefined {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof ConversionFault) return undefined;
    throw error;
  }
}

function toText(value: Value): Value {
  if (value.kind === "string") return value;
  if (value.kind === "number") return stringValue(formatNumber(value.value));
  if (value.kind === "bool") return stringValue(value.value ? "true" : "false");
  throw new ConversionFault("string required");
}

function toNumber(value: Value): Value {
  if (value.kind === "number") return value;
  const number = value.kind === "string" ? parseNumber(value.value) : undefined;
  if (number === undefined) throw new ConversionFault("a number is required");
  return numberValue(number);
}

function toBool(value: Value): Value {
  if (value.kind === "bool") return value;
  if (value.kind === "string") {
    if (value.value === "true" || value.value === "1") return boolValue(true);
    if (value.value === "false" || value.value === "0") return boolValue(false);
    if (/^(true|false)$/i.test(value.value))
      throw new ConversionFault(
        `a bool is required; to convert from string, use lowercase "${value.value.toLowerCase()}"`,
      );
  }
  throw new ConversionFault("a bool is required");
}

function toItems(value: Value, type: Extract<Type, { kind: "list" | "set" }>): Value {
  if (value.kind !== "list" && value.kind !== "set" && value.kind !== "tuple")
    throw new ConversionFault(`${article(typeName(type))} is required`);
  const element = type.element.kind === "dynamic" ? unifiedElement(value.items) : type.element;
  const items = value.items.map((item, index) => within(index, () => convert(item, element)));
  return type.kind === "list" ? { kind: "list", element, items } : setValue(items, element);
}

function unifiedElement(items: readonly Value[]): Type {
  const element = unify(items.map(typeOf));
  if (element === undefined) throw new ConversionFault("all elements must have the same type");
  return element;
}

function toMap(value: Value, wanted: Type): Value {
  if (value.kind !== "map" && value.kind !== "object")
    throw new ConversionFault(`a map of ${typeName(wanted)} is required`);
  const element = wanted.kind === "dynamic" ? unifiedElement([...value.entries.values()]) : wanted;
  const entries = new Map<string, Value>();
  for (const [key, item] of value.entries)
    entries.set(
      key,
      within(key, () => convert(item, element)),
    );
  return { kind: "map", element, entries };
}

function toTuple(value: Value, types: readonly Type[]): Value {
  if ((value.kind !== "tuple" && value.kind !== "list") || value.items.length !== types.length)
    throw new ConversionFault(`a tuple of ${types.length} elements is required`);
  return tupleValue(value.items.map((item, index) => within(index, () => convert(item, types[index] as Type))));
}

function toObject(value: Value, attributes: ReadonlyMap<string, Type>): Value {
  if (value.kind !== "object" && value.kind !== "map") throw new ConversionFault("an object is required");
  const entries = new Map<string, Value>();
  for (const [name, type] of attributes) {
    const item = value.entries.get(name);
    if (item === undefined) throw new ConversionFault(`attribute ${JSON.stringify(name)} is required`);
    entries.set(
      name,
      within(name, () => convert(item, type)),
    );
  }
  return objectValue(entries);
}

/** Brings values to one type, as the two sides of a conditional are; undefined when there is none. */
export function convertToCommon(values: readonly Value[]): Value[] | undefined {
  const type = unify(values.map(typeOf));
  if (type === undefined) return undefined;
  if (values.every((value) => sameType(typeOf(value), type))) return [...values];
  const converted = values.map((value) => tryConvert(value, type));
  return converted.every((value) => value !== undefined) ? converted : undefined;
}
