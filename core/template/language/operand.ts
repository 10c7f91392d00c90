import { assert } from "#core/base";
import { GoMap, isTrue, type Method, type Value } from "../values/value.ts";
import { ArgumentMismatch, checkedArgument, constantArgument } from "./arguments.ts";
import { CallFault } from "./fault.ts";
import { fieldOf, type Found } from "./field.ts";
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
    if (word.names.length === 0) return guarded(word, rest, (run, frame, dot) => head(run, frame, dot).value);
    const callOf = this.#methodCall(word, rest);
    const last = word.names.length - 1;
    return (run, frame, dot, final) => {
      const hasArgs = rest.length > 0 || final !== NO_FINAL;
      let { value, isLoose } = head(run, frame, dot);
      for (let index = 0; index <= last; index++) {
        const isLast = index === last;
        const name = word.names[index] as string;
        if (value instanceof GoMap && value.type.methods === undefined && !(isLast && hasArgs)) {
          const entry = value.entries.get(name);
          if (entry !== undefined) {
            isLoose = value.type.element === "interface {}";
            value = entry;
            continue;
          }
        }
        const call = isLast ? callOf(run, frame, dot, final) : callOf(run, frame, dot, NO_FINAL, true);
        ({ value, isLoose } = fieldOf(run, value, name, isLoose, isLast && hasArgs, call));
      }
      return value;
    };
  }

  #head(word: Operand): (run: Run, frame: Frame, dot: Value) => Found {
    if (word.type === "chain") {
      const head = this.argument(word.head, "value");
      return (run, frame, dot) => {
        run.node = word;
        return { value: head(run, frame, dot), isLoose: false };
      };
    }
    if (word.type === "field")
      return (run, _frame, dot) => {
        run.node = word;
        return { value: dot, isLoose: run.isDotLoose };
      };
    assert(word.type === "variable", "a chain begins with a field, a variable or a parenthesis");
    const slot = this.#scope.find(word.variable);
    return (run, frame) => {
      run.node = word;
      const value = slot === undefined ? UNSET : (frame.slots[slot] as Value | typeof UNSET);
      if (value === UNSET) return run.fail(`undefined variable: ${word.variable}`);
      return { value, isLoose: frame.loose[slot as number] === true };
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
        return guardedCall(run, word, name, () => method.call(self as never, values));
      };
  }

  /** An argument of a method, whose parameters are known only when it is called. */
  #anyArgument(operand: Operand): (run: Run, frame: Frame, dot: Value, param: Param) => Value {
    const inner = this.#inner(operand);
    return (run, frame, dot, param) => {
      run.node = operand;
      if (inner !== undefined) return checked(run, inner(run, frame, dot), param);
      return matched(run, () => constantArgument(operand as Operand & { readonly value?: Value }, param));
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
      return guardedCall(run, at, name, () => known.call(values, run.session));
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
    if (inner === undefined) {
      return (run) => {
        run.node = operand;
        return matched(run, () => constantArgument(operand as Operand & { readonly value?: Value }, param));
      };
    }
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
  return matched(run, () => checkedArgument(value, param));
}

function matched(run: Run, check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    if (error instanceof ArgumentMismatch) return run.fail(error.message);
    throw error;
  }
}

function guardedCall(run: Run, at: AnyNode, name: string, call: () => Value): Value {
  run.step();
  try {
    return call();
  } catch (error) {
    if (!(error instanceof CallFault)) throw error;
    run.node = at;
    return run.fail(`error calling ${name}: ${error.message}`);
  }
}
