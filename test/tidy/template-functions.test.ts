import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { templateFunctions } from "#core/template";
import { functionsPage } from "./template-functions.ts";

const path = join(import.meta.dirname, "../../docs/templates-functions.md");

test("the page of template functions is what the table says", () => {
  const page = functionsPage(templateFunctions);
  if (process.env["DROVER_WRITE_FUNCTIONS"]) writeFileSync(path, page);
  expect(readFileSync(path, "utf8"), "write it anew with DROVER_WRITE_FUNCTIONS=1").toBe(page);
});

test("a function is there once, and says what it is", () => {
  const names = templateFunctions.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { summary, group, result } of templateFunctions) expect([summary, group, result]).not.toContain("");
});
