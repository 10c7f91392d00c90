import { expect, test } from "vitest";
import { type Bin, errorBounds, expectedSamples, type Histogram, quantileOf, rankTest, sequentialTest } from "./mod.ts";

test.each([
  // Stable's errors of its requests, the limit, what is good and bad beside it.
  [0, 0, undefined, 0.001, 0.01],
  [19, 19_000, undefined, 0.001, 0.01],
  [190, 19_000, undefined, 0.00995, 0.01991],
  [950, 19_000, undefined, 0.04974, 0.09949],
  [19, 19_000, 0.02, 0.002, 0.02],
  [950, 19_000, 0.02, 0.01, 0.02],
])("beside %d errors of %d with limit %s, good is %d and bad is %d", (errors, completed, limit, good, bad) => {
  const bounds = errorBounds({ errors, completed }, limit);
  expect([bounds.good, bounds.bad].map((rate) => Number(rate.toFixed(5)))).toEqual([good, bad]);
});

const usual = errorBounds({ errors: 0, completed: 19_000 }, undefined);

test.each([
  [0, 0, "inconclusive"],
  [0, 597, "inconclusive"],
  [0, 663, "pass"],
  [1, 663, "inconclusive"],
  [1, 920, "pass"],
  [2, 20, "inconclusive"],
  [3, 50, "fail"],
  [15, 15, "fail"],
] as const)("%d errors of %d requests: %s", (errors, completed, verdict) => {
  expect(sequentialTest(errors, completed, usual).verdict).toBe(verdict);
});

test("1 % against 0.1 % takes 885 requests to pass and 424 to fail, on average", () => {
  expect([expectedSamples(0.001, usual), expectedSamples(0.01, usual)]).toEqual([885, 424]);
});

/** `20x100 25x10`: so many answers in bins of a millisecond. */
function histogram(text: string): Histogram {
  return text.split(" ").map((word): Bin => {
    const [lower = 0, count = 0] = word.split("x").map(Number);
    return [lower, 1, count];
  });
}

test.each([
  ["12x50", "12x950", "pass"],
  ["24x50", "12x950", "fail"],
  ["12x19", "12x950", "inconclusive"],
  ["12x50", "12x19", "inconclusive"],
  ["19x50", "12x950", "inconclusive"],
  ["1x50 2x50", "0x1000", "pass"],
  ["10x30 20x40 40x30", "10x300 20x400 40x300", "pass"],
  ["20x30 40x40 80x30", "10x300 20x400 40x300", "fail"],
] as const)("answers %s beside %s: %s", (canary, stable, verdict) => {
  expect(rankTest(histogram(canary), histogram(stable)).verdict).toBe(verdict);
});

test("quantiles are upper bounds of bins", () => {
  const known = histogram("10x50 20x49 300x1");
  expect([0.5, 0.99, 1].map((share) => quantileOf(known, share))).toEqual([11, 21, 301]);
  expect(quantileOf([], 0.5)).toBeUndefined();
});
