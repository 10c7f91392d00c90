import { sortedEntries } from "../values/order.ts";
import { Complex, GoMap, Int, JsonNumber, List, Struct, type Value, mapTypeName, typeName } from "../values/value.ts";
import { show } from "./default.ts";
import { formatFloat } from "./float.ts";
import { quote } from "./quote.ts";

/** The value as `%#v` prints it: source of Go. */
export function goSyntax(value: Value, isInside = false): string {
  if (value == null) return isInside ? "interface {}(nil)" : "<nil>";
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return goFloat(value);
  if (value instanceof Int) return value.isUnsigned ? `0x${value.value.toString(16)}` : String(value.value);
  if (value instanceof JsonNumber) return quote(value.text);
  if (value instanceof List) return `${typeName(value)}{${value.items.map((item) => goSyntax(item, true)).join(", ")}}`;
  if (value instanceof GoMap) {
    const pairs = sortedEntries(value).map(([key, item]) => `${goSyntax(key, true)}:${goSyntax(item, true)}`);
    return `${mapTypeName(value.type)}{${pairs.join(", ")}}`;
  }
  if (value instanceof Struct) {
    if (value.type.isPointer && isInside) return `(*${value.type.name})(${show(value, 1)})`;
    const fields = value.type.fields.map((name) => `${name}:${goSyntax(value.values[name], true)}`);
    return `${value.type.isPointer ? "&" : ""}${value.type.name}{${fields.join(", ")}}`;
  }
  return value instanceof Complex ? show(value) : `(${typeName(value)})(${show(value)})`;
}

/** A float of Go's syntax needs an exponent only from 10^21 on. */
function goFloat(value: number): string {
  const magnitude = Math.abs(value);
  const isPlain = magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e21);
  return isPlain && Number.isFinite(value) ? formatFloat(value, "f", -1) : formatFloat(value, "g", -1);
}
