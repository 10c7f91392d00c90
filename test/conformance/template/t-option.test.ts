import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { conformanceFolder, isConformancePresent } from "#test/support";
import { judgeCommands } from "../ratchet/cli.ts";

const isPresent = isConformancePresent("cli");
const table = JSON.parse(readFileSync(join(import.meta.dirname, "../../../dist/commands.json"), "utf8")) as {
  readonly commands: Readonly<Record<string, { readonly flags: readonly string[] }>>;
};

/** The command that a line of a transcript calls: its longest name that we have. */
function commandOf(line: string): string | undefined {
  const words = line.replace(/^nomad /, "").split(" ");
  const names = words.map((_, count) => words.slice(0, count + 1).join(" "));
  return names.reverse().find((name) => name in table.commands);
}

function isJudged(line: string): boolean {
  return /^nomad .* -t /.test(line) && commandOf(line) !== undefined;
}

const names = isPresent
  ? readdirSync(conformanceFolder("cli"))
      .filter((file) => file.endsWith(".txt"))
      .map((file) => file.slice(0, -4))
      .filter((name) => {
        const text = readFileSync(join(conformanceFolder("cli"), `${name}.txt`), "utf8");
        return [...text.matchAll(/^\$ (.*)$/gm)].some(([, line]) => isJudged(line as string));
      })
  : [];

test("every command that shows its answer as JSON takes -t too", () => {
  const without = Object.entries(table.commands).filter(
    ([, { flags }]) => flags.includes("json") && !flags.includes("t"),
  );
  // Their -json says how a job file is written, that events come as they happen, and that entries of a log come one a line: no answers to be shaped.
  const others = /^(?:job )?(?:run|plan|validate)$|^operator raft log$|^mesh canary$/;
  expect(without.map(([name]) => name).filter((name) => !others.test(name))).toEqual([]);
});

describe.skipIf(!isPresent)("the -t steps of recorded transcripts whose command exists", () => {
  test.each(names)("%s", async (name) => {
    const { passed, total, failure } = await judgeCommands(name, isJudged);
    process.stderr.write(`-t steps of ${name}: ${passed} of ${total}\n`);
    expect(failure).toBeUndefined();
    expect(total).toBeGreaterThan(0);
  });
});
