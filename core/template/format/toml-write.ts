import { ANY, GoMap, Int, JsonNumber, List, Struct, type Value, plainText } from "../values/value.ts";
import { sortedEntries } from "../values/order.ts";
import { formatFloat } from "./float.ts";
import { EncodeFault, writeString } from "./json-write.ts";

const DEPTH_MAX = 100;

/** TOML as the library writes it: plain keys first, then tables, each level two spaces in. */
export function writeToml(value: Value): string {
  const writer = new TomlWriter();
  if (value instanceof GoMap) writer.table([], value);
  else writer.out += inline(value);
  return writer.out;
}

function isTable(value: Value): value is GoMap {
  return value instanceof GoMap;
}

function isTableList(value: Value): value is List {
  return value instanceof List && value.items.length > 0 && value.items.every(isTable);
}

class TomlWriter {
  out = "";

  #newline(): void {
    if (this.out !== "") this.out += "\n";
  }

  table(path: readonly string[], map: GoMap): void {
    if (path.length > DEPTH_MAX) throw new EncodeFault("toml: the value is nested too deep");
    if (map.type.key === ANY) throw new EncodeFault("toml: cannot encode a map with non-string key type");
    const indent = "  ".repeat(path.length);
    const entries = sortedEntries(map).filter(([, value]) => value != null);
    for (const [key, value] of entries) {
      if (isTable(value) || isTableList(value)) continue;
      this.out += `${indent}${keyText(plainText(key))} = ${inline(value)}\n`;
    }
    for (const [key, value] of entries) {
      const inner = [...path, plainText(key)];
      if (isTable(value)) this.#subTable(inner, value);
      else if (isTableList(value)) this.#tableList(inner, value);
    }
  }

  #subTable(path: readonly string[], map: GoMap): void {
    if (path.length === 1) this.#newline();
    this.out += `${"  ".repeat(path.length - 1)}[${path.map(keyText).join(".")}]\n`;
    this.table(path, map);
  }

  #tableList(path: readonly string[], list: List): void {
    for (const item of list.items) {
      this.#newline();
      this.out += `${"  ".repeat(path.length - 1)}[[${path.map(keyText).join(".")}]]\n`;
      this.table(path, item as GoMap);
    }
  }
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : writeString(key, false);
}

function inline(value: Value): string {
  if (typeof value === "string") return writeString(value, false);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    const text = formatFloat(value, "f", -1);
    return text.includes(".") || !Number.isFinite(value) ? text : `${text}.0`;
  }
  if (value instanceof Int) return String(value.value);
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof List) return `[${value.items.map(inline).join(", ")}]`;
  if (value instanceof GoMap) {
    const pairs = sortedEntries(value).map(([key, item]) => `${keyText(plainText(key))} = ${inline(item)}`);
    return `{${pairs.join(", ")}}`;
  }
  if (value instanceof Struct && value.type.encode !== undefined) return inline(value.type.encode(value));
  if (value == null) throw new EncodeFault("toml: cannot encode a nil value");
  throw new EncodeFault("toml: unsupported type");
}
