import type { Expression, JsonArray, JsonBody, JsonMember, JsonNode, JsonObject, JsonScalar } from "./ast.ts";
import type { Diagnostics } from "./diagnostic.ts";
import { limits } from "./limits.ts";
import { parseNumber } from "./number.ts";
import { parseTemplateText } from "./parse-text.ts";
import type { Source, Span } from "./source.ts";
import { falseValue, nullValue, numberValue, stringValue, trueValue } from "./value.ts";

const space = /[ \t\r\n]*/y;
const stringToken = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordToken = /[A-Za-z]+/y;

/** A body in the JSON syntax; after the first mistake nothing more is read, as a JSON text has no lines to go on from. */
export function parseJsonBody(source: Source, diagnostics: Diagnostics): JsonBody {
  const root = parseJsonText(source, diagnostics);
  const objects = root?.kind === "jsonObject" ? [root] : [];
  return { kind: "json", objects, start: 0, end: source.text.length };
}

/** A whole JSON text; undefined after a mistake, which is in the diagnostics. */
export function parseJsonText(source: Source, diagnostics: Diagnostics): JsonNode | undefined {
  return new JsonReader(source, diagnostics).document();
}

class JsonReader {
  readonly #source: Source;
  readonly #diagnostics: Diagnostics;
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(source: Source, diagnostics: Diagnostics) {
    this.#source = source;
    this.#diagnostics = diagnostics;
  }

