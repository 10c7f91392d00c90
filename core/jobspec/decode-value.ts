import {
  type Attribute,
  ConversionFault,
  convert,
  dynamicType,
  boolType,
  type Evaluator,
  type Expression,
  isInteger,
  numberType,
  numberValue,
  plainValue,
  type Scope,
  stringType,
  toBigInt,
  toFloat64,
  type Type,
  type Value,
} from "#core/hcl";
import type { FieldType } from "#core/schema";
import { parseDuration } from "#core/values";
import type { AttributeSpec } from "./block.ts";

/** Why a value does not fit its argument. */
class UnsuitableValue extends Error {
  override readonly name = "UnsuitableValue";
}

/** The value of an argument as its field holds it; undefined after a mistake. */
export function decodeValue(expression: Expression, spec: AttributeSpec, scope: Scope, evaluator: Evaluator): unknown {
  const value = evaluator.evaluate(expression, scope);
  if (value.kind === "unknown") return undefined;
  evaluator.budget.walk(value);
  try {
    return fieldValue(value, spec);
  } catch (error) {
    if (!(error instanceof UnsuitableValue) && !(error instanceof ConversionFault)) throw error;
    evaluator.fault(expression, "Unsuitable value type", `Unsuitable value: ${error.message}.`);
    return undefined;
  }
}

/** Every argument of a body as text, or as a list of texts. */
export function decodeTexts(
  attributes: ReadonlyMap<string, Attribute>,
  lists: boolean,
  scope: Scope,
  evaluator: Evaluator,
): Readonly<Record<string, unknown>> {
  const type: FieldType = lists ? { kind: "list", of: { kind: "text" } } : { kind: "text" };
  const spec: AttributeSpec = { field: "", type, refusesNull: true, range: undefined, truncates: false };
  const found: [string, unknown][] = [];
  for (const [name, { expression }] of attributes) {
    const value = decodeValue(expression, spec, scope, evaluator);
    if (value !== undefined) found.push([name, value]);
  }
  return Object.fromEntries(found);
}

function fieldValue(value: Value, spec: AttributeSpec): unknown {
  if (value.kind === "null") {
    if (spec.refusesNull) throw new UnsuitableValue("it must not be null");
    return null;
  }
  if (spec.type.kind === "int") return wholeNumber(spec.truncates ? truncated(value) : value, spec.range);
  return typedValue(value, spec.type);
}

function typedValue(value: Value, type: FieldType): unknown {
  switch (type.kind) {
    case "duration":
      return duration(value);
    case "int":
      return wholeNumber(value, undefined);
    case "text":
    case "bool":
      return scalar(convert(value, type.kind === "text" ? stringType : boolType));
    case "list":
    case "map":
      return collection(convert(value, typeOfField(type)), type.of);
    default:
      return plainValue(value);
  }
}

function typeOfField(type: FieldType): Type {
  if (type.kind === "list" || type.kind === "map") return { kind: type.kind, element: typeOfField(type.of) };
  if (type.kind === "text") return stringType;
  if (type.kind === "int") return numberType;
  return dynamicType;
}

function scalar(value: Value): unknown {
  return value.kind === "string" || value.kind === "bool" ? value.value : plainValue(value);
}

function collection(value: Value, of: FieldType): unknown {
  if ("items" in value) return value.items.map((item) => element(item, of));
  if (!("entries" in value)) return null;
  return Object.fromEntries([...value.entries].map(([name, item]) => [name, element(item, of)]));
}

function element(value: Value, of: FieldType): unknown {
  if (value.kind === "null") throw new UnsuitableValue("an element must not be null");
  return typedValue(value, of);
}

function wholeNumber(value: Value, range: AttributeSpec["range"]): number {
  const number = convert(value, numberType);
  const [low, high] = range ?? [-(2 ** 53) + 1, 2 ** 53 - 1];
  const plain = number.kind === "number" && isInteger(number.value) ? toFloat64(number.value) : Number.NaN;
  if (Number.isSafeInteger(plain) && plain >= low && plain <= high) return plain === 0 ? 0 : plain;
  const limits = range === undefined ? "of at most 2^53" : `between ${low} and ${high}`;
  throw new UnsuitableValue(`a whole number ${limits} is required`);
}

function truncated(value: Value): Value {
  const number = convert(value, numberType);
  return number.kind === "number" ? numberValue(Math.trunc(toFloat64(number.value))) : number;
}

/** Text such as "30s", or a whole number of nanoseconds. */
function duration(value: Value): number {
  if (value.kind === "number") return nanoseconds(value);
  if (value.kind !== "string") throw new UnsuitableValue(`a duration such as "30s" is required`);
  const parsed = parseDuration(value.value);
  if (typeof parsed === "string") throw new UnsuitableValue(parsed);
  return parsed;
}

function nanoseconds(value: Extract<Value, { kind: "number" }>): number {
  const plain = toFloat64(value.value);
  if (isInteger(value.value) && Math.abs(plain) <= 2 ** 63 && BigInt(plain) === toBigInt(value.value)) return plain;
  throw new UnsuitableValue("a whole number of nanoseconds is required");
}
