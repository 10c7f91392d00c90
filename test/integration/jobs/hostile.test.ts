import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostileTexts } from "#test/fuzz";
import { AgentProcess } from "#test/support";

/** Texts of job files that look for the expensive corners, where they are read: offline, and by a server. */
const entry = join(import.meta.dirname, "../../../dist/test/fuzz/parse-main.js");
const folder = mkdtempSync(join(tmpdir(), "drover-hostile-"));
const names = Object.keys(hostileTexts);

interface Cost {
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** What a text costs a process that does nothing else; the process has itself made the text. */
/** By the wall's clock on a busy machine; what a text costs is measured offline, in processor time. */
const ANSWER_MS_MAX = 15_000;

function costOf(name: string): Promise<Cost> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [entry, name], (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout) as Cost),
    );
  });
}

test("offline each ends within a second of processor time and 256 MB of the whole process", async () => {
  const costs: (readonly [string, Cost])[] = [];
  for (const name of names) costs.push([name, await costOf(name)]);
  const most = (of: keyof Cost) => costs.toSorted(([, left], [, right]) => right[of] - left[of])[0];
  console.log(`${costs.length} hostile texts; slowest`, most("cpuMs"), "largest", most("rssMb"));
  expect(costs.filter(([, { rssMb }]) => rssMb >= 256)).toEqual([]);
  expect(costs.filter(([, { cpuMs }]) => cpuMs >= 1000)).toEqual([]);
});

describe("a server", () => {
  let agent: AgentProcess;
  beforeAll(async () => {
    agent = await AgentProcess.start(["-dev"], folder);
  });
  afterAll(async () => {
    await agent.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const parse = (text: string): Promise<Response> =>
    fetch(`${agent.address}/v1/jobs/parse`, { method: "PUT", body: JSON.stringify({ JobHCL: text }) });

  test("answers each, does other work meanwhile, and lives", async () => {
    await parse("");
    for (const name of names) {
      const before = performance.now();
      const parsed = parse(hostileTexts[name] as string);
      const other = await fetch(`${agent.address}/v1/status/leader`);
      expect(other.status, name).toBe(200);
      const answer = await parsed;
      expect([200, 400], name).toContain(answer.status);
      if (answer.status === 400) expect(await answer.text(), name).toMatch(/^Failed to parse job: \S/);
      else await answer.arrayBuffer();
      expect(performance.now() - before, name).toBeLessThan(ANSWER_MS_MAX);
    }
    expect(agent.isAlive).toBe(true);
  });

  test("says what is wrong as compatible text, in its own words, and as data", async () => {
    const text = 'job "x" {\n  group "g" {\n    count = var.cuont\n  }\n}\nvariable "count" {}\n';
    const answer = await parse(text);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(
      /^Failed to parse job: <nil>: Unset variable "count"; A used variable must be set/,
    );
    expect(answer.headers.get("x-drover-hint")).toMatch(
      /^input\.hcl:6,10-17: Unset variable "count"; It has no default/,
    );
    const data = await fetch(`${agent.address}/v1/jobs/parse?diagnostics=true`, {
      method: "PUT",
      body: JSON.stringify({ JobHCL: text, Variables: "count = 1\n" }),
    });
    expect(data.status).toBe(400);
    expect(await data.json()).toMatchObject({
      Job: null,
      Diagnostics: [
        {
          Severity: "error",
          Summary: "Unsupported attribute",
          File: "input.hcl",
          Start: { Line: 3, Column: 16 },
          SourceLine: "    count = var.cuont",
          Suggestion: "count",
        },
      ],
    });
  });
});
