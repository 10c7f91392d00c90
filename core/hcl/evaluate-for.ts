import type { Expression, ForExpression } from "./ast.ts";
import type { Evaluation, Scope } from "./scope.ts";
import { boolType, stringType } from "./type.ts";
import { aTypeName, numberValue, sortedEntries, stringValue, tupleValue, unknownValue, type Value } from "./value.ts";

interface LoopNames {
  readonly keyName: string | undefined;
  readonly valueName: string;
}

export function loopScope(names: LoopNames, key: Value, value: Value, outer: Scope): Scope {
  const bound = new Map([[names.valueName, value]]);
  if (names.keyName !== undefined) bound.set(names.keyName, key);
  return outer.with(bound);
}

/** The keys and values of a collection in its order; undefined after a mistake. */
export function itemsOf(
  evaluator: Evaluation,
  collection: Expression,
  scope: Scope,
): readonly (readonly [Value, Value])[] | undefined {
  const value = evaluator.evaluate(collection, scope);
  switch (value.kind) {
    case "unknown":
      return undefined;
    case "list":
    case "tuple":
      return value.items.map((item, index) => [numberValue(index), item]);
    case "set":
      return value.items.map((item) => [item, item]);
    case "map":
    case "object":
      return sortedEntries(value).map(([key, item]) => [stringValue(key), item]);
    default:
      evaluator.fault(
        collection,
        "Iteration over non-iterable value",
        `"for" goes over a list, a set, a tuple, a map or an object; this is ${aTypeName(value)}.`,
      );
      return undefined;
  }
}

export function evaluateFor(evaluator: Evaluation, expression: ForExpression, scope: Scope): Value {
  const items = itemsOf(evaluator, expression.collection, scope);
  if (items === undefined) return unknownValue;
  const result = new ForResult(evaluator, expression);
  for (const [key, value] of items) {
    evaluator.budget.step();
    if (!result.add(loopScope(expression, key, value, scope))) return unknownValue;
  }
  return result.value();
}

class ForResult {
  readonly #evaluator: Evaluation;
  readonly #expression: ForExpression;
  readonly #items: Value[] = [];
  readonly #entries = new Map<string, Value>();
  readonly #groups = new Map<string, Value[]>();

  constructor(evaluator: Evaluation, expression: ForExpression) {
    this.#evaluator = evaluator;
    this.#expression = expression;
  }

  /** False after a mistake, which would only repeat itself for the further items. */
  add(scope: Scope): boolean {
    const passes = this.passes(scope);
    if (passes !== true) return passes === false;
    const { key, value } = this.#expression;
    if (key === undefined) {
      this.#items.push(this.#evaluator.evaluate(value, scope));
      return true;
    }
    const name = this.#evaluator.evaluateAs(key, scope, stringType, "a key");
    const item = this.#evaluator.evaluate(value, scope);
    if (name.kind === "string") return this.put(name.value, item, key);
    if (name.kind === "null") this.#evaluator.fault(key, "Null value as key", "A null value cannot be a key.");
    return false;
  }

  /** Undefined after a mistake. */
  private passes(scope: Scope): boolean | undefined {
    const { condition } = this.#expression;
    if (condition === undefined) return true;
    const value = this.#evaluator.evaluateAs(condition, scope, boolType, "the condition of a for expression");
    if (value.kind === "null") this.#evaluator.fault(condition, "Null condition", "The condition is null.");
    return value.kind === "bool" ? value.value : undefined;
  }

  private put(name: string, item: Value, key: Expression): boolean {
    if (this.#expression.grouped) {
      this.#groups.set(name, [...(this.#groups.get(name) ?? []), item]);
      return true;
    }
    if (this.#entries.has(name)) {
      this.#evaluator.fault(
        key,
        "Duplicate object key",
        `Two items give the key "${name}". With "..." after the value, the items of one key are collected in a list.`,
      );
      return false;
    }
    this.#entries.set(name, item);
    return true;
  }

  value(): Value {
    const { key, grouped } = this.#expression;
    if (key === undefined) return tupleValue(this.#items);
    if (!grouped) return { kind: "object", entries: this.#entries };
    const groups = [...this.#groups].map(([name, items]) => [name, tupleValue(items)] as const);
    return { kind: "object", entries: new Map(groups) };
  }
}
