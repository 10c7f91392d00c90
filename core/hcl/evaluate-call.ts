import type { Call, Expression } from "./ast.ts";
import { ConversionFault, convert } from "./convert.ts";
import { type Evaluation, FunctionFault, type Parameter, type PlainFunction, type Scope } from "./scope.ts";
import type { Span } from "./source.ts";
import { aTypeName, unknownValue, type Value } from "./value.ts";

export function evaluateCall(evaluator: Evaluation, call: Call, scope: Scope): Value {
  const found = evaluator.functions.get(call.name);
  if (found === undefined)
    return evaluator.fault(call.nameSpan, "Call to unknown function", `There is no function named "${call.name}".`, {
      unknown: call.name,
      expected: [...evaluator.functions.keys()],
    });
  if ("evaluate" in found) return found.evaluate(evaluator, call, scope);
  const values = argumentValues(evaluator, call, scope);
  if (values === undefined || !countFits(evaluator, call, found, values.length)) return unknownValue;
  return invoke(evaluator, call, found, values);
}

/** Evaluates the arguments and spreads the last one if asked; undefined after a mistake. */
function argumentValues(evaluator: Evaluation, call: Call, scope: Scope): Value[] | undefined {
  const values = call.arguments.map((argument) => evaluator.evaluate(argument, scope));
  if (!call.spread) return values;
  const last = values.pop();
  if (last !== undefined && (last.kind === "list" || last.kind === "tuple" || last.kind === "set"))
    return [...values, ...last.items];
  if (last !== undefined && last.kind !== "unknown")
    evaluator.fault(
      call.arguments.at(-1) as Expression,
      "Invalid expanding argument value",
      `The argument before "..." must be a list, a tuple or a set; this is ${aTypeName(last)}.`,
    );
  return undefined;
}

function countFits(evaluator: Evaluation, call: Call, target: PlainFunction, count: number): boolean {
  const wanted = target.parameters.length;
  if (count === wanted || (count > wanted && target.rest !== undefined)) return true;
  const few = count < wanted;
  const missing = target.parameters[count]?.name;
  evaluator.fault(
    few || call.spread ? call : (call.arguments[wanted] as Expression),
    few ? "Not enough function arguments" : "Too many function arguments",
    `${signature(call.name, target)} takes ${wanted}${target.rest ? " or more" : ""} argument${wanted === 1 ? "" : "s"}, not ${count}.` +
      (few && missing !== undefined ? ` The value for "${missing}" is missing.` : ""),
  );
  return false;
}

function signature(name: string, { parameters, rest }: PlainFunction): string {
  const names = parameters.map((parameter) => parameter.name);
  return `${name}(${[...names, ...(rest ? [`${rest.name}...`] : [])].join(", ")})`;
}

function invoke(evaluator: Evaluation, call: Call, target: PlainFunction, values: readonly Value[]): Value {
  const spans = values.map((_, index) => call.arguments[Math.min(index, call.arguments.length - 1)] ?? call);
  const converted = values.map((value, index) => {
    const parameter = target.parameters[index] ?? (target.rest as Parameter);
    return argument(evaluator, call, parameter, value, spans[index] as Span);
  });
  if (converted.some((value) => value === undefined)) return unknownValue;
  const ready = converted as Value[];
  if (ready.some((value) => value.kind === "unknown")) return unknownValue;
  try {
    const value = target.call(ready, evaluator.budget);
    evaluator.budget.step("items" in value ? value.items.length : 1);
    return value;
  } catch (error) {
    if (!(error instanceof FunctionFault)) throw error;
    const blamed = error.argument === undefined ? call : (spans[error.argument] ?? call);
    return evaluator.fault(
      blamed,
      "Error in function call",
      `Call to function "${call.name}" failed: ${error.message}.`,
    );
  }
}

/** Undefined after a mistake. */
function argument(
  evaluator: Evaluation,
  call: Call,
  parameter: Parameter,
  value: Value,
  span: Span,
): Value | undefined {
  const refuse = (reason: string): undefined => {
    const detail = `Invalid value for the parameter "${parameter.name}" of ${call.name}: ${reason}.`;
    evaluator.fault(span, "Invalid function argument", detail);
  };
  evaluator.budget.walk(value);
  if (value.kind === "null" && parameter.nullable !== true) return refuse("it must not be null");
  try {
    return convert(value, parameter.type);
  } catch (error) {
    if (error instanceof ConversionFault) return refuse(error.message);
    throw error;
  }
}
