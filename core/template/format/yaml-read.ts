import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
} from "yaml";
import { GoMap, intOf, List, type Value, yamlMap } from "../values/value.ts";

export class YamlFault extends Error {}

const DEPTH_MAX = 200;
const NODES_MAX = 200_000;

const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...["true", "yes", "on", "y"].map((word) => [word, true] as const),
  ...["false", "no", "off", "n"].map((word) => [word, false] as const),
  ...["", "~", "null"].map((word) => [word, null] as const),
  [".nan", Number.NaN],
  [".inf", Number.POSITIVE_INFINITY],
  ["+.inf", Number.POSITIVE_INFINITY],
  ["-.inf", Number.NEGATIVE_INFINITY],
]);

/** What an unquoted scalar means in YAML 1.1, as yaml.v2 reads it. */
export function plainScalar(text: string): Value {
  const isOneCase = text === text.toLowerCase() || text === text.toUpperCase() || /^[A-Z][a-z]*$/.test(text);
  const word = text.toLowerCase();
  if (isOneCase && words.has(word)) return words.get(word);
  const digits = text.replaceAll("_", "");
  const based = /^([+-]?)(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|0[0-7]+)$/.exec(digits);
  if (based !== null) {
    const magnitude = BigInt((based[2] as string).replace(/^0(?=[0-7])/, "0o"));
    return intOf("int", based[1] === "-" ? -magnitude : magnitude);
  }
  if (/^[+-]?\d+$/.test(digits)) return integer(digits);
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits)) return Number(digits);
  return text;
}

function integer(digits: string): Value {
  const value = BigInt(digits);
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return intOf("int", value);
  return value > 0n && value < 2n ** 64n ? intOf("uint64", value) : Number(digits);
}

/** Decodes the first document; mappings have keys of any type. */
export function readYaml(text: string): Value {
  const document = parseDocument(text, { version: "1.1", schema: "failsafe", merge: false, uniqueKeys: false });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new YamlFault(`yaml: line ${problem.linePos?.[0].line ?? 1}: ${wording(problem.code, problem.message)}`);
  return new YamlReader(document).read();
}

function wording(code: string, message: string): string {
  if (code === "BAD_INDENT" || code === "MISSING_CHAR" || message.includes("Flow sequence"))
    return "did not find expected ',' or ']'";
  return (message.split("\n")[0] ?? "").replace(/ at line .*$/, "");
}

class YamlReader {
  readonly #document: Document;
  #nodes = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  read(): Value {
    return this.#value(this.#document.contents as Node | null, 0);
  }

  #value(node: Node | null, depth: number): Value {
    this.#nodes += 1;
    if (depth > DEPTH_MAX || this.#nodes > NODES_MAX) throw new YamlFault("yaml: document contains excessive aliasing");
    if (node === null) return null;
    if (isAlias(node)) return this.#alias(node, depth);
    if (isScalar(node)) return scalar(node);
    if (isSeq(node)) return new List(node.items.map((item) => this.#value(item as Node | null, depth + 1)));
    if (!isMap(node)) return null;
    const made = new GoMap(yamlMap);
    for (const { key, value } of node.items) this.#entry(made, key as Node, value as Node | null, depth);
    return made;
  }

  #alias(node: Alias, depth: number): Value {
    const target = node.resolve(this.#document);
    if (target === undefined) throw new YamlFault(`yaml: unknown anchor '${node.source}' referenced`);
    return this.#value(target, depth + 1);
  }

  #entry(into: GoMap, key: Node, value: Node | null, depth: number): void {
    const isMerge = isScalar(key) && key.value === "<<" && key.type === "PLAIN";
    const made = this.#value(value, depth + 1);
    if (!isMerge) return into.set(this.#value(key, depth + 1), made);
    for (const source of made instanceof List ? made.items : [made]) {
      if (!(source instanceof GoMap))
        throw new YamlFault("yaml: map merge requires map or sequence of maps as the value");
      for (const [name, item] of source.entries) {
        const mergedKey = source.keyOf(name);
        if (!into.has(mergedKey)) into.set(mergedKey, item);
      }
    }
  }
}

function scalar(node: Scalar): Value {
  const text = node.source ?? textAt(node);
  if (node.tag === "tag:yaml.org,2002:str" && node.type === "PLAIN" && node.value === null) return null;
  if (node.type !== "PLAIN") return textAt(node);
  return plainScalar(text);
}

function textAt({ value, source }: Scalar): string {
  return typeof value === "string" ? value : (source ?? "");
}
