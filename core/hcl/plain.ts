import { ExactNumber } from "#core/base";
import { formatNumber, type HclNumber, isInteger, toBigInt, toFloat64 } from "./number.ts";
import { sortedEntries, type Value } from "./value.ts";

/** A value as plain data. Integers that a number cannot hold keep their digits; keys are in order. */
export type Plain =
  | string
  | number
  | ExactNumber
  | boolean
  | null
  | readonly Plain[]
  | { readonly [name: string]: Plain };

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Integers of 64 bits stay exact; anything beyond becomes the nearest float. */
export function plainNumber(value: HclNumber): number | ExactNumber {
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (!isInteger(value)) return toFloat64(value);
  const whole = toBigInt(value);
  return whole >= INT64_MIN && whole <= INT64_MAX ? new ExactNumber(formatNumber(value)) : toFloat64(value);
}

/** Unknown values, which stand for mistakes already reported, become null. */
export function plainValue(value: Value): Plain {
  switch (value.kind) {
    case "string":
    case "bool":
      return value.value;
    case "number":
      return plainNumber(value.value);
    case "null":
    case "unknown":
      return null;
    case "list":
    case "set":
    case "tuple":
      return value.items.map(plainValue);
    default: {
      const entries = sortedEntries(value).map(([key, item]) => [key, plainValue(item)] as const);
      return Object.fromEntries(entries);
    }
  }
}
