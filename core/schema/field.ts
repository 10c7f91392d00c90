import type { Secret } from "#core/base";
import type { Field, FieldOptions, Struct } from "./declaration.ts";

type Guarded<T, O extends FieldOptions> = O extends { readonly secret: true } ? Secret<T> : T;
type Nullable<T, O extends FieldOptions> = O extends { readonly nullable: true } ? T | null : T;
type DraftOf<T, O extends FieldOptions> = O extends { readonly draftZero: true } ? T : T | null;
type Stored<T, O extends FieldOptions> = O extends { readonly draftOnly: true } ? never : T;
type Drafted<D, O extends FieldOptions> = O extends { readonly storedOnly: true } ? never : D;
type Made<T, D, O extends FieldOptions> = Field<
  Stored<Nullable<Guarded<T, O>, O>, O>,
  Drafted<DraftOf<Guarded<D, O>, O>, O>
>;

function scalar<T>(kind: "text" | "bool" | "int" | "float" | "duration" | "instant" | "time" | "bytes" | "any") {
  return <const O extends FieldOptions>(number: number, options?: O): Made<T, T, O> => ({
    number,
    type: { kind },
    ...options,
  });
}

export const text = scalar<string>("text");
export const bool = scalar<boolean>("bool");
export const int = scalar<number>("int");
export const float = scalar<number>("float");
export const durationNs = scalar<number>("duration");
export const instantMs = scalar<number>("instant");
export const timeMs = scalar<number>("time");
export const bytes = scalar<Uint8Array>("bytes");
export const any = scalar<unknown>("any");

/** What a list or a map holds: a scalar by its constructor, a noun by `ref`, or another list or map. */
type Element<T, D> = (number: number) => Field<T, D>;

/** A list; null (Go's nil) is told apart from empty, as the compatible API does. */
export function list<T, D, const O extends FieldOptions>(
  number: number,
  of: Element<T, D>,
  options?: O,
): Field<Stored<readonly T[] | null, O>, Drafted<readonly NonNullable<D>[] | null, O>> {
  return { number, type: { kind: "list", of: of(0).type }, ...options };
}

/** A map with text keys, written in key order. */
export function map<T, D, const O extends FieldOptions>(
  number: number,
  of: Element<T, D>,
  options?: O,
): Field<Stored<Readonly<Record<string, T>> | null, O>, Drafted<Readonly<Record<string, NonNullable<D>>> | null, O>> {
  return { number, type: { kind: "map", of: of(0).type }, ...options };
}

/** Another noun, embedded: `ref(3, () => Constraint)`; the thunk lets nouns of two files name each other. */
export function ref<T, D, const O extends FieldOptions>(
  number: number,
  target: () => Struct<T, D>,
  options?: O,
): Made<T, D, O> {
  return { number, type: { kind: "ref", struct: target }, ...options };
}

/** The element constructor for a list or map of nouns. */
ref.of =
  <T, D>(target: () => Struct<T, D>): Element<T, D> =>
  (number) => ({ number, type: { kind: "ref", struct: target } });

/** The same for a noun that may be null there. */
ref.ofNullable =
  <T, D>(target: () => Struct<T, D>): Element<T | null, D> =>
  (number) => ({ number, type: { kind: "ref", struct: target, nullable: true } });

/** The element constructor for a list inside a list or map. */
list.of =
  <T, D>(of: Element<T, D>): Element<readonly T[], readonly NonNullable<D>[]> =>
  (number) =>
    list(number, of) as unknown as Field<readonly T[], readonly NonNullable<D>[]>;

/** The element constructor for a map inside a list or map. */
map.of =
  <T, D>(of: Element<T, D>): Element<Readonly<Record<string, T>>, Readonly<Record<string, NonNullable<D>>>> =>
  (number) =>
    map(number, of) as unknown as Field<Readonly<Record<string, T>>, Readonly<Record<string, NonNullable<D>>>>;
