import { ANY, GoMap, Int, List, mapTypeName, type Value, typeName } from "../values/value.ts";
import type { Param } from "./function.ts";
import { type Operand, printNode } from "./node.ts";

const typeNames: Readonly<Record<Param, string>> = {
  any: ANY,
  value: "reflect.Value",
  string: "string",
  int: "int",
  int64: "int64",
  float64: "float64",
  bool: "bool",
  "[]string": "[]string",
  "[]interface {}": "[]interface {}",
  "map[string]interface {}": "map[string]interface {}",
};

/** Why an argument does not fit its parameter. */
export class ArgumentMismatch extends Error {}

/** Whether the parameter takes nil. */
function takesNil(param: Param): boolean {
  return param === "any" || param === "value" || param.startsWith("[]") || param.startsWith("map[");
}

function zeroOf(param: Param): Value {
  if (param === "[]string") return new List([], "string");
  if (param === "[]interface {}") return new List([]);
  if (param === "map[string]interface {}") return new GoMap();
  return param === "value" ? undefined : null;
}

function fits(value: Value, param: Param): boolean {
  switch (param) {
    case "string":
      return typeof value === "string";
    case "int":
    case "int64":
      return value instanceof Int && value.type === param;
    case "float64":
      return typeof value === "number";
    case "bool":
      return typeof value === "boolean";
    case "[]string":
    case "[]interface {}":
      return value instanceof List && `[]${value.element}` === param;
    case "map[string]interface {}":
      return value instanceof GoMap && mapTypeName(value.type) === param;
    default:
      return true;
  }
}

/** An evaluated value as the parameter takes it. */
export function checkedArgument(value: Value, param: Param): Value {
  if (param === "value") return value;
  if (param === "any") return value ?? null;
  if (fits(value, param)) return value;
  if (value === undefined) {
    if (takesNil(param)) return zeroOf(param);
    throw new ArgumentMismatch(`invalid value; expected ${typeNames[param]}`);
  }
  if (value === null && takesNil(param)) return zeroOf(param);
  const got = value === null ? ANY : typeName(value);
  throw new ArgumentMismatch(`wrong type for value; expected ${typeNames[param]}; got ${got}`);
}

/** A constant as the parameter takes it: an integer constant serves for a float, 2.0 for an integer. */
export function constantArgument(node: Operand & { readonly value?: Value }, param: Param): Value {
  if (node.type === "nil") {
    if (takesNil(param)) return zeroOf(param);
    throw new ArgumentMismatch(`cannot assign nil to ${typeNames[param]}`);
  }
  const value = node.value;
  switch (param) {
    case "any":
    case "value":
      return value;
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "float64":
      if (typeof value === "number") return value;
      if (value instanceof Int) return Number(value.value);
      break;
    case "int":
    case "int64":
      if (value instanceof Int) return param === "int" ? value : new Int("int64", value.value);
      if (typeof value === "number" && Number.isSafeInteger(value)) return new Int(param, value);
      break;
    default:
      throw new ArgumentMismatch(`can't handle ${printNode(node)} for arg of type ${typeNames[param]}`);
  }
  throw new ArgumentMismatch(`expected ${expected[param] ?? typeNames[param]}; found ${printNode(node)}`);
}

const expected: Readonly<Partial<Record<Param, string>>> = { int: "integer", int64: "integer", float64: "float" };
