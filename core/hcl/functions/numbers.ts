import {
  add,
  ceil,
  compareNumbers,
  floor,
  fromBigInt,
  fromFloat64,
  type HclNumber,
  isNegative,
  isInteger,
  negate,
  toFloat64,
} from "../number.ts";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { numberType } from "../type.ts";
import { aTypeName, listValue, numberValue, type Value } from "../value.ts";
import { aNumber, anything, define, numberOf, wholeOf } from "./define.ts";

const RANGE_MAX = 1024;

function one(apply: (value: HclNumber) => HclNumber): HclFunction {
  return define([aNumber("num")], ([value]) => numberValue(apply(numberOf(value))));
}

function float(result: number): Value {
  if (Number.isNaN(result)) throw new FunctionFault("the result is not a number");
  return numberValue(fromFloat64(result));
}

function extreme(sign: 1 | -1): HclFunction {
  return define(
    [aNumber("num")],
    (values) =>
      numberValue(
        values.map(numberOf).reduce((best, value) => (compareNumbers(value, best) * sign > 0 ? value : best)),
      ),
    aNumber("num"),
  );
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function parseInteger(text: string, base: number): HclNumber {
  const match = /^([+-]?)([0-9a-zA-Z]+)$/.exec(text);
  const fault = new FunctionFault(`cannot parse ${JSON.stringify(text)} as a base ${base} integer`, 0);
  if (match === null || text.length > 1000) throw fault;
  let value = 0n;
  for (const digit of match[2] as string) {
    const worth = DIGITS.indexOf(base <= 36 ? digit.toLowerCase() : digit);
    if (worth < 0 || worth >= base) throw fault;
    value = value * BigInt(base) + BigInt(worth);
  }
  return fromBigInt(match[1] === "-" ? -value : value);
}

function range(values: readonly Value[]): Value {
  const [first, second, third] = values.map(numberOf) as [HclNumber, HclNumber?, HclNumber?];
  const [start, end] = second === undefined ? [0, first] : [first, second];
  const down = compareNumbers(end, start) < 0;
  const step = third ?? (down ? -1 : 1);
  const direction = compareNumbers(step, 0);
  if (direction === 0) throw new FunctionFault("step must not be zero", 2);
  if (compareNumbers(start, end) !== 0 && direction > 0 === down)
    throw new FunctionFault(`the step must be ${down ? "negative" : "positive"} to get from start to end`, 2);
  const items: Value[] = [];
  for (let at = start; compareNumbers(at, end) * direction < 0; at = add(at, step)) {
    if (items.length >= RANGE_MAX) throw new FunctionFault(`more than ${RANGE_MAX} values were generated`);
    items.push(numberValue(at));
  }
  return listValue(items, numberType);
}

export const numberFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["abs", one((value) => (isNegative(value) ? negate(value) : value))],
  ["ceil", one(ceil)],
  ["floor", one(floor)],
  [
    "signum",
    one((value) => {
      if (!isInteger(value)) throw new FunctionFault("value must be a whole number", 0);
      return Math.sign(compareNumbers(value, 0));
    }),
  ],
  ["max", extreme(1)],
  ["min", extreme(-1)],
  [
    "pow",
    define([aNumber("num"), aNumber("power")], ([a, b]) => float(toFloat64(numberOf(a)) ** toFloat64(numberOf(b)))),
  ],
  [
    "log",
    define([aNumber("num"), aNumber("base")], ([a, b]) =>
      float(Math.log(toFloat64(numberOf(a))) / Math.log(toFloat64(numberOf(b)))),
    ),
  ],
  [
    "parseint",
    define([anything("number"), aNumber("base")], ([text, base]) => {
      if (text?.kind !== "string")
        throw new FunctionFault(`first argument must be a string, not ${text ? aTypeName(text) : "null"}`, 0);
      const radix = wholeOf(base, 1);
      if (radix < 2 || radix > 62) throw new FunctionFault("base must be a whole number between 2 and 62 inclusive", 1);
      return numberValue(parseInteger(text.value, radix));
    }),
  ],
  [
    "range",
    define(
      [aNumber("params")],
      (values) => {
        if (values.length > 3) throw new FunctionFault("must have one, two, or three arguments");
        return range(values);
      },
      aNumber("params"),
    ),
  ],
]);
