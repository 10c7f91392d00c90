import { parseDuration } from "#core/values";
import {
  type Attribute,
  type Block,
  type BodyContext,
  contentOf,
  emptyScope,
  Evaluator,
  type Plain,
  plainValue,
} from "#core/hcl";

export type Kind = "text" | "texts" | "map" | "number" | "percent" | "percents" | "count" | "bool" | "duration";

export type FileValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

const wanted: Readonly<Record<Kind, string>> = {
  text: 'a text, such as "30s"',
  texts: 'a list of texts, such as ["a", "b"]',
  map: 'texts by name, such as { name = "value" }',
  number: "a number",
  percent: "a number of per cent",
  percents: "a list of numbers, such as [5, 25, 50, 100]",
  count: "a whole number",
  bool: "true or false",
  duration: 'a duration, such as "30s"',
};

/** What a block may hold. */
export interface BlockShape {
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly required?: readonly string[];
  /** Blocks in it, with the names of their labels. */
  readonly blocks?: ReadonlyMap<string, readonly string[]>;
}

export interface ReadBlock {
  readonly values: ReadonlyMap<string, FileValue>;
  readonly blocks: readonly Block[];
}

/** The arguments of a block, each of its kind; what is wrong is reported with its place. */
export function readBlock(block: Block, { kinds, required = [], blocks }: BlockShape, context: BodyContext): ReadBlock {
  const schema = { attributes: new Set(Object.keys(kinds)), blocks: blocks ?? new Map<string, readonly string[]>() };
  const evaluator = new Evaluator(context.source, { diagnostics: context.diagnostics });
  const content = contentOf(block.body, schema, context);
  const values = new Map<string, FileValue>();
  for (const [name, attribute] of content.attributes) {
    const kind = kinds[name] ?? "text";
    const value = valueOf(plainValue(evaluator.evaluate(attribute.expression, emptyScope)), kind);
    if (value === undefined) refuse(attribute, `${name} must be ${wanted[kind]}.`, context);
    else values.set(name, value);
  }
  for (const name of required)
    if (!content.attributes.has(name))
      context.diagnostics.add(block.typeSpan, "Missing argument", `${block.type} needs ${name}.`);
  return { values, blocks: content.blocks };
}

/** Undefined for a value of another kind. */
function valueOf(value: Plain, kind: Kind): FileValue | undefined {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value : undefined;
    case "texts":
      return isList(value, "string") ? (value as readonly string[]) : undefined;
    case "map":
      return isMap(value) ? value : undefined;
    case "number":
      return typeof value === "number" ? value : undefined;
    case "percent":
      return typeof value === "number" ? String(value) : undefined;
    case "percents":
      return isList(value, "number") ? (value as readonly number[]).join(",") : undefined;
    case "count":
      return Number.isInteger(value) ? (value as number) : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "duration":
      return typeof value === "string" ? millisecondsOf(value) : undefined;
  }
}

function isList(value: Plain, type: "string" | "number"): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

function isMap(value: Plain): value is Readonly<Record<string, string>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every((item) => typeof item === "string");
}

function millisecondsOf(text: string): number | undefined {
  const parsed = parseDuration(text);
  return typeof parsed === "string" ? undefined : parsed / 1e6;
}

function refuse(attribute: Attribute, detail: string, { diagnostics }: BodyContext): void {
  diagnostics.add(attribute.expression, "Invalid value", detail);
}
