import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Job } from "#core/model";
import {
  decodeBinary,
  encodeBinary,
  encodeJson,
  encodeJsonDraft,
  encodeValue,
  jsonReader,
  parseJson,
} from "#core/wire";

const shared = process.env["DROVER_SHARED"] ?? join(import.meta.dirname, "../../../shared");
const folder = join(shared, "conformance/jobspec");
const isPresent = existsSync(folder);
if (!isPresent && process.env["CI"]) throw new Error(`no golden cases at ${folder}; set DROVER_SHARED`);

/** Texts with sorted keys and exact numbers. */
function canonical(text: string): string {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return encodeValue(parsed.value);
}

test.skipIf(!isPresent)("every stored job of the golden cases survives JSON and the binary form unchanged", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".server.json"));
  expect(names.length).toBe(204);
  for (const name of names) {
    const golden = readFileSync(join(folder, name), "utf8");
    const parsed = parseJson(golden);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const job = jsonReader(Job)(parsed.value);
    if (!job.ok) throw new Error(`${name}: ${job.failure.message}`);
    expect(canonical(encodeJson(Job, job.value)), name).toBe(canonical(golden));
    const back = decodeBinary(Job, encodeBinary(Job, job.value));
    expect(back, name).toEqual(job);
  }
});

test.skipIf(!isPresent)("every job as its author wrote it survives the draft form unchanged", () => {
  const names = readdirSync(folder).filter((name) => /^[^.]+\.json$/.test(name));
  let count = 0;
  for (const name of names) {
    const parsed = parseJson(readFileSync(join(folder, name), "utf8"));
    const golden = parsed.ok ? (parsed.value as { Job?: unknown }).Job : undefined;
    if (golden === undefined) throw new Error(`${name}: no job`);
    const draft = jsonReader(Job, "draft")(golden);
    if (!draft.ok) throw new Error(`${name}: ${draft.failure.message}`);
    expect(JSON.parse(encodeJsonDraft(Job, draft.value)), name).toEqual(JSON.parse(encodeValue(golden)));
    count += 1;
  }
  expect(count).toBe(266);
});
