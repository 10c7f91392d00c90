import { show, sprint } from "../format/default.ts";
import { sprintf } from "../format/printf.ts";
import { byteLength, bytesOfText, textOfBytes } from "../values/bytes.ts";
import {
  Complex,
  GoMap,
  Int,
  int,
  isTrue,
  JsonNumber,
  List,
  NilPointer,
  type Value,
  typeName,
} from "../values/value.ts";
import { zeroOf } from "../language/field.ts";
import type { TemplateFunction } from "../language/function.ts";
import { compare, equal } from "./compare.ts";
import { group, refuse } from "./define.ts";

const f = group("Built-in");

/** What a built-in prints: an item that is nothing prints as `<no value>` in html, js and urlquery. */
function joined(args: readonly Value[]): string {
  const [only] = args;
  return args.length === 1 && typeof only === "string" ? only : sprint(args);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  "\u0000": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

function escapeHtml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- a NUL has an escape of its own
  return text.replace(/["'&<>\u0000]/g, (character) => htmlEscapes[character] as string);
}

const jsEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

function escapeJs(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is escaped
  return text.replace(/[\\'"<>&=]|[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    return jsEscapes[character] ?? `\\u${code}`;
  });
}

export function queryEscape(text: string): string {
  let result = "";
  for (const byte of bytesOfText(text)) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(character)) result += character;
    else result += byte === 32 ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return result;
}

function indexOf(item: Value, keys: readonly Value[]): Value {
  if (item == null) refuse("index of untyped nil");
  let current: Value = item;
  for (const key of keys) current = step(current, key);
  return current;
}

function step(current: Value, key: Value): Value {
  if (current == null) return refuse("index of nil pointer");
  if (current instanceof GoMap) {
    if (current.type.key === "string" && typeof key !== "string")
      return refuse(
        key == null ? "value is nil; should be string" : `value has type ${typeName(key)}; should be string`,
      );
    return current.has(key) ? current.get(key) : zeroOf(current.type.element);
  }
  if (current instanceof List) {
    const at = indexArgument(key, current.items.length);
    return at < current.items.length ? current.items[at] : refuse("reflect: slice index out of range");
  }
  if (typeof current === "string") {
    const bytes = bytesOfText(current);
    const at = indexArgument(key, bytes.length);
    return at < bytes.length ? new Int("uint8", bytes[at] as number) : refuse("reflect: string index out of range");
  }
  if (current instanceof NilPointer) return refuse("index of nil pointer");
  return refuse(`can't index item of type ${typeName(current)}`);
}

/** An index may be one past the end here: the container itself refuses that. */
function indexArgument(key: Value, length: number): number {
  if (key == null) return refuse("cannot index slice/array with nil");
  if (!(key instanceof Int)) return refuse(`cannot index slice/array with type ${typeName(key)}`);
  if (key.value < 0 || key.value > length) return refuse(`index out of range: ${key.value}`);
  return Number(key.value);
}

function slice(item: Value, indexes: readonly Value[]): Value {
  if (item == null) return refuse("slice of untyped nil");
  if (indexes.length > 3) return refuse(`too many slice indexes: ${indexes.length}`);
  if (typeof item === "string") {
    if (indexes.length === 3) return refuse("cannot 3-index slice a string");
    const bytes = bytesOfText(item);
    const [from, to] = sliceBounds(indexes, bytes.length);
    return textOfBytes(bytes.subarray(from, to));
  }
  if (!(item instanceof List)) return refuse(`can't slice item of type ${typeName(item)}`);
  const [from, to] = sliceBounds(indexes, item.items.length);
  return new List(item.items.slice(from, to), item.element, item.named);
}

function sliceBounds(indexes: readonly Value[], length: number): readonly [number, number] {
  const given = indexes.map((index) => indexArgument(index, length));
  const [from = 0, to = length, capacity] = given;
  if (from > to) return refuse(`invalid slice index: ${from} > ${to}`);
  if (capacity !== undefined && to > capacity) return refuse(`invalid slice index: ${to} > ${capacity}`);
  return [from, to];
}

function length(value: Value): Value {
  if (typeof value === "string") return int(byteLength(value));
  if (value instanceof List) return int(value.items.length);
  if (value instanceof GoMap) return int(value.entries.size);
  if (value instanceof JsonNumber) return int(value.text.length);
  if (value instanceof NilPointer && value.type.includes("[")) return int(0);
  if (value instanceof NilPointer) return refuse("len of nil pointer");
  if (value == null) return refuse("reflect: call of reflect.Value.Type on zero Value");
  return refuse(`len of type ${typeName(value)}`);
}

function printable(value: Value): Value {
  return value instanceof Complex ? show(value) : value;
}

export const builtins: readonly TemplateFunction[] = [
  f("and", "value; value...", "value", "the first argument that counts as false, else the last", ([first]) => first),
  f("or", "value; value...", "value", "the first argument that counts as true, else the last", ([first]) => first),
  f("not", "value", "bool", "whether the argument counts as false", ([value]) => !isTrue(value)),
  f("len", "value", "int", "bytes of a string, elements of a list or map", ([value]) => length(value)),
  f("index", "value; value...", "value", "the element under the keys that follow", ([item, ...keys]) =>
    indexOf(item, keys),
  ),
  f("slice", "value; value...", "value", "a part of a string or list", ([item, ...indexes]) => slice(item, indexes)),
  f("call", "value; value...", "value", "calls a function value", ([target]) =>
    target == null
      ? refuse("call of nil")
      : refuse(
          `non-function ${typeof target === "string" ? JSON.stringify(target) : show(target)} of type ${typeName(target)}`,
        ),
  ),
  f("print", "any...", "string", "the arguments, with spaces between two that are no strings", (args) =>
    sprint(args.map(printable)),
  ),
  f(
    "println",
    "any...",
    "string",
    "the arguments with spaces between and a line end",
    (args) => `${args.map((arg) => show(arg)).join(" ")}\n`,
  ),
  f("printf", "string; any...", "string", "formats as Go's Sprintf", ([format, ...args], session) => {
    session.step(((format as string).length >> 4) + args.length);
    return sprintf(format as string, args);
  }),
  f("html", "any...", "string", "escaped for HTML", (args) => escapeHtml(joined(args))),
  f("js", "any...", "string", "escaped for JavaScript", (args) => escapeJs(joined(args))),
  f("urlquery", "any...", "string", "escaped for the query of a URL", (args) => queryEscape(joined(args))),
  f("eq", "value; value...", "bool", "whether the first equals any of the others", ([first, ...others]) => {
    if (others.length === 0) return refuse("missing argument for comparison");
    return others.some((other) => equal(first, other));
  }),
  f("ne", "value; value", "bool", "whether they differ", ([left, right]) => !equal(left, right)),
  f("lt", "value; value", "bool", "less than", ([left, right]) => compare(left, right) < 0),
  f("le", "value; value", "bool", "less than or equal", ([left, right]) => compare(left, right) <= 0),
  f("gt", "value; value", "bool", "greater than", ([left, right]) => compare(left, right) > 0),
  f("ge", "value; value", "bool", "greater than or equal", ([left, right]) => compare(left, right) >= 0),
];
