import type { JsonNode } from "../ast.ts";
import { Diagnostics } from "../diagnostic.ts";
import { parseJsonText } from "../json.ts";
import { formatNumber } from "../number.ts";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { Source } from "../source.ts";
import { objectValue, sortedEntries, tupleValue, type Value } from "../value.ts";
import { aString, chargeTexts, define, nullable, textOf } from "./define.ts";
import { made } from "./strings.ts";

/** JSON with the escapes of Go's encoder: `<`, `>`, `&`, U+2028 and U+2029 too. */
export function encodeJsonValue(value: Value): string {
  switch (value.kind) {
    case "string":
      return goJsonText(value.value);
    case "number":
      return formatNumber(value.value);
    case "bool":
      return String(value.value);
    case "null":
    case "unknown":
      return "null";
    case "list":
    case "set":
    case "tuple":
      return `[${value.items.map(encodeJsonValue).join(",")}]`;
    default: {
      const members = sortedEntries(value).map(([key, item]) => `${goJsonText(key)}:${encodeJsonValue(item)}`);
      return `{${members.join(",")}}`;
    }
  }
}

function goJsonText(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function decodeJsonValue(text: string): Value {
  const diagnostics = new Diagnostics(new Source("", text));
  const node = parseJsonText(diagnostics.source, diagnostics);
  const [problem] = diagnostics.list;
  if (node === undefined || problem !== undefined) {
    const { start } = problem?.range ?? {};
    throw new FunctionFault(
      `${problem?.detail ?? "no JSON"} (line ${start?.line ?? 1}, column ${start?.column ?? 1})`,
      0,
    );
  }
  return valueOf(node);
}

function valueOf(node: JsonNode): Value {
  if (node.kind === "jsonScalar") return node.value;
  if (node.kind === "jsonArray") return tupleValue(node.items.map(valueOf));
  return objectValue(node.members.map(({ name, value }) => [name, valueOf(value)] as const));
}

export const jsonFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  [
    "jsonencode",
    define([nullable("val")], ([value], budget) => {
      chargeTexts(value, budget);
      return made(encodeJsonValue(value as Value), budget);
    }),
  ],
  [
    "jsondecode",
    define([aString("str")], ([text], budget) => {
      budget.step(textOf(text).length >> 3);
      return decodeJsonValue(textOf(text));
    }),
  ],
]);
