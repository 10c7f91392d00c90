import { expect, test } from "vitest";
import {
  add,
  compareNumbers,
  divide,
  formatNumber,
  fromFloat64,
  type HclNumber,
  modulo,
  multiply,
  parseNumber,
  toFloat64,
} from "./number.ts";

function read(text: string): HclNumber {
  const number = parseNumber(text);
  if (number === undefined) throw new Error(text);
  return number;
}

test("what is written is printed again, without an exponent", () => {
  for (const text of [
    "0",
    "-0",
    "7",
    "-12.5",
    "9007199254740993",
    "0.1",
    "123456789012345678901234567890",
    "0.0000001",
  ])
    expect(formatNumber(read(text))).toBe(text);
  expect(formatNumber(read("1e40"))).toBe(`1${"0".repeat(40)}`);
  expect(formatNumber(read("25e-2"))).toBe("0.25");
  expect(formatNumber(read("007"))).toBe("7");
  expect(formatNumber(read("1e-999"))).toBe(`0.${"0".repeat(998)}1`);
});

test("arithmetic has 512 bits", () => {
  expect(formatNumber(add(read("0.1"), read("0.2")))).toBe("0.3");
  expect(formatNumber(divide(1, 3) ?? 0)).toBe(`0.${"3".repeat(154)}5`);
  expect(formatNumber(multiply(9_007_199_254_740_991, 9_007_199_254_740_991))).toBe("81129638414606663681390495662081");
  expect(formatNumber(modulo(read("5.5"), 2) ?? 0)).toBe("1.5");
  expect(formatNumber(modulo(-7, 3) ?? 0)).toBe("-1");
  expect(divide(0, 0)).toBeUndefined();
  expect(divide(1, 0)).toBe(Infinity);
});

test("floats go in and out unchanged", () => {
  for (const value of [0.1, 2.9999999999999996, 1e-7, 1.7976931348623157e308, 5e-324, -123.456]) {
    expect(toFloat64(fromFloat64(value))).toBe(value);
    expect(toFloat64(read(value.toString()))).toBe(value);
  }
  expect(formatNumber(fromFloat64(0.1))).toBe("0.1");
});

test("order is that of the values", () => {
  const ordered = ["-1e30", "-2", "-0.5", "0", "0.1", "1", "1.5", "9007199254740992", "9007199254740993", "1e30"].map(
    read,
  );
  for (let at = 1; at < ordered.length; at++) expect(compareNumbers(ordered[at - 1]!, ordered[at]!)).toBeLessThan(0);
});

test("what is too large is none, and products end in infinity", () => {
  for (const text of ["1e1001", "1e999999999", "x", "", ".", "1e", "9".repeat(2000)])
    expect(parseNumber(text), text).toBeUndefined();
  let product = read("1e999");
  for (let count = 0; count < 10; count++) product = multiply(product, product);
  expect(product).toBe(Infinity);
});
