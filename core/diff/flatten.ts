import type { Field, Struct } from "#core/schema";
import { wireName } from "#core/wire";

/** Texts of a noun's plain fields by their wire names; maps as `Meta[key]`. What was not set is left out. */
export type Flat = ReadonlyMap<string, string>;

const empty: Flat = new Map();

export interface FlattenOptions {
  /** Fields that say nothing to a reader, such as indexes. */
  readonly omitted?: ReadonlySet<string>;
  /** Lists of texts that are shown as one field. */
  readonly joined?: ReadonlySet<string>;
  /** Absent values that are shown as `nil`. */
  readonly shownNil?: ReadonlySet<string>;
}

const plainKinds = new Set(["text", "bool", "int", "float", "duration", "instant", "time"]);

export function flatten(noun: Struct, value: unknown, options: FlattenOptions = {}): Flat {
  if (value === null || value === undefined) return empty;
  const source = value as Readonly<Record<string, unknown>>;
  const flat = new Map<string, string>();
  for (const [name, field] of noun.entries) {
    if (options.omitted?.has(name)) continue;
    const wire = wireName(noun, name, field);
    const item = source[name];
    if (isTextMap(field)) addEntries(flat, wire, item);
    else if (options.joined?.has(name)) addJoined(flat, wire, item);
    else if (plainKinds.has(field.type.kind)) {
      if (item !== null && item !== undefined) flat.set(wire, String(item as string | number | boolean));
      else if (options.shownNil?.has(name)) flat.set(wire, "nil");
    }
  }
  return flat;
}

function isTextMap({ type }: Field): boolean {
  return type.kind === "map" && type.of.kind === "text";
}

function addEntries(flat: Map<string, string>, name: string, value: unknown): void {
  for (const [key, item] of Object.entries((value ?? {}) as object)) flat.set(`${name}[${key}]`, String(item));
}

function addJoined(flat: Map<string, string>, name: string, value: unknown): void {
  const items = (value ?? []) as readonly string[];
  if (items.length > 0) flat.set(name, items.join(","));
}

/** A free-form value such as a driver's configuration: `labels[0][owner]`, `args[1]`. */
export function flattenFree(value: unknown): Flat {
  const flat = new Map<string, string>();
  for (const [key, item] of Object.entries((value ?? {}) as object)) addFree(flat, key, item);
  return flat;
}

function addFree(flat: Map<string, string>, path: string, value: unknown): void {
  if (Array.isArray(value)) value.forEach((item, index) => addFree(flat, `${path}[${index}]`, item));
  else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    for (const [key, item] of Object.entries(value)) addFree(flat, `${path}[${key}]`, item);
  else flat.set(path, value === null ? "nil" : String(value as string | number | boolean));
}
