import { assert } from "#core/base";
import { ANY, GoMap, isTrue, type Method, Struct, type StructType, type Value } from "../values/value.ts";
import { ArgumentMismatch, checkedArgument, constantArgument } from "./arguments.ts";
import { CallFault } from "./fault.ts";
import { fieldOf, type MethodCall } from "./field.ts";
import { type Frame, type Run, UNSET } from "./frame.ts";
import type { Param, TemplateFunction } from "./function.ts";
import { type AnyNode, type CommandNode, type Operand, type PipeNode, printNode } from "./node.ts";
import type { Scope } from "./scope.ts";

/** Stands for "nothing is piped in". */
export const NO_FINAL = Symbol("no final");
export type Final = Value | typeof NO_FINAL;
export type Evaluate = (run: Run, frame: Frame, dot: Value) => Value;
export type EvaluateCommand = (run: Run, frame: Frame, dot: Value, final: Final) => Value;

export type Functions = ReadonlyMap<string, TemplateFunction>;

/** Turns pipelines into closures; the variables' slots are settled on the way. */
export class PipelineCompiler {
  readonly #functions: Functions;
  readonly #scope: Scope;

  constructor(functions: Functions, scope: Scope) {
    this.#functions = functions;
    this.#scope = scope;
  }

  pipeline(pipe: PipeNode): Evaluate {
    const commands = pipe.commands.map((command) => this.#command(command));
    const first = commands[0];
    assert(first !== undefined, "a pipeline has a command");
    const store = this.#store(pipe);
    const isSimple = commands.length === 1 && store === undefined;
    if (isSimple) {
      return (run, frame, dot) => {
        run.node = pipe;
        return first(run, frame, dot, NO_FINAL) ?? undefined;
      };
    }
    return (run, frame, dot) => {
      run.node = pipe;
      let value: Final = NO_FINAL;
      for (const command of commands) value = command(run, frame, dot, value) ?? undefined;
      const result = value === NO_FINAL ? undefined : value;
      store?.(run, frame, result);
      return result;
    };
  }

  #store(pipe: PipeNode): ((run: Run, frame: Frame, value: Value) => void) | undefined {
    if (pipe.variables.length === 0) return undefined;
    const slots = pipe.variables.map((name) => (pipe.isAssign ? this.#scope.find(name) : this.#scope.declare(name)));
    return (run, frame, value) => {
      slots.forEach((slot, index) => {
        if (slot === undefined) return run.fail(`undefined variable: ${pipe.variables[index]}`);
        frame.slots[slot] = value;
        frame.loose[slot] = false;
      });
    };
  }

  #command(command: CommandNode): EvaluateCommand {
    const [word, ...rest] = command.args;
    assert(word !== undefined, "a command has a first word");
    switch (word.type) {
      case "identifier":
        return this.#call(word.name, word, command, rest);
      case "field":
      case "variable":
      case "chain":
        return this.#chain(word, rest);
      case "pipe":
        return guarded(word, rest, this.pipeline(word));
      default:
        return constant(word, rest);
    }
  }

  #chain(word: Operand & { readonly names: readonly string[] }, rest: readonly Operand[]): EvaluateCommand {
    const head = this.#head(word);
    if (word.names.length === 0) return guarded(word, rest, head);
    const callOf = this.#methodCall(word, rest);
    const walk = new Walk(word.names, rest.length > 0, callOf);
    const isLooseAt = this.#looseness(word);
    return (run, frame, dot, final) => walk.from(run, frame, dot, final, head(run, frame, dot), isLooseAt(run, frame));
  }

