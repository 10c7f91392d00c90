import type { Value } from "../values/value.ts";
import type { Dependency } from "./dependency.ts";

/**
 * What a source answered: a value, that there is none (a key that does not exist), or that it refused.
 * `secrets` are texts that no error may repeat.
 */
export type Answer =
  | { readonly kind: "value"; readonly value: Value; readonly secrets?: readonly string[] }
  | { readonly kind: "absent" }
  | { readonly kind: "error"; readonly message: string };

/** The values known so far. The same snapshot and template always give the same outcome. */
export interface Snapshot {
  readonly answerTo: (dependency: Dependency) => Answer | undefined;
}

export const emptySnapshot: Snapshot = { answerTo: () => undefined };

/** A snapshot of the answers that have come in, by the dependency's name. */
export function snapshotOf(answers: ReadonlyMap<string, Answer>): Snapshot {
  return { answerTo: (dependency) => answers.get(dependency.name) };
}
