import { expect, it } from "vitest";
import { smallScope } from "./scope.ts";
import { search } from "./search.ts";

it("the first 20,000 states of the small scope keep every promise", () => {
  const result = search(smallScope, { states: 20_000, isOver: () => false });
  expect(result.violation).toBeUndefined();
  expect(result.states).toBe(20_000);
}, 60_000);
