import { show } from "../format/default.ts";
import { compareText } from "../values/bytes.ts";
import {
  Complex,
  GoMap,
  Int,
  JsonNumber,
  kindOf,
  List,
  NilPointer,
  Struct,
  type Value,
  typeName,
} from "../values/value.ts";
import { refuse } from "./define.ts";

function textOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof JsonNumber ? value.text : undefined;
}

/** `eq`: values of one basic kind, signed and unsigned integers count as one. */
export function equal(left: Value, right: Value): boolean {
  if (left == null || right == null) return left == null && right == null;
  if (isUncomparable(left)) return refuse(`non-comparable type ${show(left)}: ${typeName(left)}`);
  if (isUncomparable(right)) return refuse(`non-comparable type ${show(right)}: ${typeName(right)}`);
  if (left instanceof Int && right instanceof Int) return left.value === right.value;
  const [a, b] = [textOf(left), textOf(right)];
  if (a !== undefined && b !== undefined) return a === b;
  if (kindOf(left) !== kindOf(right)) return incompatible(left, right);
  if (left instanceof Complex && right instanceof Complex)
    return left.real === right.real && left.imaginary === right.imaginary;
  if (left instanceof Struct && right instanceof Struct && !left.type.isPointer)
    return left.type.fields.every((name) => equal(left.values[name], right.values[name]));
  if (left instanceof NilPointer && right instanceof NilPointer) return left.type === right.type;
  return left === right;
}

function incompatible(left: Value, right: Value): never {
  return refuse(`incompatible types for comparison: ${typeName(left)} and ${typeName(right)}`);
}

function isUncomparable(value: Value): boolean {
  return value instanceof List || value instanceof GoMap;
}

/** Negative, zero or positive, for lt, le, gt and ge. */
export function compare(left: Value, right: Value): number {
  if (left == null || right == null) return refuse("invalid type for comparison");
  if (left instanceof Int && right instanceof Int)
    return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  const [a, b] = [textOf(left), textOf(right)];
  if (a !== undefined && b !== undefined) return compareText(a, b);
  const isOrdered = (value: Value): boolean => ["int", "uint", "float", "string"].includes(kindOf(value));
  if (!isBasic(left) || !isBasic(right)) return refuse("invalid type for comparison");
  if (kindOf(left) !== kindOf(right)) return incompatible(left, right);
  if (!isOrdered(left)) return refuse("invalid type for comparison");
  if (typeof left === "number" && typeof right === "number") return left < right ? -1 : left > right ? 1 : 0;
  return refuse("invalid type for comparison");
}

function isBasic(value: Value): boolean {
  return ["bool", "int", "uint", "float", "complex", "string"].includes(kindOf(value));
}
