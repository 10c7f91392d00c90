import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Prng } from "#core/base";
import { checkJob, nextJob } from "./job-target.ts";
import { checkHcl, nextHcl } from "./hcl-target.ts";

const folder = join(import.meta.dirname, "corpus/hcl");

test("every input of the corpus ends in a result or a diagnostic, within a second", () => {
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), "utf8");
    const before = process.cpuUsage();
    expect(checkHcl(text), file).toBeUndefined();
    const used = process.cpuUsage(before);
    expect((used.user + used.system) / 1000, file).toBeLessThan(1000);
  }
});

test("hundreds of new inputs do no harm", () => {
  const corpus = readdirSync(folder)
    .filter((file) => !/deep|doubling|ranges|nested/.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const random = new Prng(7);
  for (let run = 0; run < 800; run++) {
    const input = nextHcl(random, corpus);
    expect(checkHcl(input), JSON.stringify(input)).toBeUndefined();
  }
});

test("jobs as JSON with wrong values are refused by name, or taken as they are", () => {
  const jobs = join(import.meta.dirname, "corpus/job");
  const corpus = readdirSync(jobs).map((file) => readFileSync(join(jobs, file), "utf8"));
  const random = new Prng(9);
  for (let run = 0; run < 400; run++) {
    const input = nextJob(random, corpus);
    expect(checkJob(input), input).toBeUndefined();
  }
});
