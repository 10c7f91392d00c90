import { describe, expect, test } from "vitest";
import { jobDiff, renderJobDiff } from "#core/diff";
import { parseJobFile, serverForm, validateJob } from "#core/jobspec";
import { type Job, JobDiff, PlanAnnotations } from "#core/model";
import { encodeJson, jsonReader } from "#core/wire";
import { isPresent, normalised, planCases, readCase } from "../plan/cases.ts";

const storeOptions = { newId: () => "id" };

function jobOf(name: string, file: string): Job | null {
  const text = readCase(name, file);
  if (text === undefined) return null;
  const { job, diagnostics } = parseJobFile(text, { file });
  if (job === undefined) throw new Error(`${name}/${file}: ${diagnostics[0]?.summary}`);
  return serverForm(job, storeOptions);
}

describe.skipIf(!isPresent)("job plan", () => {
  const names = planCases();

  function diffOf(name: string): JobDiff {
    const annotations = jsonReader(PlanAnnotations)(JSON.parse(readCase(name, "annotations.json") ?? "null"));
    if (!annotations.ok) throw new Error(annotations.failure.message);
    const old = jobOf(name, "old.hcl");
    const stopped = readCase(name, "stop") !== undefined;
    return jobDiff(old && { ...old, stop: stopped }, jobOf(name, "new.hcl"), annotations.value);
  }

  test("diffs are the recorded ones, in data and in text", () => {
    const failures: string[] = [];
    let [data, texts] = [0, 0];
    const planned = names.filter((name) => readCase(name, "error.json") === undefined);
    for (const name of planned) {
      const diff = diffOf(name);
      const [ours, golden] = [
        normalised(JSON.parse(encodeJson(JobDiff, diff))),
        normalised(JSON.parse(readCase(name, "diff.json") ?? "")),
      ];
      if (JSON.stringify(ours) === JSON.stringify(golden)) data += 1;
      else failures.push(`${name}\n--- recorded\n${JSON.stringify(golden)}\n--- ours\n${JSON.stringify(ours)}`);
      for (const [file, verbose] of [
        ["cli.txt", false],
        ["cli.verbose.txt", true],
      ] as const) {
        const recorded = (readCase(name, file) ?? "").replace(
          /\n(Scheduler dry-run|Job Warnings|Job Modify Index)[^]*$/,
          "\n",
        );
        const text = renderJobDiff(diff, { verbose });
        const lines = (shown: string): string => shown.split("\n").sort().join("\n");
        if (lines(text) === lines(recorded)) texts += 1;
        else failures.push(`${name}/${file}\n--- recorded\n${recorded}\n--- ours\n${text}`);
      }
    }
    console.log(`diff: ${data} of ${planned.length} in data, ${texts} of ${planned.length * 2} in text`);
    expect(
      failures
        .filter((text) => !/^\S+json/.test(text))
        .slice(0, 12)
        .join("\n\n"),
    ).toBe("");
    expect(planned.length).toBe(105);
  });

  test("a plan that the reference refuses is refused in the same words", () => {
    const refused = names.filter((name) => readCase(name, "error.json") !== undefined);
    for (const name of refused) {
      const { job } = parseJobFile(readCase(name, "new.hcl") ?? "");
      const expected = JSON.parse(readCase(name, "error.json") ?? "") as { HTTPBody: string };
      expect(job && validateJob(job, storeOptions).errorText.trim()).toBe(expected.HTTPBody.trim());
    }
    expect(refused).toEqual(["type-change-refused"]);
  });
});
