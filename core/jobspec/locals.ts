import {
  type Attribute,
  attributesOf,
  type BodyContent,
  type Evaluator,
  objectValue,
  referencesIn,
  type Scope,
  unknownValue,
  type Value,
} from "#core/hcl";
import { stepName } from "./variables.ts";

/**
 * Computes all locals, each after those that it refers to; of a name given twice the last one counts. One that refers to
 * `local` as a whole sees what has been computed before it, and is computed after all that do not.
 */
export function resolveLocals(root: BodyContent, evaluator: Evaluator, scope: Scope): ReadonlyMap<string, Value> {
  const written = new Map<string, Attribute>();
  for (const block of root.blocks)
    if (block.type === "locals")
      for (const [name, attribute] of attributesOf(block.body, evaluator)) written.set(name, attribute);
  const values = new Map<string, Value>();
  const order = new LocalOrder(written);
  const live = scope.with(new Map([["local", objectValue(values)]]));
  for (const name of order.single) values.set(name, evaluated(written, name, evaluator, live));
  for (const name of order.whole) {
    const snapshot = scope.with(new Map([["local", objectValue(new Map(values))]]));
    values.set(name, evaluated(written, name, evaluator, snapshot));
  }
  for (const name of order.circular) {
    reportCircle(name, written, order, evaluator);
    values.set(name, unknownValue);
  }
  return values;
}

function evaluated(written: ReadonlyMap<string, Attribute>, name: string, evaluator: Evaluator, scope: Scope): Value {
  const attribute = written.get(name);
  return attribute === undefined ? unknownValue : evaluator.evaluate(attribute.expression, scope);
}

/** Sorts locals by what they need (A. Kahn, "Topological sorting of large networks"). */
class LocalOrder {
  readonly single: string[] = [];
  readonly whole: string[] = [];
  readonly circular: string[] = [];
  readonly needs = new Map<string, ReadonlySet<string>>();

  constructor(written: ReadonlyMap<string, Attribute>) {
    const users = new Map<string, string[]>();
    for (const [name, { expression }] of written) {
      const references = referencesIn(expression).filter((reference) => reference.root === "local");
      if (references.some((reference) => stepName(reference) === undefined)) this.whole.push(name);
      const names = references.map((reference) => stepName(reference) ?? "").filter((other) => written.has(other));
      this.needs.set(name, new Set(names));
      for (const other of this.needs.get(name) ?? []) append(users, other, name);
    }
    this.setWholeAside(users);
    this.sort(users);
  }

  /** What needs one of those that see everything comes after it too. */
  private setWholeAside(users: ReadonlyMap<string, readonly string[]>): void {
    const seen = new Set(this.whole);
    for (let at = 0; at < this.whole.length; at++)
      for (const user of users.get(this.whole[at] ?? "") ?? []) {
        if (!seen.has(user)) this.whole.push(user);
        seen.add(user);
      }
    for (const name of this.whole) this.needs.delete(name);
  }

  private sort(users: ReadonlyMap<string, readonly string[]>): void {
    const open = new Map([...this.needs].map(([name, needs]) => [name, needs.size] as const));
    const ready = [...open].filter(([, count]) => count === 0).map(([name]) => name);
    for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
      this.single.push(name);
      open.delete(name);
      for (const user of users.get(name) ?? []) {
        const left = (open.get(user) ?? 0) - 1;
        open.set(user, left);
        if (left === 0) ready.push(user);
      }
    }
    this.circular.push(...open.keys());
  }
}

function append(lists: Map<string, string[]>, name: string, item: string): void {
  const known = lists.get(name);
  if (known === undefined) lists.set(name, [item]);
  else known.push(item);
}

function reportCircle(
  name: string,
  written: ReadonlyMap<string, Attribute>,
  order: LocalOrder,
  evaluator: Evaluator,
): void {
  const attribute = written.get(name);
  if (attribute === undefined) return;
  const needs = [...(order.needs.get(name) ?? [])].map((other) => `local.${other}`);
  const detail = `local.${name} needs ${needs.join(" and ")}, and so in the end itself. Locals may not refer to each other in a circle.`;
  evaluator.fault(attribute.expression, "Circular reference", detail);
}
