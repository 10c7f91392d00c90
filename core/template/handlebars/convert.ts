import { show } from "../format/default.ts";
import { sortedEntries } from "../values/order.ts";
import { Channel, GoMap, Int, int, List, plainText, Struct, type Value } from "../values/value.ts";

/** Under which a converted object keeps the value that it came from. */
const ORIGIN = Symbol("origin");

function hidden<T extends object>(made: T, origin: Value): T {
  Object.defineProperty(made, ORIGIN, { value: origin });
  Object.defineProperty(made, "toString", { value: () => show(origin) });
  return made;
}

/** A value as Handlebars walks it: arrays, objects without a prototype, and plain values. */
export function toHandlebars(value: Value): unknown {
  if (value == null) return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Int)
    return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : String(value.value);
  if (value instanceof List) return hidden(value.items.map(toHandlebars), value);
  if (value instanceof Channel)
    return Array.from({ length: Math.max(0, value.end - value.start) }, (_, index) => value.start + index);
  const made = Object.create(null) as Record<string, unknown>;
  if (value instanceof GoMap) for (const [key, item] of sortedEntries(value)) made[plainText(key)] = toHandlebars(item);
  else if (value instanceof Struct) for (const name of value.type.fields) made[name] = toHandlebars(value.values[name]);
  else return show(value);
  return hidden(made, value);
}

/** What a helper was given, as a value of the function table. A whole number is an int. */
export function fromHandlebars(given: unknown): Value {
  if (given === undefined || given === null || typeof given === "string" || typeof given === "boolean") return given;
  if (typeof given === "number") return Number.isSafeInteger(given) ? int(given) : given;
  if (typeof given !== "object") return undefined;
  if (ORIGIN in given) return given[ORIGIN] as Value;
  if (Array.isArray(given)) return new List(given.map(fromHandlebars));
  return new GoMap(
    undefined,
    Object.entries(given).map(([key, item]) => [key, fromHandlebars(item)] as const),
  );
}
