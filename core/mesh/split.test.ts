import { expect, test } from "vitest";
import { parseShares } from "./mod.ts";

test.each([
  [
    "v1=95 v2=5",
    [
      ["v1", 95],
      ["v2", 5],
    ],
  ],
  ["v1=100", [["v1", 100]]],
  [
    "v1=0 v2=100",
    [
      ["v1", 0],
      ["v2", 100],
    ],
  ],
  [
    "v1=99.99 v2=0.01",
    [
      ["v1", 99.99],
      ["v2", 0.01],
    ],
  ],
  [
    "a=33.33 b=33.33 c=33.34",
    [
      ["a", 33.33],
      ["b", 33.33],
      ["c", 33.34],
    ],
  ],
] as const)("%s is a split", (text, expected) => {
  const shares = parseShares(text.split(" "));
  expect(shares.ok && shares.value.map(({ subset, percent }) => [subset, percent])).toEqual(expected);
});

test.each([
  ["v1=95 v2=6", "the shares sum up to 101, and must be exactly 100"],
  ["v1=95", "the shares sum up to 95, and must be exactly 100"],
  ["", '"" is not SUBSET=PERCENT'],
  ["v1", '"v1" is not SUBSET=PERCENT'],
  ["v1=-5 v2=105", '"v1=-5" is not SUBSET=PERCENT'],
  ["v1=101", "v1 cannot have 101 per cent"],
  ["v1=50 v1=50", "subset v1 is named twice"],
  ["v1=99.999 v2=0.001", "v1=99.999 is finer than a hundredth of a per cent"],
  ["v 1=100", '"v" is not SUBSET=PERCENT'],
  ["v1=NaN", '"v1=NaN" is not SUBSET=PERCENT'],
])("%s is refused: %s", (text, message) => {
  expect(parseShares(text.split(" "))).toMatchObject({ ok: false, failure: { message } });
});
