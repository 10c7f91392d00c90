import { sortedEntries } from "../values/order.ts";
import {
  ANY,
  GoMap,
  Int,
  JsonNumber,
  List,
  NilPointer,
  Struct,
  type Value,
  typeName,
  plainText,
} from "../values/value.ts";
import { formatFloat } from "./float.ts";

export class EncodeFault extends Error {}

const DEPTH_MAX = 200;

export interface JsonStyle {
  readonly escapesHtml: boolean;
  /** Text of one level of indentation; empty for one line. */
  readonly indent: string;
}

/** JSON as Go's encoder writes it: keys in order, `<`, `>` and `&` escaped when asked. */
export function writeJson(value: Value, style: JsonStyle): string {
  return write(value, style, 0);
}

function write(value: Value, style: JsonStyle, depth: number): string {
  if (depth > DEPTH_MAX) throw new EncodeFault("json: the value is nested too deep");
  if (value == null) return "null";
  if (typeof value === "string") return writeString(value, style.escapesHtml);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return writeFloat(value);
  if (value instanceof Int) return String(value.value);
  if (value instanceof JsonNumber) return value.text === "" ? "0" : value.text;
  if (value instanceof List) {
    const items = value.items.map((item) => write(item, style, depth + 1));
    return enclosed("[", items, "]", style, depth);
  }
  if (value instanceof GoMap) return writeMap(value, style, depth);
  if (value instanceof Struct) return writeStruct(value, style, depth);
  if (value instanceof NilPointer) return "null";
  throw new EncodeFault(`json: unsupported type: ${typeName(value)}`);
}

function writeMap(value: GoMap, style: JsonStyle, depth: number): string {
  if (value.type.key === ANY) throw new EncodeFault(`json: unsupported type: ${typeName(value)}`);
  const pairs = sortedEntries(value).map(([key, item]) => pair(plainText(key), item, style, depth));
  return enclosed("{", pairs, "}", style, depth);
}

function writeStruct(value: Struct, style: JsonStyle, depth: number): string {
  if (value.type.encode !== undefined) return write(value.type.encode(value), style, depth);
  const pairs = value.type.fields.map((name) => pair(name, value.values[name], style, depth));
  return enclosed("{", pairs, "}", style, depth);
}

function pair(name: string, value: Value, style: JsonStyle, depth: number): string {
  const colon = style.indent === "" ? ":" : ": ";
  return `${writeString(name, style.escapesHtml)}${colon}${write(value, style, depth + 1)}`;
}

function enclosed(open: string, parts: readonly string[], close: string, style: JsonStyle, depth: number): string {
  if (parts.length === 0 || style.indent === "") return open + parts.join(",") + close;
  const inner = `\n${style.indent.repeat(depth + 1)}`;
  return `${open}${inner}${parts.join(`,${inner}`)}\n${style.indent.repeat(depth)}${close}`;
}

export function writeString(text: string, escapesHtml: boolean): string {
  let quoted = JSON.stringify(text.replace(/[\uDC80-\uDCFF](?<![\uD800-\uDBFF].)/g, "\ufffd"));
  quoted = quoted.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  if (!escapesHtml) return quoted;
  return quoted.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");
}

export function writeFloat(value: number): string {
  if (!Number.isFinite(value)) throw new EncodeFault(`json: unsupported value: ${formatFloat(value, "g", -1)}`);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-6 || magnitude >= 1e21))
    return formatFloat(value, "e", -1).replace(/e([-+])0(\d)$/, "e$1$2");
  return formatFloat(value, "f", -1);
}
