import { describe, expect, it } from "vitest";
import { Prng } from "#core/base";
import { checkHistory, INITIAL_VALUE } from "./checker.ts";
import { type Action, fromJsonLines, type Operation, toJsonLines } from "./history.ts";

let process = 0;
const operation = (calledAt: number, returnedAt: number | undefined, action: Action, key = "x"): Operation => ({
  process: process++,
  key,
  calledAt,
  returnedAt,
  action,
});
const write = (value: string): Action => ({ type: "write", value });
const read = (value: string, mode: "default" | "consistent" | "stale" = "consistent"): Action => ({
  type: "read",
  mode,
  value,
});
const swap = (expected: string, value: string, isOk: boolean | undefined): Action => ({
  type: "compare-and-set",
  expected,
  value,
  isOk,
});

describe("good histories", () => {
  it.each([
    ["one after another", [operation(0, 1, write("a")), operation(2, 3, read("a"))]],
    [
      "a read beside a write may see either",
      [operation(0, 10, write("a")), operation(1, 2, read("")), operation(3, 4, read("a"))],
    ],
    ["an unknown write that happened", [operation(0, undefined, write("a")), operation(5, 6, read("a"))]],
    ["an unknown write that did not happen", [operation(0, undefined, write("a")), operation(5, 6, read(""))]],
    [
      "a swap that failed",
      [operation(0, 1, write("a")), operation(2, 3, swap("b", "c", false)), operation(4, 5, read("a"))],
    ],
    ["a stale read", [operation(0, 1, write("a")), operation(2, 3, write("b")), operation(4, 5, read("a", "stale"))]],
  ])("%s", (_name, history) => expect(checkHistory(history)).toEqual({ type: "linearizable" }));
});

describe("bad histories", () => {
  it.each([
    ["a read that is behind", [operation(0, 1, write("a")), operation(2, 3, write("b")), operation(4, 5, read("a"))]],
    ["a default read that is behind", [operation(0, 1, write("a")), operation(2, 3, read("", "default"))]],
    [
      "a value goes and comes back",
      [operation(0, 20, write("a")), operation(1, 2, read("a")), operation(3, 4, read(""))],
    ],
    ["two swaps from one value", [operation(0, 1, swap("", "a", true)), operation(2, 3, swap("", "b", true))]],
    [
      "an acknowledged write is lost",
      [operation(0, 1, write("a")), operation(2, undefined, write("b")), operation(3, 4, read(""))],
    ],
    ["a stale read from nowhere", [operation(0, 1, read("z", "stale"))]],
    [
      "on one of two keys",
      [operation(0, 1, write("a"), "y"), operation(2, 3, read("", "consistent"), "y"), operation(0, 1, write("a"))],
    ],
  ])("%s", (_name, history) => expect(checkHistory(history)).toMatchObject({ type: "violation" }));
});

it("200 random true histories pass, and nearly all of them fail once a read is falsified", () => {
  let caught = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const history = trueHistory(new Prng(seed), 40);
    expect(checkHistory(history)).toEqual({ type: "linearizable" });
    const at = history.findIndex((one) => one.action.type === "read" && one.action.value !== INITIAL_VALUE);
    const falsified = history.map((one, position) =>
      position === at ? { ...one, action: read("never written") } : one,
    );
    if (at >= 0 && checkHistory(falsified).type === "violation") caught++;
  }
  expect(caught).toBeGreaterThan(190);
});

/** Overlapping operations that really happened at one moment inside their interval. */
function trueHistory(random: Prng, count: number): Operation[] {
  let value = INITIAL_VALUE;
  return Array.from({ length: count }, (_, position) => {
    const atMs = position * 10;
    const action = random.below(2) === 0 ? write(`v${position}`) : read(value);
    if (action.type === "write") value = action.value;
    return operation(atMs - random.below(25), atMs + random.below(25), action);
  });
}

it("histories travel as JSON lines", () => {
  const history = trueHistory(new Prng(1), 5);
  expect(fromJsonLines(toJsonLines(history))).toEqual(history);
});