  /** Whether the head of a chain came out of a container of interfaces. */
  #looseness(word: Operand): (run: Run, frame: Frame) => boolean {
    if (word.type === "field") return (run) => run.isDotLoose;
    if (word.type !== "variable") return () => false;
    const slot = this.#scope.find(word.variable) ?? 0;
    return (_run, frame) => frame.loose[slot] === true;
  }

  #head(word: Operand): Evaluate {
    if (word.type === "chain") {
      const head = this.argument(word.head, "value");
      return (run, frame, dot) => {
        run.node = word;
        return head(run, frame, dot);
      };
    }
    if (word.type === "field")
      return (run, _frame, dot) => {
        run.node = word;
        return dot;
      };
    assert(word.type === "variable", "a chain begins with a field, a variable or a parenthesis");
    const slot = this.#scope.find(word.variable);
    return (run, frame) => {
      run.node = word;
      const value = slot === undefined ? UNSET : (frame.slots[slot] as Value | typeof UNSET);
      return value === UNSET ? run.fail(`undefined variable: ${word.variable}`) : value;
    };
  }

  #methodCall(word: AnyNode, rest: readonly Operand[]) {
    const args = rest.map((operand) => this.#anyArgument(operand));
    return (run: Run, frame: Frame, dot: Value, final: Final, isBare = false) =>
      (method: Method, name: string, self: Value): Value => {
        const given = isBare ? 0 : args.length + (final === NO_FINAL ? 0 : 1);
        if (given !== method.params.length)
          return run.fail(`wrong number of args for ${name}: want ${method.params.length} got ${given}`);
        const params = method.params as readonly Param[];
        const values = isBare ? [] : args.map((arg, index) => arg(run, frame, dot, params[index] as Param));
        if (final !== NO_FINAL && !isBare) values.push(checked(run, final, params.at(-1) as Param));
        run.step();
        try {
          return method.call(self as never, values);
        } catch (error) {
          return refused(run, word, name, error);
        }
      };
  }

  /** An argument of a method, whose parameters are known only when it is called. */
  #anyArgument(operand: Operand): (run: Run, frame: Frame, dot: Value, param: Param) => Value {
    const inner = this.#inner(operand);
    return (run, frame, dot, param) => {
      run.node = operand;
      if (inner !== undefined) return checked(run, inner(run, frame, dot), param);
      const value = settle(operand, param);
      return value instanceof ArgumentMismatch ? run.fail(value.message) : value;
    };
  }

  #call(name: string, word: AnyNode, at: AnyNode, rest: readonly Operand[]): EvaluateCommand {
    const known = this.#functions.get(name);
    assert(known !== undefined, `the parser let an unknown function pass: ${name}`);
    if (name === "and" || name === "or") return this.#shortCircuit(known, name === "or", word, rest);
    const args = rest.map((operand, index) => this.argument(operand, paramAt(known, index)));
    return (run, frame, dot, final) => {
      run.node = word;
      const given = args.length + (final === NO_FINAL ? 0 : 1);
      checkCount(run, known, given);
      const values: Value[] = [];
      for (const arg of args) values.push(arg(run, frame, dot));
      if (final !== NO_FINAL) values.push(checked(run, final, paramAt(known, given - 1)));
      if (run.session.denied(name)) {
        run.node = at;
        return run.fail(`error calling ${name}: function is disabled`);
      }
      run.step();
      run.session.position = at.position;
      try {
        return bounded(known.call(values, run.session), run);
      } catch (error) {
        return refused(run, at, name, error);
      }
    };
  }

  #shortCircuit(known: TemplateFunction, isOr: boolean, word: AnyNode, rest: readonly Operand[]): EvaluateCommand {
    const args = rest.map((operand) => this.argument(operand, "value"));
    return (run, frame, dot, final) => {
      run.node = word;
      checkCount(run, known, args.length + (final === NO_FINAL ? 0 : 1));
      let value: Value;
      for (const arg of args) {
        value = arg(run, frame, dot);
        if (isTrue(value) === isOr) return value;
      }
      return final === NO_FINAL ? value : final;
    };
  }

  /** An operand in the place of an argument. */
  argument(operand: Operand, param: Param): Evaluate {
    const inner = this.#inner(operand);
    if (inner === undefined) return fixedArgument(operand, param);
    if (param === "value")
      return (run, frame, dot) => {
        run.node = operand;
        return inner(run, frame, dot);
      };
    return (run, frame, dot) => {
      run.node = operand;
      return checked(run, inner(run, frame, dot), param);
    };
  }

  /** How an operand that is no constant gets its value. */
  #inner(operand: Operand): Evaluate | undefined {
    switch (operand.type) {
      case "dot":
        return (_run, _frame, dot) => dot;
      case "pipe":
        return this.pipeline(operand);
      case "identifier":
        return withoutFinal(this.#call(operand.name, operand, operand, []));
      case "field":
      case "variable":
      case "chain":
        return withoutFinal(this.#chain(operand, []));
      default:
        return undefined;
    }
  }
}

type CallOf = (run: Run, frame: Frame, dot: Value, final: Final, isBare?: boolean) => MethodCall;

/** The names of a chain, followed from its head. */
class Walk {
  readonly #names: readonly string[];
  readonly #hasArgs: boolean;
  readonly #callOf: CallOf;
  /** The struct that each name was last found a plain field of: most chains meet one type only. */
  readonly #types: (StructType | undefined)[];

