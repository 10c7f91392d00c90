import { ConversionFault, convert } from "../convert.ts";
import type { HclFunction, LazyFunction } from "../scope.ts";
import { parseType } from "../type-expression.ts";
import { aTypeName, boolValue, unknownValue } from "../value.ts";

/** The first argument that can be computed. */
const tryFunction: LazyFunction = {
  evaluate(evaluator, call, scope) {
    for (const argument of call.arguments) {
      const value = evaluator.attempt(argument, scope);
      if (value !== undefined) return value;
    }
    const last = call.arguments.at(-1);
    if (last !== undefined) evaluator.evaluate(last, scope);
    return evaluator.fault(call, "Error in function call", "None of the expressions given to try could be computed.");
  },
};

const canFunction: LazyFunction = {
  evaluate(evaluator, call, scope) {
    const [argument] = call.arguments;
    if (argument === undefined || call.arguments.length > 1)
      return evaluator.fault(call, "Error in function call", "can(expression) takes one argument.");
    return boolValue(evaluator.attempt(argument, scope) !== undefined);
  },
};

const convertFunction: LazyFunction = {
  evaluate(evaluator, call, scope) {
    const [source, wanted] = call.arguments;
    if (source === undefined || wanted === undefined || call.arguments.length > 2)
      return evaluator.fault(call, "Error in function call", "convert(value, type) takes two arguments.");
    const type = parseType(wanted, { allowsAny: true });
    if ("summary" in type) return evaluator.fault(type.span, type.summary, type.detail);
    const value = evaluator.evaluate(source, scope);
    try {
      return value.kind === "unknown" ? unknownValue : convert(value, type);
    } catch (error) {
      if (!(error instanceof ConversionFault)) throw error;
      const detail = `Cannot convert ${aTypeName(value)}: ${error.message}.`;
      return evaluator.fault(source, "Error in function call", detail);
    }
  },
};

export const lazyFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["try", tryFunction],
  ["can", canFunction],
  ["convert", convertFunction],
]);
