import type { Expression } from "./ast.ts";
import type { Budget } from "./budget.ts";
import type { Source, Span } from "./source.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** Names that an expression can use; the names of a `for` lie above those around it. */
export class Scope {
  readonly #names: ReadonlyMap<string, Value>;
  readonly #outer: Scope | undefined;

  constructor(names: ReadonlyMap<string, Value>, outer?: Scope) {
    this.#names = names;
    this.#outer = outer;
  }

  find(name: string): Value | undefined {
    return this.#names.get(name) ?? this.#outer?.find(name);
  }

  /** All names, for suggestions. */
  names(): string[] {
    return [...this.#names.keys(), ...(this.#outer?.names() ?? [])];
  }

  with(names: ReadonlyMap<string, Value>): Scope {
    return new Scope(names, this);
  }
}

export const emptyScope: Scope = new Scope(new Map());

/** A function's own refusal; `argument` (from 0) is the one to blame. */
export class FunctionFault extends Error {
  override readonly name = "FunctionFault";
  readonly argument: number | undefined;

  constructor(message: string, argument?: number) {
    super(message);
    this.argument = argument;
  }
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
  /** Null is passed on instead of being refused. */
  readonly nullable?: boolean;
}

export interface PlainFunction {
  readonly parameters: readonly Parameter[];
  /** Further arguments, any number of them. */
  readonly rest?: Parameter;
  /** Arguments are converted to the parameters' types before. Throws FunctionFault. */
  readonly call: (values: readonly Value[], budget: Budget) => Value;
}

/** A function that decides itself which of its arguments to evaluate, such as `try`. */
export interface LazyFunction {
  readonly evaluate: (evaluator: Evaluation, call: LazyCall, scope: Scope) => Value;
}

/** What the parts of the evaluator, and lazy functions, need of it. */
export interface Evaluation {
  readonly source: Source;
  readonly functions: FunctionTable;
  readonly budget: Budget;
  readonly keepsUnknownReferences: boolean;
  evaluate(expression: Expression, scope: Scope): Value;
  evaluateAs(expression: Expression, scope: Scope, type: Type, what: string): Value;
  /** Evaluates without reporting; undefined when there was a mistake. */
  attempt(expression: Expression, scope: Scope): Value | undefined;
  /** Reports, and gives the unknown value. */
  fault(span: Span, summary: string, detail: string, names?: { unknown: string; expected: string[] }): Value;
}

export interface LazyCall {
  readonly arguments: readonly Expression[];
  readonly start: number;
  readonly end: number;
}

export type HclFunction = PlainFunction | LazyFunction;
export type FunctionTable = ReadonlyMap<string, HclFunction>;
