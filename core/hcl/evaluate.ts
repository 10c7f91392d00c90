import { unreachable } from "#core/base";
import type {
  Binary,
  Conditional,
  Expression,
  Index,
  ObjectExpression,
  Splat,
  SplatStep,
  Step,
  Template,
  Traversal,
  Unary,
} from "./ast.ts";
import { Budget } from "./budget.ts";
import { ConversionFault, convert, convertToCommon } from "./convert.ts";
import { Diagnostics } from "./diagnostic.ts";
import { evaluateCall } from "./evaluate-call.ts";
import { evaluateFor } from "./evaluate-for.ts";
import { evaluateTemplate } from "./evaluate-template.ts";
import { isInteger, negate, toFloat64 } from "./number.ts";
import { applyBinary, OperandFault } from "./operators.ts";
import type { Evaluation, FunctionTable, Scope } from "./scope.ts";
import type { Source, Span } from "./source.ts";
import { boolType, numberType, stringType, type Type } from "./type.ts";
import {
  aTypeName,
  boolValue,
  numberValue,
  stringValue,
  tupleValue,
  typeOf,
  unknownValue,
  type Value,
} from "./value.ts";

const FAULT_STEPS = 40;

export interface EvaluatorOptions {
  readonly functions?: FunctionTable;
  readonly diagnostics?: Diagnostics;
  readonly budget?: Budget;
  /** A reference whose first name is not in scope becomes the text `${reference}`, for somebody later to resolve. */
  readonly keepsUnknownReferences?: boolean;
}

/**
 * Computes values. A mistake is added to the diagnostics and gives an unknown value, with which everything that uses
 * it is unknown too: so all independent mistakes are found, and each is told once. Throws only BudgetFault.
 */
export class Evaluator implements Evaluation {
  readonly source: Source;
  readonly functions: FunctionTable;
  readonly budget: Budget;
  readonly keepsUnknownReferences: boolean;
  diagnostics: Diagnostics;

  constructor(source: Source, options: EvaluatorOptions = {}) {
    this.source = source;
    this.functions = options.functions ?? new Map();
    this.diagnostics = options.diagnostics ?? new Diagnostics(source);
    this.budget = options.budget ?? new Budget(source.text.length);
    this.keepsUnknownReferences = options.keepsUnknownReferences ?? false;
  }

  fault(span: Span, summary: string, detail: string, names?: { unknown: string; expected: string[] }): Value {
    // A mistake costs far more than a step: an exception, perhaps a search for the nearest name.
    this.budget.step(FAULT_STEPS);
    this.diagnostics.add(span, summary, detail, names ?? {});
    return unknownValue;
  }

  /** Runs with a fresh list of diagnostics, which is thrown away; undefined when there were errors. */
  attempt(expression: Expression, scope: Scope): Value | undefined {
    const outer = this.diagnostics;
    this.diagnostics = new Diagnostics(this.source);
    const value = this.evaluate(expression, scope);
    const failed = this.diagnostics.hasErrors;
    this.diagnostics = outer;
    return failed ? undefined : value;
  }

  evaluate(expression: Expression, scope: Scope): Value {
    this.budget.enter(this.source, expression);
    const value = this.computed(expression, scope);
    // Weighed when made, so that its parts are known when it becomes a part.
    if ("items" in value || "entries" in value) this.budget.weigh(value);
    return value;
  }

