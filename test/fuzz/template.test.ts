import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Prng } from "#core/base";
import { checkTemplate, nextTemplate } from "./template-target.ts";

const folder = join(import.meta.dirname, "corpus/template");
const corpus = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);

test("every input of the corpus ends in an outcome, the same one twice, within a second", () => {
  expect(corpus.length).toBeGreaterThan(50);
  for (const [file, text] of corpus) {
    const before = process.cpuUsage();
    expect(checkTemplate(text), file).toBeUndefined();
    const used = process.cpuUsage(before);
    expect((used.user + used.system) / 1000, file).toBeLessThan(1000);
  }
});

test("thousands of new inputs do no harm", () => {
  const random = new Prng(11);
  for (let run = 0; run < 3000; run++) {
    const input = nextTemplate(
      random,
      corpus.map(([, text]) => text),
    );
    expect(checkTemplate(input), JSON.stringify(input)).toBeUndefined();
  }
});
