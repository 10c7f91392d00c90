import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "#core/hcl";
import { type ParsedJob, canonicalise, parseForApi, parseJobFile, readApiJob, serverForm } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJson, encodeJsonDraft, jsonReader } from "#core/wire";
import { refusalPlaces } from "./differences.ts";
import { commandOf, exactJson, isPresent, namesEnding, read, readIfAny } from "./cases.ts";

/** The port of an exposed check is named after a digest of the check; which digest nobody can see. */
const portLabel = /svc_web_ck_[0-9a-f]{6}/g;

function fromJson(text: string): ParsedJob {
  const job = readApiJob(text);
  return job.ok ? { job: job.value, diagnostics: [] } : { diagnostics: [] };
}

describe.skipIf(!isPresent)("job files", () => {
  test("accepted files give the recorded job", () => {
    const names = namesEnding(".json").filter((name) => /^[^.]+$/.test(name));
    const failures: string[] = [];
    for (const name of names) {
      const command = commandOf(name);
      const { options, json } = command;
      const parsed: ParsedJob = json ? fromJson(read(`${name}.hcl`)) : parseJobFile(read(`${name}.hcl`), options);
      if (parsed.job === undefined) {
        failures.push(`${name}: refused\n${parsed.diagnostics.map(renderDiagnostic).join("\n")}`);
        continue;
      }
      try {
        const { consulNamespace = null, vaultNamespace = null } = command;
        const namespaces = json ? {} : { consulNamespace, vaultNamespace };
        const job = { ...parsed.job, ...namespaces };
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

  test("a server stores the recorded job", () => {
    const names = namesEnding(".server.json");
    const failures: string[] = [];
    for (const name of names) {
      const draft = jsonReader(Job, "draft")((exactJson(read(`${name}.json`)) as { Job: unknown }).Job);
      if (!draft.ok) throw new Error(draft.failure.message);
      const job = serverForm(draft.value, { newId: () => "<uuid>" });
      const golden = read(`${name}.server.json`).replaceAll(portLabel, "<label>");
      const ours = encodeJson(Job, { ...job, status: "<status>" }).replaceAll(portLabel, "<label>");
      try {
        expect(exactJson(ours)).toEqual(exactJson(golden));
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
      }
    }
    console.log(`server: ${names.length - failures.length} of ${names.length}`);
    expect(failures.join("\n")).toBe("");
  });

  test("the parse API answers as recorded", () => {
    const names = namesEnding(".request.json");
    const failures = names.filter((name) => {
      const expected = exactJson(read(`${name}.response.json`)) as { HTTPStatus?: number };
      let request: { JobHCL?: string; Variables?: string; Canonicalize?: boolean };
      try {
        request = JSON.parse(read(`${name}.request.json`)) as typeof request;
      } catch {
        return expected.HTTPStatus !== 400;
      }
      const { JobHCL: jobHcl = "", Variables: variables = "", Canonicalize: canonicalize = false } = request;
      const answer = parseForApi({ jobHcl, variables, canonicalize });
      if (answer.job === undefined) return expected.HTTPStatus !== 400;
      return !isDeepStrictEqual(exactJson(encodeJsonDraft(Job, answer.job)), expected);
    });
    console.log(`parse API: ${names.length - failures.length} of ${names.length}`);
    expect(failures).toEqual([]);
  });

  test("refused files are refused", () => {
    const names = namesEnding(".err");
    const accepted = names.filter((name) => {
      const { options, json, missing } = commandOf(name);
      // A missing variable file, and variables for a JSON job, are refused by the command before it parses.
      if (missing !== undefined || (json && options.variables?.length !== 0)) return false;
      const parsed = json ? fromJson(read(`${name}.hcl`)) : parseJobFile(read(`${name}.hcl`), options);
      return parsed.job !== undefined;
    });
    console.log(`refused: ${names.length - accepted.length} of ${names.length}`);
    expect(accepted).toEqual([]);
  });

  test("refusals name the file and line that the reference names, but for the listed ones", () => {
    const elsewhere = namesEnding(".err").flatMap((name) => {
      const { options, json, missing } = commandOf(name);
      const place = /^([^\s:]+\.hcl):(\d+),/m.exec(read(`${name}.err`));
      if (place === null || json || missing !== undefined) return [];
      const { diagnostics } = parseJobFile(read(`${name}.hcl`), options);
      const places = diagnostics.map((item) => `${item.severity} ${item.range?.file}:${item.range?.start.line}`);
      const wanted = refusalPlaces[name] ?? `error ${place[1]}:${place[2]}`;
      return places.includes(wanted) ? [] : [`${name}: expected ${wanted}, got ${places.join(", ")}`];
    });
    expect(elsewhere).toEqual([]);
    expect(readIfAny("nothing")).toBeUndefined();
  });
});
