import { expect, test } from "vitest";
import { checkTree } from "#test/tidy";
import { trackedSources } from "./tracked-sources.ts";

test("the whole tree keeps the rules of the house", () => {
  const sources = trackedSources();
  expect(sources.size).toBeGreaterThan(10);
  expect(checkTree(sources).map((found) => `${found.path}:${found.line} ${found.rule}: ${found.message}`)).toEqual([]);
});
