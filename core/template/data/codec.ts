import { assert } from "#core/base";
import { timeType } from "../functions/time-value.ts";
import {
  GoMap,
  Int,
  type IntType,
  JsonNumber,
  List,
  NilPointer,
  Struct,
  type StructType,
  type Value,
  plainText,
} from "../values/value.ts";
import * as objects from "./objects.ts";
import type { Answer } from "./snapshot.ts";

/**
 * Answers as plain data, which may cross to another thread: the values' classes stay behind, the types of structs go by
 * name. Only what sources give is known, not what templates make.
 */
export type EncodedAnswer =
  | { readonly kind: "value"; readonly value: Encoded; readonly secrets: readonly string[] }
  | { readonly kind: "absent" }
  | { readonly kind: "error"; readonly message: string };

type Encoded =
  | undefined
  | null
  | boolean
  | string
  | number
  | { readonly is: "int"; readonly type: IntType; readonly value: number | bigint }
  | { readonly is: "number"; readonly text: string }
  | { readonly is: "nil"; readonly type: string; readonly fields: readonly string[] }
  | { readonly is: "list"; readonly element: string; readonly named: string | undefined; readonly items: Encoded[] }
  | {
      readonly is: "map";
      readonly key: string;
      readonly element: string;
      readonly entries: (readonly [Encoded, Encoded])[];
    }
  | {
      readonly is: "struct";
      readonly type: string;
      readonly values: Readonly<Record<string, Encoded>>;
      readonly moment: unknown;
    }
  | { readonly is: "variable"; readonly items: Readonly<Record<string, string>>; readonly meta: Encoded };

const structTypes: ReadonlyMap<string, StructType> = new Map(
  [...Object.values(objects), timeType].flatMap((one) => ("fields" in one ? [[one.name, one] as const] : [])),
);

export function encodeAnswer(answer: Answer): EncodedAnswer {
  if (answer.kind !== "value") return answer;
  return { kind: "value", value: encodeValue(answer.value), secrets: answer.secrets ?? [] };
}

export function decodeAnswer(encoded: EncodedAnswer): Answer {
  if (encoded.kind !== "value") return encoded;
  return { kind: "value", value: decodeValue(encoded.value), secrets: encoded.secrets };
}

function encodeValue(value: Value): Encoded {
  if (value == null || typeof value !== "object") return value;
  if (value instanceof Int) return { is: "int", type: value.type, value: value.value };
  if (value instanceof JsonNumber) return { is: "number", text: value.text };
  if (value instanceof NilPointer) return { is: "nil", type: value.type, fields: value.fields };
  if (value instanceof List)
    return { is: "list", element: value.element, named: value.named, items: value.items.map(encodeValue) };
  if (value instanceof GoMap) return encodeMap(value);
  assert(value instanceof Struct, "no source gives channels or complex numbers");
  assert(structTypes.has(value.type.name), () => `a struct of an unknown type: ${value.type.name}`);
  const values = Object.fromEntries(Object.entries(value.values).map(([name, one]) => [name, encodeValue(one)]));
  return { is: "struct", type: value.type.name, values, moment: value.type === timeType ? value.inner : undefined };
}

function encodeMap(map: GoMap): Encoded {
  if (map.type.methods !== undefined) {
    const meta = map.type.methods["Metadata"]?.call(map as never, []);
    const items = [...map.entries].map(([key, item]) => [key, itemText(item)] as const);
    return { is: "variable", items: Object.fromEntries(items), meta: encodeValue(meta) };
  }
  const entries = [...map.entries].map(([text, value]) => [encodeValue(map.keyOf(text)), encodeValue(value)] as const);
  return { is: "map", key: map.type.key, element: map.type.element, entries };
}

function itemText(item: Value): string {
  return item instanceof Struct ? plainText(item.values["Value"]) : plainText(item);
}

function decodeValue(encoded: Encoded): Value {
  if (encoded === null || typeof encoded !== "object") return encoded;
  switch (encoded.is) {
    case "int":
      return new Int(encoded.type, encoded.value);
    case "number":
      return new JsonNumber(encoded.text);
    case "nil":
      return new NilPointer(encoded.type, encoded.fields);
    case "list":
      return new List(encoded.items.map(decodeValue), encoded.element, encoded.named);
    case "variable":
      return objects.variableOf(encoded.items, decodeValue(encoded.meta) as Struct);
    case "map": {
      const map = new GoMap({ key: encoded.key, element: encoded.element });
      for (const [key, value] of encoded.entries) map.set(decodeValue(key), decodeValue(value));
      return map;
    }
    default: {
      const type = structTypes.get(encoded.type);
      assert(type !== undefined, () => `a struct of an unknown type: ${encoded.type}`);
      const values = Object.entries(encoded.values).map(([name, one]) => [name, decodeValue(one)] as const);
      return new Struct(type, Object.fromEntries(values), encoded.moment);
    }
  }
}