  document(): JsonNode | undefined {
    const root = this.value();
    if (root === undefined) return undefined;
    this.skipSpace();
    if (this.#at < this.#source.text.length) this.fault("Extra characters", "The JSON text ends before this.");
    return root;
  }

  private skipSpace(): void {
    this.match(space);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source.text)?.[0];
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  private get next(): string {
    return this.#source.text[this.#at] ?? "";
  }

  private fault(summary: string, detail: string, span: Span = { start: this.#at, end: this.#at + 1 }): undefined {
    this.#diagnostics.add(span, summary, detail);
  }

  private value(): JsonNode | undefined {
    this.#values += 1;
    if (this.#values > limits.tokens)
      return this.fault("File too large", `A file may have at most ${limits.tokens} values.`);
    this.skipSpace();
    const start = this.#at;
    const { next } = this;
    if (next === "{" || next === "[") return this.nested(start, next);
    if (next === '"') return this.string(start);
    if (next === "-" || (next >= "0" && next <= "9")) return this.number(start);
    return this.word(start);
  }

  private nested(start: number, opener: string): JsonNode | undefined {
    if (this.#depth >= limits.nesting)
      return this.fault("Nesting too deep", `Values may be nested at most ${limits.nesting} levels deep.`);
    this.#depth += 1;
    this.#at += 1;
    const node = opener === "{" ? this.object(start) : this.array(start);
    this.#depth -= 1;
    return node;
  }

  private object(start: number): JsonObject | undefined {
    const members: JsonMember[] = [];
    const done = this.sequence("}", () => {
      const member = this.member();
      if (member !== undefined) members.push(member);
      return member !== undefined;
    });
    return done ? { kind: "jsonObject", members, start, end: this.#at } : undefined;
  }

  private array(start: number): JsonArray | undefined {
    const items: JsonNode[] = [];
    const done = this.sequence("]", () => {
      const item = this.value();
      if (item !== undefined) items.push(item);
      return item !== undefined;
    });
    return done ? { kind: "jsonArray", items, start, end: this.#at } : undefined;
  }

  private sequence(closer: string, item: () => boolean): boolean {
    this.skipSpace();
    if (this.next === closer) {
      this.#at += 1;
      return true;
    }
    for (;;) {
      if (!item()) return false;
      this.skipSpace();
      const { next } = this;
      if (next !== closer && next !== ",") {
        this.fault("Missing separator", `Expected "," or ${JSON.stringify(closer)}.`);
        return false;
      }
      this.#at += 1;
      if (next === closer) return true;
    }
  }

  private member(): JsonMember | undefined {
    this.skipSpace();
    const start = this.#at;
    const name = this.text(start);
    if (name === undefined) return undefined;
    const nameSpan = { start, end: this.#at };
    this.skipSpace();
    if (this.next !== ":") return this.fault("Missing colon", `Expected ":" between a name and its value.`);
    this.#at += 1;
    const value = this.value();
    return value && { name, nameSpan, value, start, end: value.end };
  }

  private text(start: number): string | undefined {
    const token = this.match(stringToken);
    if (token !== undefined) return JSON.parse(token) as string;
    const detail =
      this.next === '"' ? "The string has no end or a wrong escape." : "Expected a string in double quotes.";
    return this.fault("Invalid JSON string", detail, { start, end: start + 1 });
  }

  private string(start: number): JsonScalar | undefined {
    const text = this.text(start);
    return text === undefined ? undefined : this.scalar(start, stringValue(text));
  }

  private scalar(start: number, value: JsonScalar["value"]): JsonScalar {
    return { kind: "jsonScalar", value, start, end: this.#at };
  }

  private number(start: number): JsonScalar | undefined {
    const token = this.match(numberToken) ?? "";
    const value = parseNumber(token);
    if (value === undefined) return this.fault("Invalid number", "This is no number, or it is too large.");
    return this.scalar(start, numberValue(value));
  }

  private word(start: number): JsonScalar | undefined {
    const word = this.match(wordToken) ?? "";
    if (word === "true") return this.scalar(start, trueValue);
    if (word === "false") return this.scalar(start, falseValue);
    if (word === "null") return this.scalar(start, nullValue);
    const shown = word === "" ? "" : `, found ${JSON.stringify(word)}`;
    return this.fault(
      "Invalid JSON value",
      `Expected an object, a list, a string, a number, true, false or null${shown}.`,
      {
        start,
        end: start + Math.max(1, word.length),
      },
    );
  }
}

/** What a JSON value means where an expression is expected: strings, and keys of objects, are templates. */
export function jsonExpression(node: JsonNode, source: Source, diagnostics: Diagnostics): Expression {
  const { start, end } = node;
  switch (node.kind) {
    case "jsonScalar":
      if (node.value.kind === "string") return templateOf(node.value.value, node, source, diagnostics);
      return { kind: "literal", value: node.value, start, end };
    case "jsonArray":
      return { kind: "tuple", items: node.items.map((item) => jsonExpression(item, source, diagnostics)), start, end };
    default: {
      const items = node.members.map(({ name, nameSpan, value }) => ({
        key: templateOf(name, nameSpan, source, diagnostics),
        value: jsonExpression(value, source, diagnostics),
      }));
      return { kind: "object", items, start, end };
    }
  }
}

function templateOf(text: string, span: Span, source: Source, diagnostics: Diagnostics): Expression {
  const { start, end } = span;
  if (!text.includes("${") && !text.includes("%{")) return { kind: "literal", value: stringValue(text), start, end };
  const parsed = parseTemplateText(text, source.file);
  for (const { summary, detail } of parsed.diagnostics) diagnostics.add(span, summary, detail);
  if (parsed.expression === undefined) return { kind: "literal", value: stringValue(text), start, end };
  return relocate(parsed.expression, text, start + 1, end - 1) as Expression;
}

/** Moves an expression to where its text stands in the file; what it said there is kept beside it. */
function relocate(node: unknown, text: string, offset: number, limit: number): unknown {
  if (Array.isArray(node)) return node.map((item) => relocate(item, text, offset, limit));
  if (typeof node !== "object" || node === null || node instanceof Map) return node;
  const moved: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node))
    moved[name] =
      typeof value === "number" && (name === "start" || name === "end")
        ? Math.min(value + offset, limit)
        : relocate(value, text, offset, limit);
  const { kind, start, end } = node as { kind?: string; start: number; end: number };
  if (kind === "traversal" || kind === "interpolation") moved["verbatim"] = text.slice(start, end);
  return moved;
}
