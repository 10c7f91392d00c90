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

/** Blank nouns, made once each: their values are immutable, so that a copy of the fields is enough. */
const blanks = new WeakMap<Struct, Readonly<Record<string, unknown>>>();

/** A noun with every field at its zero value, then overlaid with `known`. */
export function empty<T>(noun: Struct<T>, known: Partial<T> = {}): T {
  return { ...blankOf(noun), ...known } as T;
}

function blankOf(noun: Struct): Readonly<Record<string, unknown>> {
  const made = blanks.get(noun);
  if (made) return made;
  const blank: Record<string, unknown> = {};
  for (const [name, field] of noun.entries) blank[name] = zeroOf(field);
  blanks.set(noun, blank);
  return blank;
}

type Blank = readonly (readonly [name: string, value: unknown])[];

const blankDrafts = new WeakMap<Struct, Blank>();

function blankDraft(noun: Struct): Blank {
  const known = blankDrafts.get(noun);
  if (known !== undefined) return known;
  const blank = noun.draftEntries.map(
    ([name, field]) => [name, field.draftZero ? zeroOfType(field.type) : null] as const,
  );
  blankDrafts.set(noun, blank);
  return blank;
}

/** A draft in which nothing was written, overlaid with `known`. */
export function emptyDraft<D>(noun: Struct<unknown, D>, known?: Partial<D>): D {
  // A loop, because spreading objects of many shapes is three to eight times slower in V8.
  const value: Record<string, unknown> = {};
  for (const [name, zero] of blankDraft(noun)) value[name] = zero;
  return (known === undefined ? value : Object.assign(value, known)) as D;
}
