import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { limitsPage } from "./limits.ts";
import { trackedSources } from "./tracked-sources.ts";

const path = join(import.meta.dirname, "../../docs/limits.md");

test("the page of limits is what the sources say", () => {
  const page = limitsPage(trackedSources());
  if (process.env["DROVER_WRITE_LIMITS"]) writeFileSync(path, page);
  expect(readFileSync(path, "utf8"), "write it anew with DROVER_WRITE_LIMITS=1").toBe(page);
});

test("a bound is found with its owner", () => {
  const page = limitsPage(
    new Map([
      ["core/base/a.ts", "const QUEUE_MAX = 64 * 1024;\nconst other = 1;\n"],
      ["core/base/a.test.ts", "const QUEUE_MAX = 1;\n"],
    ]),
  );
  expect(page).toContain("| `QUEUE_MAX` | 64 * 1024 | core/base/a.ts |");
  expect(page).not.toContain("a.test.ts");
});
