import { expect, test } from "vitest";
import { goDuration } from "#core/runner";

test.each([
  [0, "0s"],
  [1, "1ns"],
  [1_500, "1.5µs"],
  [200_000_000, "200ms"],
  [230_512_345, "230.512345ms"],
  [1_000_000_000, "1s"],
  [15_750_000_000, "15.75s"],
  [60_000_000_000, "1m0s"],
  [90_500_000_000, "1m30.5s"],
  [1_800_000_000_000, "30m0s"],
  [86_400_000_000_000, "24h0m0s"],
])("%i ns is %s", (ns, text) => {
  expect(goDuration(ns)).toBe(text);
});
