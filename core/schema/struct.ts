import { assert } from "#core/base";
import type { Field, Struct } from "./declaration.ts";

export type StructFields = Readonly<Record<string, Field>>;

type TypeOf<X> = X extends Field<infer T> ? T : never;
type DraftTypeOf<X> = X extends Field<unknown, infer D> ? D : never;

/** The type in memory of a noun with these fields; each noun names it by an interface of its own. */
export type InferFields<F extends StructFields> = {
  readonly [K in keyof F as [TypeOf<F[K]>] extends [never] ? never : K]: TypeOf<F[K]>;
};

/** The type of a draft of a noun with these fields. */
export type DraftFields<F extends StructFields> = {
  readonly [K in keyof F as [DraftTypeOf<F[K]>] extends [never] ? never : K]: DraftTypeOf<F[K]>;
};

/** Declares a noun; asserts that its field numbers are positive and distinct. */
export function struct<const F extends StructFields>(name: string, fields: F): Struct<InferFields<F>, DraftFields<F>> {
  const entries = Object.entries(fields);
  const numbers = new Set(entries.map(([, field]) => field.number));
  assert(numbers.size === entries.length, () => `${name}: two fields share a number`);
  for (const number of numbers) assert(Number.isInteger(number) && number > 0, () => `${name}: field number ${number}`);
  const byName = new Map(entries);
  return {
    name,
    entries: entries.filter(([, field]) => !field.draftOnly),
    draftEntries: entries.filter(([, field]) => !field.storedOnly),
    field: (wanted) => byName.get(wanted),
  };
}
