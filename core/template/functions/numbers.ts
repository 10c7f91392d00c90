import { sprintf } from "../format/printf.ts";
import type { TemplateFunction } from "../language/function.ts";
import { Channel, Int, intOf, type Value, typeName } from "../values/value.ts";
import { group, refuse } from "./define.ts";
import { parseInteger } from "./encoding.ts";

const f = group("Numbers");

interface Operation {
  readonly integer: (left: bigint, right: bigint) => bigint;
  readonly float: ((left: number, right: number) => number) | undefined;
}

/** Of two operands the second stands left: `subtract 2 10` is 8. A float operand makes a float. */
function calculate(name: string, operation: Operation, second: Value, first: Value): Value {
  for (const operand of [first, second]) {
    const isUsable = operand instanceof Int || (typeof operand === "number" && operation.float !== undefined);
    if (!isUsable) return refuse(`${name}: unknown type for ${sprintf("%q", [operand])} (${typeName(operand)})`);
  }
  if (first instanceof Int && second instanceof Int) {
    const type = first.isUnsigned && second.isUnsigned ? "uint64" : "int64";
    return intOf(type, operation.integer(BigInt(first.value), BigInt(second.value)));
  }
  const asNumber = (value: Value): number => (value instanceof Int ? Number(value.value) : (value as number));
  return operation.float?.(asNumber(first), asNumber(second));
}

function divided(divide: (left: bigint, right: bigint) => bigint) {
  return (left: bigint, right: bigint): bigint =>
    right === 0n ? refuse("runtime error: integer divide by zero") : divide(left, right);
}

const operations: Readonly<Record<string, Operation & { readonly summary: string }>> = {
  add: { summary: "the sum", integer: (a, b) => a + b, float: (a, b) => a + b },
  subtract: { summary: "the second less the first", integer: (a, b) => a - b, float: (a, b) => a - b },
  multiply: { summary: "the product", integer: (a, b) => a * b, float: (a, b) => a * b },
  divide: { summary: "the second divided by the first", integer: divided((a, b) => a / b), float: (a, b) => a / b },
  modulo: {
    summary: "what remains of the second divided by the first",
    integer: divided((a, b) => a % b),
    float: undefined,
  },
  minimum: { summary: "the smaller", integer: (a, b) => (a < b ? a : b), float: Math.min },
  maximum: { summary: "the greater", integer: (a, b) => (a > b ? a : b), float: Math.max },
};

function loopBound(value: Value): number {
  if (value instanceof Int) return Number(value.value);
  if (typeof value === "string") return Number((parseInteger(value, false, "parseInt: ") as Int).value);
  if (typeof value === "number" && Number.isInteger(value)) return value;
  return refuse(`loop: bad argument type ${typeName(value)}`);
}

function loop(args: readonly Value[]): Value {
  if (args.length < 1 || args.length > 2)
    return refuse(`loop: wrong number of arguments, expected 1 or 2, but got ${args.length}`);
  const [first, second] = args;
  return args.length === 1 ? new Channel(0, loopBound(first)) : new Channel(loopBound(first), loopBound(second));
}

export const numberFunctions: readonly TemplateFunction[] = [
  ...Object.entries(operations).map(([name, operation]) =>
    f(name, "any; any", "number", operation.summary, ([second, first]) => calculate(name, operation, second, first)),
  ),
  f("loop", "any...", "numbers", "the integers from 0, or from the first, up to and without the last", loop),
];
