import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "#cli/shell";
import { runJob } from "#cli/commands/job";
import { exactJson, folder, isPresent, namesEnding, read, readIfAny } from "./cases.ts";

/** `job run -output` as the cases were recorded: with their arguments and environment, in their folder. */
interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

const before = process.cwd();
const linesOf = (name: string): string[] => (readIfAny(name) ?? "").split("\n").filter((line) => line !== "");

async function output(name: string): Promise<Outcome> {
  const pairs = linesOf(`${name}.env`).map((line) => [
    line.slice(0, line.indexOf("=")),
    line.slice(line.indexOf("=") + 1),
  ]);
  const written: [string[], string[]] = [[], []];
  const io = {
    out: (text: string | Uint8Array) => void written[0].push(String(text)),
    err: (text: string) => void written[1].push(text),
    readAll: () => Promise.resolve(""),
    isTerminal: false,
  };
  const env = { HOME: "/root", ...(Object.fromEntries(pairs) as Record<string, string>) };
  const argv = ["-output", ...linesOf(`${name}.args`), `${name}.hcl`];
  const exit = await runCommand(runJob, argv, { program: "nomad", io, env, signal: new AbortController().signal });
  return { exit, out: written[0].join(""), err: written[1].join("") };
}

describe.skipIf(!isPresent)("job run -output", () => {
  beforeAll(() => process.chdir(folder));
  afterAll(() => process.chdir(before));

  test("prints the recorded job, with exact numbers", async () => {
    const names = namesEnding(".json").filter((name) => /^[^.]+$/.test(name));
    const failures: string[] = [];
    for (const name of names) {
      const { exit, out, err } = await output(name);
      const isSame = exit === 0 && isDeepStrictEqual(exactJson(out), exactJson(read(`${name}.json`)));
      if (!isSame || !out.startsWith('{\n    "Job": {\n        "')) failures.push(`${name}: exit ${exit} ${err}`);
    }
    console.log(`job run -output: ${names.length - failures.length} of ${names.length} as recorded`);
    expect(failures).toEqual([]);
    expect(names.length).toBe(266);
  });

  test("refuses what was refused, and says of which file", async () => {
    const names = namesEnding(".err");
    const failures: string[] = [];
    for (const name of names) {
      const { exit, out, err } = await output(name);
      if (exit !== 1 || out !== "" || !err.startsWith("Error getting job struct: "))
        failures.push(`${name}: exit ${exit} ${err}`);
    }
    console.log(`job run -output: ${names.length - failures.length} of ${names.length} refused`);
    expect(failures).toEqual([]);
    expect(names.length).toBe(138);
  });
});
