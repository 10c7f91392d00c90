import {
  type Attribute,
  attributesOf,
  type BodyContent,
  type Evaluator,
  objectValue,
  referencesIn,
  type Scope,
  type Value,
} from "#core/hcl";
import { stepName } from "./variables.ts";

/** Computes all locals, each after those that it refers to; of a name given twice the last one counts. */
export function resolveLocals(root: BodyContent, evaluator: Evaluator, scope: Scope): ReadonlyMap<string, Value> {
  const waiting = new Map<string, Attribute>();
  for (const block of root.blocks)
    if (block.type === "locals")
      for (const [name, attribute] of attributesOf(block.body, evaluator)) waiting.set(name, attribute);
  const values = new Map<string, Value>();
  for (let ready = nextReady(waiting); ready.length > 0; ready = nextReady(waiting)) {
    const inner = scope.with(new Map([["local", objectValue(values)]]));
    for (const [name, attribute] of ready) {
      values.set(name, evaluator.evaluate(attribute.expression, inner));
      waiting.delete(name);
    }
  }
  reportCycles(waiting, evaluator);
  for (const name of waiting.keys()) values.set(name, { kind: "unknown", type: { kind: "dynamic" } });
  return values;
}

/** Those that refer to no other that is still waiting. */
function nextReady(waiting: ReadonlyMap<string, Attribute>): [string, Attribute][] {
  return [...waiting].filter(([, attribute]) => dependencies(attribute, waiting).length === 0);
}

function dependencies({ expression }: Attribute, waiting: ReadonlyMap<string, Attribute>): string[] {
  return referencesIn(expression).flatMap((reference) => {
    const name = reference.root === "local" ? stepName(reference) : undefined;
    return name !== undefined && waiting.has(name) ? [name] : [];
  });
}

function reportCycles(waiting: ReadonlyMap<string, Attribute>, evaluator: Evaluator): void {
  for (const [name, attribute] of waiting) {
    const needs = dependencies(attribute, waiting).map((other) => `local.${other}`);
    const detail = `local.${name} needs ${needs.join(" and ")}, and so in the end itself. Locals may not refer to each other in a circle.`;
    evaluator.fault(attribute.expression, "Circular reference", detail);
  }
}
