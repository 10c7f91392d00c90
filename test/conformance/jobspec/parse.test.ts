import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "#core/hcl";
import { type ParsedJob, canonicalise, parseForApi, parseJobFile, readApiJob, serverForm } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJson, encodeJsonDraft, jsonReader } from "#core/wire";
import { addedPlaces, apiTexts, refusalPlaces } from "./differences.ts";
import { commandOf, exactJson, isPresent, namesEnding, read } from "./cases.ts";

/** The port of an exposed check is named after a digest of the check; which digest nobody can see. */
const portLabel = /svc_web_ck_[0-9a-f]{6}/g;

function fromJson(text: string): ParsedJob {
  const job = readApiJob(text);
  return job.ok ? { job: job.value, diagnostics: [] } : { diagnostics: [] };
}

interface ParseBody {
  readonly JobHCL?: string;
  readonly Variables?: string;
  readonly Canonicalize?: boolean;
}

function bodyOf(text: string): ParseBody | undefined {
  try {
    return JSON.parse(text) as ParseBody;
  } catch {
    return undefined;
  }
}

function apiTextFailures(name: string, { HTTPBody = "" }: { readonly HTTPBody?: string }, message: string): string[] {
  const isSame = message.replace(/https:\/\/\S+/, "<docs-url>") === HTTPBody;
  const listed = apiTexts[name]?.text;
  if (listed === undefined) return isSame ? [] : [`${name}: expected ${HTTPBody}, got ${message}`];
  return !isSame && listed.test(message) ? [] : [`${name}: the listed difference does not hold: ${message}`];
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

  test("the parse API answers as recorded, in the recorded words but for the listed ones", () => {
    const names = namesEnding(".request.json");
    const failures = names.flatMap((name) => {
      const expected = exactJson(read(`${name}.response.json`)) as { HTTPStatus?: number; HTTPBody?: string };
      const request = bodyOf(read(`${name}.request.json`));
      // A body that is no JSON is refused before it is parsed.
      if (request === undefined) return expected.HTTPStatus === 400 ? [] : [`${name}: is no JSON`];
      const { JobHCL: jobHcl = "", Variables: variables = "", Canonicalize: canonicalize = false } = request;
      const { job, message } = parseForApi({ jobHcl, variables, canonicalize });
      if (job === undefined) return expected.HTTPStatus === 400 ? apiTextFailures(name, expected, message) : [name];
      return isDeepStrictEqual(exactJson(encodeJsonDraft(Job, job)), expected) ? [] : [name];
    });
    const listed = Object.keys(apiTexts).length;
    console.log(
      `parse API: ${names.length - failures.length} of ${names.length}, ${listed} by listed differences of text`,
    );
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
    const failures: string[] = [];
    const counts = { same: 0, listed: 0, added: 0, none: 0, notOfFiles: 0 };
    for (const name of namesEnding(".err")) {
      const { options, json, missing } = commandOf(name);
      if (json || missing !== undefined) {
        counts.notOfFiles += 1;
        continue;
      }
      const { diagnostics } = parseJobFile(read(`${name}.hcl`), options);
      const places = diagnostics.map((item) => `${item.severity} ${item.range?.file}:${item.range?.start.line}`);
      const recorded = /^([^\s:]+\.hcl):(\d+),/m.exec(read(`${name}.err`));
      const theirs = recorded === null ? undefined : `error ${recorded[1]}:${recorded[2]}`;
      const ours = refusalPlaces[name]?.place ?? addedPlaces[name];
      const wanted = ours ?? theirs;
      if (ours !== undefined && ours === theirs) failures.push(`${name}: is listed and does not differ`);
      if (wanted !== undefined && !places.includes(wanted))
        failures.push(`${name}: expected ${wanted}, got ${places.join(", ")}`);
      if (wanted === undefined && places.some((place) => !place.includes("undefined")))
        failures.push(`${name}: has a place, and the reference none: list ${places.join(", ")}`);
      const kind = name in refusalPlaces ? "listed" : name in addedPlaces ? "added" : theirs ? "same" : "none";
      counts[kind] += 1;
    }
    console.log("places of refusals:", JSON.stringify(counts));
    expect(failures).toEqual([]);
  });
});
