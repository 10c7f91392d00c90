import { compareNumbers, formatNumber, type HclNumber } from "./number.ts";
import { boolType, dynamicType, numberType, sameType, stringType, type Type, typeName } from "./type.ts";

/** A value. Maps and objects are walked in the order of their keys, whatever order they were written in. */
export type Value =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly value: HclNumber }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "null"; readonly type: Type }
  | { readonly kind: "unknown"; readonly type: Type }
  | { readonly kind: "list"; readonly element: Type; readonly items: readonly Value[] }
  | { readonly kind: "set"; readonly element: Type; readonly items: readonly Value[] }
  | { readonly kind: "tuple"; readonly items: readonly Value[] }
  | { readonly kind: "map"; readonly element: Type; readonly entries: ReadonlyMap<string, Value> }
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, Value> };

export type Collection = Extract<Value, { items: unknown } | { entries: unknown }>;

export const trueValue: Value = { kind: "bool", value: true };
export const falseValue: Value = { kind: "bool", value: false };
export const nullValue: Value = { kind: "null", type: dynamicType };
/** Stands for the result of what failed, so that one mistake is reported once. */
export const unknownValue: Value = { kind: "unknown", type: dynamicType };

const ascii = /^[\0-\x7f]*$/;

/** A string in normalisation form C, as every string of the language is. */
export function stringValue(text: string): Value {
  return { kind: "string", value: ascii.test(text) ? text : text.normalize("NFC") };
}

export function numberValue(value: HclNumber): Value {
  return { kind: "number", value };
}

export function boolValue(value: boolean): Value {
  return value ? trueValue : falseValue;
}

export function tupleValue(items: readonly Value[]): Value {
  return { kind: "tuple", items };
}

export function objectValue(entries: ReadonlyMap<string, Value> | Iterable<readonly [string, Value]>): Value {
  return { kind: "object", entries: entries instanceof Map ? entries : new Map(entries) };
}

export function listValue(items: readonly Value[], element: Type): Value {
  return { kind: "list", element, items };
}

/** A set: without repetitions, ordered so that equal sets look equal. */
export function setValue(items: readonly Value[], element: Type): Value {
  const seen = new Map<string, Value>();
  for (const item of items) seen.set(identity(item), item);
  return { kind: "set", element, items: [...seen.values()].sort(compareValues) };
}

export function typeOf(value: Value): Type {
  switch (value.kind) {
    case "string":
      return stringType;
    case "number":
      return numberType;
    case "bool":
      return boolType;
    case "null":
    case "unknown":
      return value.type;
    case "list":
    case "set":
    case "map":
      return { kind: value.kind, element: value.element };
    case "tuple":
      return { kind: "tuple", items: value.items.map(typeOf) };
    default:
      return { kind: "object", attributes: new Map([...value.entries].map(([name, item]) => [name, typeOf(item)])) };
  }
}

/** A text that two values share exactly when they are equal and of the same type. */
export function identity(value: Value): string {
  switch (value.kind) {
    case "string":
      return JSON.stringify(value.value);
    case "number":
      return compareNumbers(value.value, 0) === 0 ? "0" : formatNumber(value.value);
    case "bool":
      return String(value.value);
    case "null":
    case "unknown":
      return value.kind;
    case "list":
    case "set":
    case "tuple":
      return `${value.kind}[${value.items.map(identity).join(",")}]`;
    default:
      return `${value.kind}{${sortedEntries(value)
        .map(([key, item]) => `${JSON.stringify(key)}:${identity(item)}`)
        .join(",")}}`;
  }
}

export function equalValues(a: Value, b: Value): boolean {
  if (a.kind === "null" || b.kind === "null") return a.kind === b.kind;
  if (a.kind === "number" && b.kind === "number") return compareNumbers(a.value, b.value) === 0;
  if (a.kind === "string" && b.kind === "string") return a.value === b.value;
  return sameType(typeOf(a), typeOf(b)) && identity(a) === identity(b);
}

/** Numbers by size, false before true, strings by code point; everything else by its text. */
export function compareValues(a: Value, b: Value): number {
  if (a.kind === "number" && b.kind === "number") return compareNumbers(a.value, b.value);
  if (a.kind === "string" && b.kind === "string") return compareText(a.value, b.value);
  if (a.kind === "bool" && b.kind === "bool") return Number(a.value) - Number(b.value);
  return compareText(identity(a), identity(b));
}

/** Code-point order, which is the order of the UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Puts surrogates above the rest of the basic plane. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

export function sortedEntries(value: { readonly entries: ReadonlyMap<string, Value> }): [string, Value][] {
  return [...value.entries].sort(([a], [b]) => compareText(a, b));
}

/** Whether the value holds no unknown part. */
export function isWhollyKnown(value: Value): boolean {
  if (value.kind === "unknown") return false;
  if ("items" in value) return value.items.every(isWhollyKnown);
  if ("entries" in value) return [...value.entries.values()].every(isWhollyKnown);
  return true;
}

/** "A string", "An object", …. */
export function aTypeName(value: Value): string {
  if (value.kind === "null") return "null";
  const name = typeName(typeOf(value));
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}
