import { CallFault } from "../language/fault.ts";
import type { Dialect, Param, TemplateFunction } from "../language/function.ts";
import type { Session } from "../engine/session.ts";
import { GoMap, Int, List, type Value } from "../values/value.ts";

const both: readonly Dialect[] = ["go", "handlebars"];

/** `f("toLower", "s:string", "string", "…", …)`: a parameter that ends in `...` takes any number of arguments. */
export type Declare = (
  name: string,
  params: string,
  result: string,
  summary: string,
  call: (args: readonly Value[], session: Session) => Value,
) => TemplateFunction;

/** Declares the functions of one group. Parameters are Go's types, divided by `; `. */
export function group(title: string, kind: TemplateFunction["kind"] = "pure", isDeniedByDefault = false): Declare {
  return (name, params, result, summary, call) => {
    const listed = params === "" ? [] : params.split("; ");
    const last = listed.at(-1);
    const isVariadic = last?.endsWith("...") === true;
    const fixed = (isVariadic ? listed.slice(0, -1) : listed) as Param[];
    return {
      name,
      group: title,
      params: fixed,
      ...(isVariadic ? { variadic: last.slice(0, -3) as Param } : {}),
      result,
      summary,
      kind,
      dialects: both,
      isDeniedByDefault,
      call,
    };
  };
}

/** The parameter's type was checked before the call. */
export function text(value: Value): string {
  return value as string;
}

export function intValue(value: Value): number {
  return Number((value as Int).value);
}

export function listOf(value: Value): readonly Value[] {
  return (value as List).items;
}

export function mapOf(value: Value): GoMap {
  return value as GoMap;
}

export function refuse(message: string): never {
  throw new CallFault(message);
}