  private computed(expression: Expression, scope: Scope): Value {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "template":
        return this.template(expression, scope);
      case "traversal":
        return this.traversal(expression, scope);
      case "relative":
        return this.steps(this.evaluate(expression.source, scope), expression.steps);
      case "index":
        return this.index(this.evaluate(expression.collection, scope), expression, scope);
      case "splat":
        return this.splat(expression, this.evaluate(expression.source, scope), scope);
      case "call":
        return evaluateCall(this, expression, scope);
      case "unary":
        return this.unary(expression, scope);
      case "binary":
        return this.binary(expression, scope);
      case "conditional":
        return this.conditional(expression, scope);
      case "tuple":
        return tupleValue(expression.items.map((item) => this.evaluate(item, scope)));
      case "object":
        return this.object(expression, scope);
      case "for":
        return evaluateFor(this, expression, scope);
      case "parentheses":
        return this.evaluate(expression.inner, scope);
      default:
        return unreachable(expression, "expression");
    }
  }

  /** Evaluates and converts; what does not fit is reported as `what`. */
  evaluateAs(expression: Expression, scope: Scope, type: Type, what: string): Value {
    const value = this.evaluate(expression, scope);
    this.budget.walk(value);
    try {
      return convert(value, type);
    } catch (error) {
      if (error instanceof ConversionFault)
        return this.fault(expression, "Unsuitable value type", `Unsuitable value for ${what}: ${error.message}.`);
      throw error;
    }
  }

  private template(template: Template, scope: Scope): Value {
    return evaluateTemplate(this, template, scope);
  }

  private traversal(traversal: Traversal, scope: Scope): Value {
    const root = scope.find(traversal.root);
    if (root !== undefined) return this.steps(root, traversal.steps);
    if (this.keepsUnknownReferences) return stringValue(`\${${traversal.verbatim ?? this.source.slice(traversal)}}`);
    const known = scope.names();
    if (known.length === 0)
      return this.fault(traversal, "Variables not allowed", "Variables may not be used here; give a constant value.");
    return this.fault(traversal.rootSpan, "Unknown variable", `There is no variable named "${traversal.root}".`, {
      unknown: traversal.root,
      expected: known,
    });
  }

  steps(start: Value, steps: readonly Step[]): Value {
    let value = start;
    for (const step of steps) {
      this.budget.step();
      value = step.kind === "attribute" ? this.attribute(value, step) : this.element(value, step.key, step);
    }
    return value;
  }

  private attribute(value: Value, step: Step): Value {
    const name = step.key.kind === "string" ? step.key.value : "";
    if (value.kind === "unknown") return value;
    if (value.kind === "null")
      return this.fault(step, "Attempt to get attribute from null value", "This value is null; it has no attributes.");
    if (value.kind !== "object" && value.kind !== "map")
      return this.fault(step, "Unsupported attribute", `${aTypeName(value)} has no attributes.`);
    const found = value.entries.get(name);
    if (found !== undefined) return found;
    const what = value.kind === "object" ? "This object has no attribute" : "This map has no element";
    return this.fault(step, "Unsupported attribute", `${what} named "${name}".`, {
      unknown: name,
      expected: [...value.entries.keys()],
    });
  }

  private index(collection: Value, index: Index, scope: Scope): Value {
    return this.element(collection, this.evaluate(index.key, scope), index);
  }

  element(collection: Value, key: Value, span: Span): Value {
    if (collection.kind === "unknown" || key.kind === "unknown") return unknownValue;
    if (collection.kind === "null")
      return this.fault(span, "Attempt to index null value", "This value is null; it has no elements.");
    if (key.kind === "null") return this.fault(span, "Invalid index", "A null value cannot be used as an index.");
    if (collection.kind === "list" || collection.kind === "tuple") return this.item(collection.items, key, span);
    if (collection.kind === "map" || collection.kind === "object") return this.entry(collection, key, span);
    const hint = collection.kind === "set" ? " A set has no order: convert it with a for expression first." : "";
    return this.fault(span, "Invalid index", `${aTypeName(collection)} has no elements to index.${hint}`);
  }

  private item(items: readonly Value[], key: Value, span: Span): Value {
    const position = this.keyAs(key, numberType, span);
    if (position === undefined) return unknownValue;
    const at = position.kind === "number" && isInteger(position.value) ? toFloat64(position.value) : -1;
    const found = items[at];
    if (found !== undefined) return found;
    const detail =
      items.length === 0
        ? "The collection is empty."
        : `The index must be a whole number from 0 to ${items.length - 1}.`;
    return this.fault(span, "Invalid index", detail);
  }

  private entry(collection: { readonly entries: ReadonlyMap<string, Value> }, key: Value, span: Span): Value {
    const name = this.keyAs(key, stringType, span);
    if (name === undefined || name.kind !== "string") return unknownValue;
    const found = collection.entries.get(name.value);
    return (
      found ??
      this.fault(span, "Invalid index", `There is no element with the key "${name.value}".`, {
        unknown: name.value,
        expected: [...collection.entries.keys()],
      })
    );
  }

  private keyAs(key: Value, type: Type, span: Span): Value | undefined {
    try {
      return convert(key, type);
    } catch (error) {
      if (!(error instanceof ConversionFault)) throw error;
      this.fault(span, "Invalid index", `The index does not fit this collection: ${error.message}.`);
      return undefined;
    }
  }

  /** A single value counts as a list of one, null as an empty list. */
  private splat(splat: Splat, source: Value, scope: Scope): Value {
    if (source.kind === "unknown") return source;
    if (source.kind === "null") return tupleValue([]);
    const items = source.kind === "list" || source.kind === "set" || source.kind === "tuple" ? source.items : [source];
    const results = items.map((item) => {
      let value = item;
      for (const step of splat.steps) value = this.splatStep(value, step, scope);
      return value;
    });
    if (source.kind !== "list" && source.kind !== "set") return tupleValue(results);
    for (const result of results) this.budget.walk(result);
    const common = convertToCommon(results);
    const [first] = common ?? [];
    if (common === undefined || first === undefined) return tupleValue(results);
    return { kind: "list", element: typeOf(first), items: common };
  }

  private splatStep(value: Value, step: SplatStep, scope: Scope): Value {
    if ("collection" in step) return this.index(value, step, scope);
    return step.kind === "splat" ? this.splat(step, value, scope) : this.steps(value, [step]);
  }

  private unary(unary: Unary, scope: Scope): Value {
    const type = unary.operator === "!" ? boolType : numberType;
    const value = this.evaluateAs(unary.operand, scope, type, `the operand of "${unary.operator}"`);
    if (value.kind === "null")
      return this.fault(unary.operand, "Invalid operand", `The operand of "${unary.operator}" is null.`);
    if (value.kind === "bool") return boolValue(!value.value);
    return value.kind === "number" ? numberValue(negate(value.value)) : unknownValue;
  }

  /** Long chains such as `a + b + c + …` lean to the left; they are walked without recursion. */
  private binary(expression: Binary, scope: Scope): Value {
    const spine: Binary[] = [];
    let left: Expression = expression;
    for (; left.kind === "binary"; left = left.left) spine.push(left);
    let value = this.evaluate(left, scope);
    for (let node = spine.pop(); node !== undefined; node = spine.pop())
      value = this.applied(node, value, this.evaluate(node.right, scope));
    return value;
  }

  private applied(node: Binary, left: Value, right: Value): Value {
    this.budget.walk(left);
    this.budget.walk(right);
    try {
      return applyBinary(node.operator, left, right);
    } catch (error) {
      if (!(error instanceof OperandFault)) throw error;
      return this.fault(error.side === "left" ? node.left : node.right, "Invalid operand", error.message);
    }
  }

  private conditional(expression: Conditional, scope: Scope): Value {
    const condition = this.evaluateAs(expression.condition, scope, boolType, "the condition");
    if (condition.kind === "null") return this.fault(expression.condition, "Null condition", "The condition is null.");
    const chosen = condition.kind === "bool" && !condition.value ? expression.whenFalse : expression.whenTrue;
    const other = chosen === expression.whenTrue ? expression.whenFalse : expression.whenTrue;
    const value = this.evaluate(chosen, scope);
    const unchosen = this.attempt(other, scope);
    if (condition.kind !== "bool") return unknownValue;
    if (unchosen === undefined) return value;
    this.budget.walk(value);
    this.budget.walk(unchosen);
    const common = convertToCommon([value, unchosen]);
    if (common !== undefined) return common[0] as Value;
    return this.fault(
      expression,
      "Inconsistent conditional result types",
      `Both results must be of one type; one is ${aTypeName(value)}, the other ${aTypeName(unchosen)}.`,
    );
  }

  private object(expression: ObjectExpression, scope: Scope): Value {
    const entries = new Map<string, Value>();
    let known = true;
    for (const { key, value } of expression.items) {
      const name = this.evaluateAs(key, scope, stringType, "a key");
      const item = this.evaluate(value, scope);
      if (name.kind === "string") entries.set(name.value, item);
      else {
        known = false;
        if (name.kind === "null") this.fault(key, "Null value as key", "A null value cannot be a key.");
      }
    }
    return known ? { kind: "object", entries } : unknownValue;
  }
}
