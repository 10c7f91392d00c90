import type { TemplateFunction } from "../language/function.ts";
import { intValue, refuse, text } from "../functions/define.ts";
import type { Session } from "../engine/session.ts";
import { Int, int, intOf, List, type Value } from "../values/value.ts";
import { sprig, textsOf, toBig, toFloat } from "./define.ts";

const f = sprig("numbers");
const local = sprig("numbers", "local");

const int64 = (value: bigint): Int => intOf("int64", value);

function fold(args: readonly Value[], join: (left: bigint, right: bigint) => bigint): Int {
  const [first = 0n, ...rest] = args.map(toBig);
  return int64(rest.reduce(join, first));
}

/** Decimal arithmetic: 0.1 and 0.2 make 0.3. */
function foldFloat(args: readonly Value[], join: (left: number, right: number) => number): number {
  const [first = 0, ...rest] = args.map(toFloat);
  const made = rest.reduce(join, first);
  return Number.isFinite(made) ? Number(made.toPrecision(15)) : made;
}

function divide(left: bigint, right: bigint): bigint {
  return right === 0n ? refuse("runtime error: integer divide by zero") : left / right;
}

function remainder(left: bigint, right: bigint): bigint {
  return right === 0n ? refuse("runtime error: integer divide by zero") : left % right;
}

function round([value, places, ...rest]: readonly Value[]): Value {
  const on = rest.length > 0 ? toFloat(rest[0]) : 0.5;
  const power = 10 ** intValue(places);
  const scaled = toFloat(value) * power;
  const whole = Math.trunc(scaled);
  const fraction = scaled - whole;
  const away = Math.abs(fraction) >= on ? Math.sign(scaled) : 0;
  return (whole + away) / power;
}

const RANGE_MAX = 1_000_000;

/** Numbers from start towards stop, without it. */
function steps(start: number, stop: number, step: number, session: Session): readonly number[] {
  const made: number[] = [];
  if (step === 0 || (step > 0 && stop < start) || (step < 0 && stop > start)) return made;
  const count = Math.ceil((stop - start) / step);
  if (count > RANGE_MAX) return refuse(`a list of ${count} numbers is too long`);
  session.step(count);
  for (let index = 0; index < count; index++) made.push(start + index * step);
  return made;
}

function ints(numbers: readonly number[]): List {
  return new List(numbers.map(int), "int");
}

function sequence(args: readonly Value[], session: Session): Value {
  const [first = 0, second = 0, third = 0] = args.map(intValue);
  const towards = (start: number, stop: number, step: number): string =>
    steps(start, stop + Math.sign(step), step, session).join(" ");
  if (args.length === 1) return towards(1, first, first < 1 ? -1 : 1);
  if (args.length === 2) return towards(first, second, second < first ? -1 : 1);
  return args.length === 3 ? towards(first, third, second) : "";
}

function atoi(value: string): number {
  return /^[-+]?\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : 0;
}

const least = (args: readonly Value[]): Int => fold(args, (a, b) => (a < b ? a : b));
const greatest = (args: readonly Value[]): Int => fold(args, (a, b) => (a > b ? a : b));

export const sprigNumbers: readonly TemplateFunction[] = [
  f("add", "any...", "int64", "the sum", (args) => fold([int(0), ...args], (a, b) => a + b)),
  f("add1", "any", "int64", "one more", ([value]) => int64(toBig(value) + 1n)),
  f("sub", "any; any", "int64", "the difference", (args) => fold(args, (a, b) => a - b)),
  f("mul", "any; any...", "int64", "the product", (args) => fold(args, (a, b) => a * b)),
  f("div", "any; any", "int64", "the quotient", (args) => fold(args, divide)),
  f("mod", "any; any", "int64", "the remainder", (args) => fold(args, remainder)),
  f("max", "any; any...", "int64", "the greatest", greatest),
  f("biggest", "any; any...", "int64", "the greatest", greatest),
  f("min", "any; any...", "int64", "the least", least),
  f("maxf", "any; any...", "float64", "the greatest", (args) => Math.max(...args.map(toFloat))),
  f("minf", "any; any...", "float64", "the least", (args) => Math.min(...args.map(toFloat))),
  f("addf", "any...", "float64", "the sum", (args) => foldFloat([0, ...args], (a, b) => a + b)),
  f("add1f", "any", "float64", "one more", ([value]) => foldFloat([value, 1], (a, b) => a + b)),
  f("subf", "any; any...", "float64", "the difference", (args) => foldFloat(args, (a, b) => a - b)),
  f("mulf", "any; any...", "float64", "the product", (args) => foldFloat(args, (a, b) => a * b)),
  f("divf", "any; any...", "float64", "the quotient", (args) => foldFloat(args, (a, b) => a / b)),
  f("floor", "any", "float64", "the greatest whole number not above", ([value]) => Math.floor(toFloat(value))),
  f("ceil", "any", "float64", "the least whole number not below", ([value]) => Math.ceil(toFloat(value))),
  f("round", "any; int; float64...", "float64", "rounded to so many places", round),
  f("int", "any", "int", "as an integer", ([value]) => intOf("int", toBig(value))),
  f("int64", "any", "int64", "as an integer", ([value]) => int64(toBig(value))),
  f("float64", "any", "float64", "as a float", ([value]) => toFloat(value)),
  f("atoi", "string", "int", "the integer of a text, 0 when it has none", ([value]) => int(atoi(text(value)))),
  f("toDecimal", "any", "int64", "the number that octal digits mean", ([value]) => {
    const digits = textsOf(value)[0] ?? "";
    return int64(/^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : 0n);
  }),
  f("until", "int", "[]int", "the integers from 0 up to and without", ([stop], session) =>
    ints(steps(0, intValue(stop), intValue(stop) < 0 ? -1 : 1, session)),
  ),
  f("untilStep", "int; int; int", "[]int", "the integers from start to stop by step", ([start, stop, step], session) =>
    ints(steps(intValue(start), intValue(stop), intValue(step), session)),
  ),
  f("seq", "int...", "string", "numbers as the shell's seq prints them", sequence),
  local(
    "randInt",
    "int; int",
    "int",
    "a random number from the first up to and without the second",
    ([low, high], session) => {
      const span = intValue(high) - intValue(low);
      return span > 0 ? int(intValue(low) + session.random.below(span)) : refuse("invalid argument to Intn");
    },
  ),
];
