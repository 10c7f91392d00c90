import { formatDuration } from "#core/values";
import { sortedEntries } from "../values/order.ts";
import { Channel, Complex, GoMap, Int, JsonNumber, List, NilPointer, Struct, type Value } from "../values/value.ts";
import { formatFloat, showFloat } from "./float.ts";

const DEPTH_MAX = 200;
/** What stands for the address of a pointer, which no two runs share. */
const POINTER = "0xc000000000";

/** An absent item of a variable prints as nothing. */
const VARIABLE_ITEM = "*dependency.NomadVarItem";

export const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
export const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

export function showInt(value: Int): string {
  if (value.type === "time.Duration") return formatDuration(Number(value.value));
  if (value.type === "time.Month") return months[Number(value.value) - 1] ?? `%!Month(${value.value})`;
  if (value.type === "time.Weekday") return weekdays[Number(value.value)] ?? `%!Weekday(${value.value})`;
  return String(value.value);
}

/** The value as `%v` prints it, and as a template prints it unless it has none. */
export function show(value: Value, depth = 0): string {
  if (typeof value === "string") return value;
  if (value == null) return "<nil>";
  if (typeof value === "number") return showFloat(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value instanceof Int) return showInt(value);
  if (depth > DEPTH_MAX) return "...";
  if (value instanceof List) return `[${value.items.map((item) => show(item, depth + 1)).join(" ")}]`;
  if (value instanceof GoMap) {
    const pairs = sortedEntries(value).map(([key, item]) => `${show(key, depth + 1)}:${show(item, depth + 1)}`);
    return `map[${pairs.join(" ")}]`;
  }
  if (value instanceof Struct) return showStruct(value, depth);
  return showRare(value);
}

function showStruct(value: Struct, depth: number): string {
  if (value.type.show !== undefined) return value.type.show(value);
  if (value.type.isPointer && depth > 0) return POINTER;
  const fields = value.type.fields.map((name) => show(value.values[name], depth + 1));
  return `${value.type.isPointer ? "&" : ""}{${fields.join(" ")}}`;
}

function showRare(value: JsonNumber | Complex | NilPointer | Channel): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Complex) return showComplex(value);
  if (value instanceof NilPointer && value.type === VARIABLE_ITEM) return "";
  if (value instanceof NilPointer)
    return value.type.startsWith("[]") ? "[]" : value.type.startsWith("map[") ? "map[]" : "<nil>";
  return POINTER;
}

function showComplex({ real, imaginary }: Complex): string {
  const text = formatFloat(imaginary, "g", -1);
  return `(${formatFloat(real, "g", -1)}${/^[-+]/.test(text) ? text : `+${text}`}i)`;
}

/** What an action prints: a pointer's struct rather than its address, and `<no value>` for none. */
export function showForOutput(value: Value): string {
  if (typeof value === "string") return value;
  if (value == null) return "<no value>";
  if (value instanceof Struct && value.type.isPointer && value.type.show === undefined)
    return showStruct(value, 0).slice(1);
  return show(value);
}

function isText(value: Value): boolean {
  return typeof value === "string" || value instanceof JsonNumber;
}

/** Go's Sprint: a space between two operands when neither is a string. */
export function sprint(values: readonly Value[]): string {
  let text = "";
  values.forEach((value, index) => {
    const isSpaced = index > 0 && !isText(value) && !isText(values[index - 1]);
    text += (isSpaced ? " " : "") + show(value);
  });
  return text;
}
