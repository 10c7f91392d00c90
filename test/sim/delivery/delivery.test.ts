import { expect, test } from "vitest";
import { promises, reportOf } from "./report.ts";

/** A smaller version of `npm run sim -- delivery`. */
const SEEDS = 600;

test.each(promises.slice(0, 4))("roll-outs keep what is promised: $name", (promised) => {
  expect(reportOf(promised, SEEDS, 1).broken).toEqual([]);
});
