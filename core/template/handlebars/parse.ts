import Handlebars from "handlebars";
import { err, nearest, ok, type Result } from "#core/base";
import { QueryCache } from "../data/query-cache.ts";
import { defaultLimits, type Limits } from "../engine/limits.ts";
import type { Template } from "../engine/render.ts";
import type { Session } from "../engine/session.ts";
import { functionNames, functions } from "../functions/table.ts";
import { ArgumentMismatch, checkedArgument } from "../language/arguments.ts";
import { CallFault, TemplateFault } from "../language/fault.ts";
import type { Param, TemplateFunction } from "../language/function.ts";
import { Channel, Int, isTrue, Struct, type Value } from "../values/value.ts";
import { fromHandlebars, toHandlebars } from "./convert.ts";

interface Location {
  readonly start: { readonly line: number; readonly column: number };
}

interface HelperOptions {
  readonly loc?: Location;
  /** What `@key`, `@index`, `@first` and `@last` mean here. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What has another form in Handlebars: partials stand for templates that call templates. */
const notHelpers: ReadonlySet<string> = new Set(["executeTemplate", "call"]);

/** Parses a template of the Handlebars dialect; the failure names the line. */
export function parseHandlebars(
  source: string,
  options: { readonly file?: string; readonly limits?: Limits } = {},
): Result<Template> {
  const { file = "(dynamic)", limits = defaultLimits } = options;
  if (source.length > limits.handlebarsSourceMax)
    return err("too_large", `${file}: parse: the template is longer than ${limits.handlebarsSourceMax} characters`);
  try {
    Handlebars.precompile(source, { strict: true });
    return ok({ file, source, queries: new QueryCache(), run: new HandlebarsProgram(source).run });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = Number(/on line (\d+)/.exec(message)?.[1] ?? lineOf(error) ?? 1);
    const place = { file, line, column: 1 };
    return err("invalid", `${file}: parse: template: :${line}: ${message.replace(/\n[\s\S]*?\n(?=Expecting)/, " ")}`, {
      place,
    });
  }
}

/** The root has no fields; it prints as nothing. */
function rootOf(): object {
  const root = Object.create(null) as object;
  return Object.defineProperty(root, "toString", { value: () => "" });
}

function lineOf(error: unknown): number | undefined {
  const line = (error as { readonly lineNumber?: unknown }).lineNumber;
  return typeof line === "number" ? line : undefined;
}

class HandlebarsProgram {
  readonly #source: string;
  /** The session of the pass that runs; passes never overlap. */
  #session: Session | undefined;
  readonly #render: (data: unknown) => string;

  constructor(source: string) {
    this.#source = source;
    const instance = Handlebars.create();
    instance.unregisterHelper("log");
    for (const declared of functions) if (!notHelpers.has(declared.name)) this.#register(instance, declared);
    const compiled = instance.compile(source, { strict: true, noEscape: true });
    this.#render = (data) =>
      compiled(data, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
  }

  run = (session: Session): string => {
    this.#session = session;
    try {
      const output = this.#render(rootOf());
      if (output.length > session.limits.outputMax)
        throw new CallFault(`the output is longer than ${session.limits.outputMax} characters`);
      return output;
    } catch (error) {
      if (error instanceof TemplateFault || !(error instanceof Error)) throw error;
      throw this.#faultOf(error);
    } finally {
      this.#session = undefined;
    }
  };

  /** What Handlebars says of an unknown name shows the whole object without it: that may be a secret. */
  #faultOf(error: Error): TemplateFault {
    const unknown = /^"([\s\S]*?)" not defined in [\s\S]* - (\d+):(\d+)$/.exec(error.message);
    if (unknown === null) {
      const line = lineOf(error) ?? 1;
      return new TemplateFault("execute", `template: :${line}: ${error.message}`, this.#positionOf(line));
    }
    const [, name = "", line = "1", column = "0"] = unknown;
    const near = nearest(name, functionNames);
    const hint = `expected a field of the data here, or a helper${near === undefined ? "" : `; did you mean ${near}?`}`;
    const message = `template: :${line}:${column}: ${JSON.stringify(name)} is not defined`;
    return new TemplateFault("execute", message, this.#positionOf(Number(line)) + Number(column), hint);
  }

  #positionOf(line: number): number {
    const before = this.#source.split("\n").slice(0, line - 1);
    return before.reduce((sum, text) => sum + text.length + 1, 0);
  }

  #register(instance: typeof Handlebars, declared: TemplateFunction): void {
    instance.registerHelper(declared.name, (...given: unknown[]) => {
      const { loc, data } = given.pop() as HelperOptions;
      // Handlebars takes `@key` for the helper of that name; without arguments it is what the loop says.
      if (given.length === 0 && data !== undefined && Object.hasOwn(data, declared.name)) return data[declared.name];
      const session = this.#session as Session;
      session.position = loc === undefined ? 0 : this.#positionOf(loc.start.line) + loc.start.column;
      try {
        return toHandlebars(bounded(call(declared, given.map(fromHandlebars), session)));
      } catch (error) {
        if (!(error instanceof CallFault || error instanceof ArgumentMismatch)) throw error;
        const { line, column } = loc?.start ?? { line: 1, column: 0 };
        const message = `template: :${line}:${column}: error calling ${declared.name}: ${error.message}`;
        throw new TemplateFault("execute", message, this.#positionOf(line) + column);
      }
    });
  }
}

const LOOP_MAX = 1_000_000;

/** Handlebars takes all of a loop at once. */
function bounded(value: Value): Value {
  if (value instanceof Channel && value.end - value.start > LOOP_MAX)
    throw new CallFault(`a loop of more than ${LOOP_MAX} numbers is too long for Handlebars`);
  return value;
}

function call(declared: TemplateFunction, args: readonly Value[], session: Session): Value {
  const { name, params, variadic } = declared;
  session.step();
  if (session.denied(name)) throw new CallFault("function is disabled");
  if (name === "and" || name === "or") return args.find((arg) => isTrue(arg) === (name === "or")) ?? args.at(-1);
  if (name === "scratch" && args.length > 0) return scratch(declared, args, session);
  const isFitting = variadic === undefined ? args.length === params.length : args.length >= params.length;
  if (!isFitting) {
    const want = variadic === undefined ? String(params.length) : `at least ${params.length}`;
    throw new CallFault(`wrong number of args for ${name}: want ${want} got ${args.length}`);
  }
  return declared.call(
    args.map((arg, index) => fitted(arg, params[index] ?? variadic ?? "any")),
    session,
  );
}

/** Handlebars has one kind of number: a whole one serves as a float where a float is wanted. */
function fitted(arg: Value, param: Param): Value {
  if (param === "float64" && arg instanceof Int) return Number(arg.value);
  return checkedArgument(arg, param);
}

/** `{{scratch "Set" "key" value}}`: the method's name comes first. */
function scratch(declared: TemplateFunction, [name, ...args]: readonly Value[], session: Session): Value {
  const store = declared.call([], session) as Struct;
  const methods = store.type.methods ?? {};
  const method = typeof name === "string" && Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined || method.params.length !== args.length)
    throw new CallFault(`scratch has ${Object.keys(methods).join(", ")}, each with its arguments`);
  return method.call(
    store as never,
    args.map((arg, index) => fitted(arg, method.params[index] as Param)),
  );
}
