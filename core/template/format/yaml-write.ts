import { sortedEntries } from "../values/order.ts";
import { GoMap, Int, JsonNumber, List, Struct, type Value } from "../values/value.ts";
import { formatFloat } from "./float.ts";
import { EncodeFault } from "./json-write.ts";
import { plainScalar } from "./yaml-read.ts";

const DEPTH_MAX = 100;

/** YAML as Go's yaml.v2 writes it: keys in natural order, lists at the depth of their key. */
export function writeYaml(value: Value): string {
  return block(value, 0, 0);
}

function block(value: Value, indent: number, depth: number): string {
  if (depth > DEPTH_MAX) throw new EncodeFault("yaml: the value is nested too deep");
  const pad = " ".repeat(indent);
  if (value instanceof List && value.items.length > 0)
    return value.items.map((item) => `${pad}- ${nested(item, indent + 2, depth)}`).join("");
  const entries = entriesOf(value);
  if (entries !== undefined && entries.length > 0)
    return entries.map(([key, item]) => `${pad}${scalar(key, indent)}:${afterKey(item, indent, depth)}`).join("");
  return `${pad}${scalar(value, indent)}\n`;
}

/** What follows a dash: a map begins on the dash's line. */
function nested(item: Value, indent: number, depth: number): string {
  return block(item, indent, depth + 1).slice(indent);
}

function afterKey(item: Value, indent: number, depth: number): string {
  if (item instanceof List && item.items.length > 0) return `\n${block(item, indent, depth + 1)}`;
  const entries = entriesOf(item);
  if (entries !== undefined && entries.length > 0) return `\n${block(item, indent + 2, depth + 1)}`;
  return ` ${scalar(item, indent + 2)}\n`;
}

function entriesOf(value: Value): [Value, Value][] | undefined {
  if (value instanceof GoMap) return sortedEntries(value).sort(([left], [right]) => naturalOrder(left, right));
  if (value instanceof Struct && value.type.encode === undefined)
    return value.type.fields.map((name): [Value, Value] => [name.toLowerCase(), value.values[name]]);
  return undefined;
}

function naturalOrder(left: Value, right: Value): number {
  const rank = (value: Value): number => (typeof value === "string" ? 1 : 0);
  if (rank(left) !== rank(right)) return rank(left) - rank(right);
  if (typeof left !== "string" || typeof right !== "string") return 0;
  const [a, b] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [x, y] = [a[at] as string, b[at] as string];
    if (x === y) continue;
    const areLetters = [x, y].map((character) => /\p{L}/u.test(character));
    if (areLetters[0] !== areLetters[1]) return areLetters[0] ? 1 : -1;
    const numbers = [left, right].map((text) => /^[0-9]+/.exec(Array.from(text).slice(at).join(""))?.[0]);
    if (numbers[0] !== undefined && numbers[1] !== undefined) return Number(numbers[0]) - Number(numbers[1]);
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function scalar(value: Value, indent: number): string {
  if (value == null) return "null";
  if (typeof value === "string") return stringScalar(value, indent);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return floatScalar(value);
  if (value instanceof Int) return String(value.value);
  if (value instanceof JsonNumber) return stringScalar(value.text, indent);
  if (value instanceof List) return "[]";
  if (value instanceof GoMap) return "{}";
  if (value instanceof Struct && value.type.encode !== undefined) return scalar(value.type.encode(value), indent);
  return value instanceof Struct ? "{}" : "null";
}

function floatScalar(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  return formatFloat(value, "g", -1);
}

function stringScalar(text: string, indent: number): string {
  if (typeof plainScalar(text) !== "string" || isBase60(text)) return JSON.stringify(text);
  if (text.includes("\n") && !needsDoubleQuotes(text)) return literal(text, indent);
  if (needsDoubleQuotes(text)) return doubleQuoted(text);
  return canBePlain(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

function isBase60(text: string): boolean {
  return /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
}

function needsDoubleQuotes(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters have no other form
  return /[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\u2028\u2029\ufeff\ud800-\udfff]/.test(
    text.replace(/[\u{10000}-\u{10ffff}]/gu, ""),
  );
}

function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, (_, hex: string) => `\\x${hex.toUpperCase()}`);
}

function canBePlain(text: string): boolean {
  if (/^[-?:](?:\s|$)/.test(text) || /^[,[\]{}#&*!|>'"%@`]/.test(text)) return false;
  return !/^\s|\s$|:\s|:$|\s#|\t/.test(text) && text !== "---" && text !== "..." && !/^(?:---|\.\.\.)\s/.test(text);
}

function literal(text: string, indent: number): string {
  const chomp = text.endsWith("\n\n") || text === "\n" ? "+" : text.endsWith("\n") ? "" : "-";
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const pad = " ".repeat(Math.max(2, indent));
  const lines = text.replace(/\n$/, "").split("\n");
  return `|${hint}${chomp}\n${lines.map((line) => (line === "" ? "" : pad + line)).join("\n")}`;
}
