/**
 * - `int`: a whole number, exact up to 2^53.
 * - `duration`: nanoseconds, exact up to 2^53 (104 days).
 * - `instant`: milliseconds since 1970 in memory, nanoseconds on the wire (Unix time of the compatible API).
 * - `time`: milliseconds since 1970 in memory, RFC 3339 on the wire; 0 is the year 1 there, "not set".
 * - `any`: opaque JSON; numbers that a double cannot hold stay as their literals.
 */
export type FieldType =
  | { readonly kind: "text" | "bool" | "int" | "float" | "duration" | "instant" | "time" | "bytes" | "any" }
  | { readonly kind: "list" | "map"; readonly of: FieldType }
  | { readonly kind: "ref"; readonly struct: () => Struct; readonly nullable?: boolean };

export interface FieldOptions {
  /** May be absent: `null` in memory and on the wire. Lists and maps always may. */
  readonly nullable?: boolean;
  /** Left out of JSON when it has its zero value. */
  readonly omitEmpty?: boolean;
  /** Never printed: not in logs, diffs, events; written only by a codec call that names its purpose. */
  readonly secret?: boolean;
  /**
   * In a draft (a job as its author wrote it) an absent field is null; with this it is the zero value,
   * as the compatible client's own type has it.
   */
  readonly draftZero?: boolean;
  /** Exists only in drafts: what an author may write and the stored form expresses otherwise. */
  readonly draftOnly?: boolean;
  /** Exists only in the stored form. */
  readonly storedOnly?: boolean;
  /** The wire name in drafts, where the compatible client spells it otherwise. */
  readonly draftName?: string;
  /** Left out of a draft's JSON when it is null. */
  readonly draftOmitEmpty?: boolean;
}

/** `T` is the type in memory, `D` the type in a draft (`never`: not there); both exist for inference only. */
export interface Field<T = unknown, D = unknown> extends FieldOptions {
  /** Stable for ever: the binary form knows fields by it. Never reused. */
  readonly number: number;
  readonly type: FieldType;
  readonly __type?: T;
  readonly __draft?: D;
}

/**
 * A declared noun: `T` is its type in memory, `D` its type as an author wrote it (what was not written is null).
 * Its fields are kept in the order in which the compatible API writes them.
 */
export interface Struct<out T = unknown, out D = unknown> {
  readonly name: string;
  readonly entries: readonly (readonly [name: string, field: Field])[];
  /** The fields of a draft. */
  readonly draftEntries: readonly (readonly [name: string, field: Field])[];
  field(name: string): Field | undefined;
  readonly __type?: T;
  readonly __draft?: D;
}
