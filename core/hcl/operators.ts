import type { Binary, BinaryOperator } from "./ast.ts";
import { ConversionFault, convert } from "./convert.ts";
import { add, compareNumbers, divide, type HclNumber, modulo, multiply, subtract } from "./number.ts";
import { boolType, numberType } from "./type.ts";
import { boolValue, equalValues, numberValue, unknownValue, type Value } from "./value.ts";

/** Why an operator cannot be applied; `side` says which operand is to blame. */
export class OperandFault extends Error {
  override readonly name = "OperandFault";
  readonly side: "left" | "right";

  constructor(side: "left" | "right", message: string) {
    super(message);
    this.side = side;
  }
}

/** Applies an operator to two values; throws OperandFault. */
export function applyBinary(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === "==" || operator === "!=") {
    if (left.kind === "unknown" || right.kind === "unknown") return unknownValue;
    return boolValue(equalValues(left, right) === (operator === "=="));
  }
  const type = operator === "&&" || operator === "||" ? boolType : numberType;
  const a = operand(left, "left", operator, type);
  const b = operand(right, "right", operator, type);
  if (a.kind === "unknown" || b.kind === "unknown") return unknownValue;
  if (a.kind === "bool" && b.kind === "bool")
    return boolValue(operator === "&&" ? a.value && b.value : a.value || b.value);
  if (a.kind === "number" && b.kind === "number") return applyNumbers(operator, a.value, b.value);
  throw new OperandFault("left", "the operands have different types");
}

function operand(value: Value, side: "left" | "right", operator: string, type: typeof boolType): Value {
  if (value.kind === "null") throw new OperandFault(side, `The operand of "${operator}" is null.`);
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof ConversionFault)
      throw new OperandFault(side, `Unsuitable value for the ${side} operand of "${operator}": ${error.message}.`);
    throw error;
  }
}

function applyNumbers(operator: Binary["operator"], a: HclNumber, b: HclNumber): Value {
  switch (operator) {
    case ">":
      return boolValue(compareNumbers(a, b) > 0);
    case ">=":
      return boolValue(compareNumbers(a, b) >= 0);
    case "<":
      return boolValue(compareNumbers(a, b) < 0);
    case "<=":
      return boolValue(compareNumbers(a, b) <= 0);
    case "+":
      return numberValue(finite(add(a, b)));
    case "-":
      return numberValue(finite(subtract(a, b)));
    case "*":
      return numberValue(finite(multiply(a, b)));
    case "/":
      return numberValue(quotient(divide(a, b), operator));
    default:
      return numberValue(quotient(modulo(a, b), operator));
  }
}

function quotient(result: HclNumber | undefined, operator: string): HclNumber {
  if (result === Infinity || result === -Infinity) throw new OperandFault("right", "Division by zero.");
  if (result === undefined) throw new OperandFault("right", `The operands of "${operator}" have no quotient.`);
  return result;
}

function finite(result: HclNumber): HclNumber {
  if (typeof result === "number" && !Number.isFinite(result))
    throw new OperandFault("right", "The result is larger than any number here may be.");
  return result;
}