  constructor(names: readonly string[], hasArgs: boolean, callOf: CallOf) {
    this.#names = names;
    this.#hasArgs = hasArgs;
    this.#callOf = callOf;
    this.#types = names.map(() => undefined);
  }

  from(run: Run, frame: Frame, dot: Value, final: Final, head: Value, isHeadLoose: boolean): Value {
    const last = this.#names.length - 1;
    let value = head;
    let isLoose = isHeadLoose;
    for (let index = 0; index <= last; index++) {
      const name = this.#names[index] as string;
      const hasArgs = index === last && (this.#hasArgs || final !== NO_FINAL);
      if (!hasArgs && value instanceof Struct && value.type === this.#types[index]) {
        value = value.values[name];
        isLoose = false;
        continue;
      }
      if (!hasArgs && value instanceof GoMap && value.type.methods === undefined) {
        const entry = value.entries.get(name);
        if (entry !== undefined) {
          isLoose = value.type.element === ANY;
          value = entry;
          continue;
        }
      }
      const call =
        index === last ? this.#callOf(run, frame, dot, final) : this.#callOf(run, frame, dot, NO_FINAL, true);
      const self = value;
      ({ value, isLoose } = fieldOf(run, self, name, isLoose, hasArgs, call));
      if (self instanceof Struct && !hasMethod(self.type, name)) this.#types[index] = self.type;
    }
    return value;
  }
}

function hasMethod({ methods }: StructType, name: string): boolean {
  return methods !== undefined && Object.hasOwn(methods, name);
}

function withoutFinal(evaluate: EvaluateCommand): Evaluate {
  return (run, frame, dot) => evaluate(run, frame, dot, NO_FINAL);
}

/** A first word that takes no arguments. */
function guarded(word: Operand, rest: readonly Operand[], evaluate: Evaluate): EvaluateCommand {
  return (run, frame, dot, final) => {
    if (rest.length > 0 || final !== NO_FINAL) {
      if (word.type !== "pipe") run.node = word;
      run.fail(`can't give argument to non-function ${printNode(word)}`);
    }
    return evaluate(run, frame, dot);
  };
}

function constant(word: Operand, rest: readonly Operand[]): EvaluateCommand {
  return guarded(word, rest, (run, _frame, dot) => {
    run.node = word;
    if (word.type === "nil") return run.fail("nil is not a command");
    return word.type === "dot" ? dot : (word as { readonly value?: Value }).value;
  });
}

function paramAt(known: TemplateFunction, index: number): Param {
  return known.params[index] ?? known.variadic ?? "any";
}

function checkCount(run: Run, { name, params, variadic }: TemplateFunction, given: number): void {
  if (variadic === undefined ? given === params.length : given >= params.length) return;
  const want = variadic === undefined ? String(params.length) : `at least ${params.length}`;
  run.fail(`wrong number of args for ${name}: want ${want} got ${given}`);
}

function checked(run: Run, value: Value, param: Param): Value {
  if (param === "any") return value ?? null;
  if (param === "string" && typeof value === "string") return value;
  try {
    return checkedArgument(value, param);
  } catch (error) {
    return mismatched(run, error);
  }
}

function mismatched(run: Run, error: unknown): never {
  if (error instanceof ArgumentMismatch) return run.fail(error.message);
  throw error;
}

/** A constant as the parameter takes it. Only nil gives a new value each time: it may be a map that is written to. */
function fixedArgument(operand: Operand, param: Param): Evaluate {
  const settled = operand.type === "nil" ? undefined : settle(operand, param);
  return (run) => {
    run.node = operand;
    const value = settled ?? settle(operand, param);
    return value instanceof ArgumentMismatch ? run.fail(value.message) : value;
  };
}

function settle(operand: Operand, param: Param): Value | ArgumentMismatch {
  try {
    return constantArgument(operand as Operand & { readonly value?: Value }, param);
  } catch (error) {
    if (error instanceof ArgumentMismatch) return error;
    throw error;
  }
}

/** No function may make a text that could not be printed. */
function bounded(value: Value, { session }: Run): Value {
  if (typeof value === "string" && value.length > session.limits.outputMax)
    throw new CallFault(`the text is longer than ${session.limits.outputMax} characters`);
  return value;
}

/** What a call threw: a refusal becomes a fault at the call's place. */
function refused(run: Run, at: AnyNode, name: string, error: unknown): never {
  if (!(error instanceof CallFault)) throw error;
  run.node = at;
  return run.fail(`error calling ${name}: ${error.message}`);
}
