import type { Value } from "../values/value.ts";
import type { Session } from "../engine/session.ts";

/**
 * What a parameter takes, in Go's names. `any` is `interface {}`; `value` is a built-in's argument as it stands,
 * which may be no value at all.
 */
export type Param =
  | "any"
  | "value"
  | "string"
  | "int"
  | "int64"
  | "float64"
  | "bool"
  | "[]string"
  | "[]interface {}"
  | "map[string]interface {}";

export type Dialect = "go" | "handlebars";

/** A function of the template language, declared once: types, dialects, documentation and completion come from it. */
export interface TemplateFunction {
  readonly name: string;
  /** Where the documentation lists it. */
  readonly group: string;
  readonly params: readonly Param[];
  /** The type of further arguments. */
  readonly variadic?: Param;
  readonly result: string;
  readonly summary: string;
  /** `data` asks the snapshot and may leave a dependency; `local` has an effect on the pass; `pure` neither. */
  readonly kind: "pure" | "local" | "data";
  readonly dialects: readonly Dialect[];
  /** An agent denies it unless its configuration says otherwise. */
  readonly isDeniedByDefault: boolean;
  readonly call: (args: readonly Value[], session: Session) => Value;
}
