import { Secret } from "#core/base";
import type { Field, FieldType, Struct } from "./declaration.ts";

/** What a field holds before anything was said about it. */
export function zeroOf(field: Field): unknown {
  if (field.nullable) return null;
  const zero = zeroOfType(field.type);
  return field.secret ? new Secret(zero) : zero;
}

function zeroOfType(type: FieldType): unknown {
  switch (type.kind) {
    case "text":
      return "";
    case "bool":
      return false;
    case "int":
    case "float":
    case "duration":
    case "instant":
    case "time":
      return 0;
    case "bytes":
      return new Uint8Array(0);
    case "any":
    case "list":
    case "map":
      return null;
    case "ref":
      return empty(type.struct());
  }
}

/** A noun with every field at its zero value, then overlaid with `known`. */
export function empty<T>(noun: Struct<T>, known: Partial<T> = {}): T {
  const value: Record<string, unknown> = {};
  for (const [name, field] of noun.entries) value[name] = zeroOf(field);
  return Object.assign(value, known) as T;
}

const blankDrafts = new WeakMap<Struct, Readonly<Record<string, unknown>>>();

function blankDraft(noun: Struct): Readonly<Record<string, unknown>> {
  const known = blankDrafts.get(noun);
  if (known !== undefined) return known;
  const value: Record<string, unknown> = {};
  for (const [name, field] of noun.draftEntries) value[name] = field.draftZero ? zeroOfType(field.type) : null;
  blankDrafts.set(noun, value);
  return value;
}

/** A draft in which nothing was written, overlaid with `known`. */
export function emptyDraft<D>(noun: Struct<unknown, D>, known?: Partial<D>): D {
  return (known === undefined ? { ...blankDraft(noun) } : { ...blankDraft(noun), ...known }) as D;
}
