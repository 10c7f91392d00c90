import { describe, expect, test } from "vitest";
import { parseJobFile, type ValidateOptions, validateJob } from "#core/jobspec";
import { Job } from "#core/model";
import { jsonReader } from "#core/wire";
import { exactJson, isPresent, namesEnding, read } from "./cases.ts";
import { stricter, validationDifferences } from "./differences.ts";

interface Golden {
  readonly HTTPStatus?: number;
  readonly HTTPBody?: string;
  readonly Error?: string;
  readonly Warnings?: string;
}

function sortedLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .sort()
    .join("\n");
}

const timeZones = new Set(Intl.supportedValuesOf("timeZone"));

const options: ValidateOptions = {
  newId: () => "id",
  knowsTimeZone: (zone) => zone === "UTC" || timeZones.has(zone),
  namespaceExists: (namespace) => namespace === "default",
  nodePoolExists: (pool) => pool === "default" || pool === "all",
};

describe.skipIf(!isPresent)("job validation", () => {
  test("what a server refused to register is refused in the same words", () => {
    const names = namesEnding(".reject.txt");
    const failures = names.filter((name) => {
      const draft = jsonReader(Job, "draft")((exactJson(read(`${name}.json`)) as { Job: unknown }).Job);
      if (!draft.ok) throw new Error(draft.failure.message);
      const recorded = read(`${name}.reject.txt`).replace(/^HTTP \d+\n/, "");
      return sortedLines(validateJob(draft.value, options).errorText) !== sortedLines(recorded);
    });
    console.log(`reject: ${names.length - failures.length} of ${names.length}`);
    expect(failures).toEqual([]);
  });

  test("refuses, accepts and warns as recorded, in the same words but for the listed differences", () => {
    const names = namesEnding(".validate.json", "validate").sort();
    const outcomes: string[] = [];
    const texts: string[] = [];
    for (const name of names) {
      const golden = JSON.parse(read(`validate/${name}.validate.json`)) as Golden;
      const { job, diagnostics } = parseJobFile(read(`validate/${name}.hcl`), { file: `${name}.hcl` });
      if (job === undefined) throw new Error(`${name}: ${diagnostics[0]?.summary}`);
      const result = validateJob(job, options);
      const refusal = golden.HTTPBody ?? golden.Error ?? "";
      const ours = result.fatal ?? result.errorText;
      const outcome = [refusal !== "", (golden.Warnings ?? "") !== ""];
      const own = [ours !== "", result.fatal === undefined && result.warningText !== ""];
      const more = stricter[name];
      if (more !== undefined && (outcome.join() === own.join() || !more.text.test(`${ours}\n${result.warningText}`)))
        outcomes.push(`${name}: is listed as stricter here, and is not`);
      if (outcome.join() !== own.join() && more === undefined)
        outcomes.push(`${name}: expected ${outcome.join(" ")}, got ${own.join(" ")}\n${ours}\n${result.warningText}`);
      const [want, got] = [
        `${refusal}\n${golden.Warnings ?? ""}`,
        `${ours}\n${result.fatal === undefined ? result.warningText : ""}`,
      ].map(sortedLines) as [string, string];
      const pattern = validationDifferences[name];
      if (want !== got && pattern === undefined && more === undefined)
        texts.push(`${name}\n--- recorded\n${want}\n--- ours\n${got}`);
      if (pattern !== undefined && (want === got || !pattern.text.test(got)))
        texts.push(`${name}: the listed difference does not hold\n${got}`);
    }
    console.log(
      `validate: ${names.length - outcomes.length} of ${names.length} outcomes, ${names.length - texts.length} of ${names.length} texts of which ${Object.keys(validationDifferences).length} by listed differences; ${Object.keys(stricter).length} stricter`,
    );
    expect(outcomes.join("\n")).toBe("");
    expect(texts.join("\n\n")).toBe("");
  });
});
