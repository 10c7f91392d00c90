import { show } from "../format/default.ts";
import type { TemplateFunction } from "../language/function.ts";
import { type Declare, group } from "../functions/define.ts";
import { floatOf } from "../functions/encoding.ts";
import { Int, List, JsonNumber, type Value } from "../values/value.ts";

/** Declares functions of the sprig set, each under `sprig_NAME`. */
export function sprig(title: string, kind: TemplateFunction["kind"] = "pure"): Declare {
  const declare = group(`sprig: ${title}`, kind);
  return (name, params, result, summary, call) => declare(`sprig_${name}`, params, result, summary, call);
}

/** A value as sprig's `toString` gives it; nil is empty where lists of texts are made. */
export function textOf(value: Value): string {
  return show(value);
}

/** The text of each element; elements that are nil are left out. */
export function textsOf(value: Value): string[] {
  if (value == null) return [];
  if (value instanceof List) return value.items.filter((item) => item != null).map(textOf);
  return [textOf(value)];
}

/** Any value as a float: texts are read, booleans count as 0 and 1, what cannot be read as 0. */
export function toFloat(value: Value): number {
  if (typeof value === "number") return value;
  if (value instanceof Int) return Number(value.value);
  if (typeof value === "boolean") return value ? 1 : 0;
  const text = value instanceof JsonNumber ? value.text : value;
  return typeof text === "string" ? (floatOf(text) ?? 0) : 0;
}

/** Any value as an integer of 64 bits, fractions cut. */
export function toBig(value: Value): bigint {
  if (value instanceof Int) return BigInt(value.value);
  if (typeof value === "string" && /^[-+]?\d+$/.test(value)) return BigInt(value.replace(/^\+/, ""));
  const number = toFloat(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n;
}
