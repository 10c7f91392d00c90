import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "#core/hcl";
import { canonicalise, parseJobFile } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJsonDraft } from "#core/wire";
import { commandOf, exactJson, isPresent, namesEnding, read, readIfAny } from "./cases.ts";

describe.skipIf(!isPresent)("job files", () => {
  test("accepted files give the recorded job", () => {
    const names = namesEnding(".json").filter((name) => /^[^.]+$/.test(name));
    const failures: string[] = [];
    for (const name of names) {
      const command = commandOf(name);
      const { options, json } = command;
      if (json) continue;
      const parsed = parseJobFile(read(`${name}.hcl`), options);
      if (parsed.job === undefined) {
        failures.push(`${name}: refused\n${parsed.diagnostics.map(renderDiagnostic).join("\n")}`);
        continue;
      }
      try {
        const { consulNamespace = null, vaultNamespace = null } = command;
        const job = { ...parsed.job, consulNamespace, vaultNamespace };
        expect(exactJson(`{"Job":${encodeJsonDraft(Job, job)}}`)).toEqual(exactJson(read(`${name}.json`)));
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
      }
    }
    console.log(`accepted: ${names.length - failures.length} of ${names.length}`);
    expect(failures.join("\n")).toBe("");
  });

  test("a client's defaults are the recorded ones", () => {
    const names = namesEnding(".canonical.json");
    const failures: string[] = [];
    for (const name of names) {
      const { job } = parseJobFile(read(`${name}.hcl`), { file: `${name}.hcl` });
      if (job === undefined) {
        failures.push(`${name}: refused`);
        continue;
      }
      try {
        expect(exactJson(encodeJsonDraft(Job, canonicalise(job)))).toEqual(exactJson(read(`${name}.canonical.json`)));
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
      }
    }
    console.log(`canonical: ${names.length - failures.length} of ${names.length}`);
    expect(failures.join("\n")).toBe("");
  });

  test("refused files are refused", () => {
    const names = namesEnding(".err");
    const accepted = names.filter((name) => {
      const { options, json, missing } = commandOf(name);
      return !json && missing === undefined && parseJobFile(read(`${name}.hcl`), options).job !== undefined;
    });
    console.log(`refused: ${names.length - accepted.length} of ${names.length}`);
    expect(accepted).toEqual([]);
    expect(readIfAny("nothing")).toBeUndefined();
  });
});
