import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { narrowScopes, type Scope, smallScope } from "./scope.ts";
import { search } from "./search.ts";

const main = new URL("../../../dist/test/sim/main.js", import.meta.url).pathname;
const never = (): boolean => false;

it("the first 100,000 states of the small scope keep every promise", () => {
  const result = search(smallScope, { states: 100_000, isOver: never });
  expect(result.violation).toBeUndefined();
  expect(result.states).toBeGreaterThanOrEqual(100_000);
}, 60_000);

it("two elections among three servers are tried to the end, and twice with the same count", () => {
  const [first] = narrowScopes as readonly [Scope];
  const scope = { ...first, inFlightMax: 4 };
  const result = search(scope, { states: 10_000_000, isOver: never });
  expect(result).toMatchObject({ isClosed: true, violation: undefined });
  expect(result.states).toBeGreaterThan(10_000);
  expect(search(scope, { states: 10_000_000, isOver: never }).states).toBe(result.states);
}, 60_000);

describe("the search finds", () => {
  for (const mutant of ["doubleVote", "noLogCheck", "matchLast"])
    it(mutant, () => {
      const args = [main, "exhaustive", "--minutes", "3", "--mutant", mutant];
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
      expect(stdout).toContain("deliver");
      expect(status).toBe(2);
    }, 120_000);
});
