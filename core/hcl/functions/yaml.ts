import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from "yaml";
import type { Budget } from "../budget.ts";
import { limits } from "../limits.ts";
import { fromBigInt, fromFloat64, parseNumber } from "../number.ts";
import { FunctionFault, type HclFunction } from "../scope.ts";
import {
  boolValue,
  nullValue,
  numberValue,
  objectValue,
  sortedEntries,
  stringValue,
  tupleValue,
  type Value,
} from "../value.ts";
import { aString, chargeTexts, define, nullable, textOf } from "./define.ts";
import { encodeJsonValue } from "./json-functions.ts";

const words: ReadonlyMap<string, Value> = new Map([
  ...["true", "yes", "on", "y"].map((word) => [word, boolValue(true)] as const),
  ...["false", "no", "off", "n"].map((word) => [word, boolValue(false)] as const),
  ...["", "~", "null"].map((word) => [word, nullValue] as const),
]);

/** What an unquoted scalar means in YAML 1.1 as Go's library reads it. */
function plainScalar(text: string): Value {
  const isOneCase = text === text.toLowerCase() || text === text.toUpperCase() || /^[A-Z][a-z]*$/.test(text);
  const word = isOneCase ? words.get(text.toLowerCase()) : undefined;
  if (word !== undefined) return word;
  const digits = text.replaceAll("_", "");
  const based = /^([+-]?)(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|0[0-7]+)$/.exec(digits);
  if (based !== null) {
    const magnitude = BigInt((based[2] as string).replace(/^0(?=[0-7])/, "0o"));
    return numberValue(fromBigInt(based[1] === "-" ? -magnitude : magnitude));
  }
  if (/^[+-]?\d+$/.test(digits)) return numberValue(parseNumber(digits) ?? 0);
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits)) return numberValue(fromFloat64(Number(digits)));
  return dated(text) ?? stringValue(text);
}

/** Dates and timestamps become RFC 3339 text. */
function dated(text: string): Value | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:(?:[Tt]|[ \t]+)(\d\d:\d\d:\d\d(?:\.\d+)?)[ \t]*(Z|[+-]\d\d(?::\d\d)?)?)?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const zone = match[3] === undefined || match[3] === "Z" ? "Z" : match[3].length === 3 ? `${match[3]}:00` : match[3];
  return stringValue(`${match[1]}T${match[2] ?? "00:00:00"}${zone}`);
}

class YamlReader {
  readonly #document: Document;
  readonly #budget: Budget;
  #depth = 0;

  constructor(document: Document, budget: Budget) {
    this.#document = document;
    this.#budget = budget;
  }

  value(node: Node | null): Value {
    this.#budget.step();
    if (this.#depth > limits.nesting) throw new FunctionFault("the YAML is nested too deeply", 0);
    this.#depth += 1;
    const value = this.read(node);
    this.#depth -= 1;
    return value;
  }

  private read(node: Node | null): Value {
    if (node === null) return nullValue;
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) throw new FunctionFault(`unknown alias "${node.source}"`, 0);
      return this.value(target as Node);
    }
    if (isScalar(node)) return scalarOf(node);
    if (isSeq(node)) return tupleValue(node.items.map((item) => this.value(item as Node | null)));
    if (!isMap(node)) return nullValue;
    const entries = new Map<string, Value>();
    for (const { key, value } of node.items) this.pair(entries, this.value(key as Node | null), value as Node | null);
    return objectValue(entries);
  }

  private pair(entries: Map<string, Value>, key: Value, node: Node | null): void {
    const name = key.kind === "string" ? key.value : encodeJsonValue(key);
    const value = this.value(node);
    if (name !== "<<" || !("entries" in value)) entries.set(name, value);
    else for (const [inner, item] of value.entries) if (!entries.has(inner)) entries.set(inner, item);
  }
}

function scalarOf(node: Scalar): Value {
  const text = typeof node.value === "string" ? node.value : "";
  if (node.tag === "tag:yaml.org,2002:str" && node.type === "PLAIN" && node.tag !== undefined) return stringValue(text);
  return node.type === "PLAIN" || node.type === undefined ? plainScalar(text) : stringValue(text);
}

/** The library builds several objects for each character that means something. */
const STEPS_A_CHARACTER = 12;

function decodeYaml(text: string, budget: Budget): Value {
  budget.step(text.length * STEPS_A_CHARACTER);
  // Pretty errors, and the check for unique keys, take time that grows with the square of the length.
  const cheap = { uniqueKeys: false, prettyErrors: false } as const;
  const document = parseDocument(text, { schema: "failsafe", logLevel: "silent", ...cheap });
  const [problem] = document.errors;
  if (problem !== undefined) throw new FunctionFault(`${reasonOf(problem)} at ${placeOf(text, problem.pos[0])}`, 0);
  return new YamlReader(document, budget).value(document.contents);
}

/** The library reports a full stack like a mistake of the text. */
function reasonOf({ message }: Error): string {
  return message.includes("call stack") ? "values are nested too deeply" : message;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1) as string).length + 1}`;
}

/** Block style with quoted keys and strings, lists at the level of their key. Each piece is charged before it is made. */
class YamlWriter {
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  text(value: Value, indent: string): string {
    this.#budget.text(indent.length);
    if ("items" in value && value.items.length > 0)
      return value.items.map((item) => `${indent}- ${this.nested(item, `${indent}  `)}`).join("");
    if ("entries" in value && value.entries.size > 0)
      return sortedEntries(value)
        .map(([key, item]) => `${indent}${JSON.stringify(key)}:${this.member(item, indent)}`)
        .join("");
    return `${indent}${this.scalar(value, indent)}\n`;
  }

  /** An item of a list begins on the line of its dash. */
  private nested(value: Value, indent: string): string {
    return this.text(value, indent).slice(indent.length);
  }

  private member(value: Value, indent: string): string {
    if ("items" in value && value.items.length > 0) return `\n${this.text(value, indent)}`;
    if ("entries" in value && value.entries.size > 0) return `\n${this.text(value, `${indent}  `)}`;
    return ` ${this.scalar(value, indent)}\n`;
  }

  private scalar(value: Value, indent: string): string {
    if (value.kind !== "string" || !value.value.includes("\n") || /\p{Cc}/u.test(value.value.replace(/[\n\t]/g, ""))) {
      chargeTexts(value, this.#budget);
      return encodeJsonValue(value);
    }
    const marker = value.value.endsWith("\n") ? "|" : "|-";
    const lines = value.value.replace(/\n$/, "").split("\n");
    this.#budget.text(value.value.length + lines.length * (indent.length + 2));
    return `${marker}\n${lines.map((line) => (line === "" ? "" : `${indent}  ${line}`)).join("\n")}`;
  }
}

export const yamlFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["yamldecode", define([aString("src")], ([text], budget) => decodeYaml(textOf(text), budget))],
  [
    "yamlencode",
    define([nullable("value")], ([value], budget) => stringValue(new YamlWriter(budget).text(value as Value, ""))),
  ],
]);
