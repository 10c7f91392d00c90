import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { conformanceFolder, isConformancePresent } from "#test/support";
import { playScenario } from "./ratchet/api.ts";
import { runTranscript } from "./ratchet/cli.ts";
import { type CaseResult, compare, countLine, readLedger, runAgain, runAll, writeLedger } from "./ratchet/ledger.ts";
import { ownAnswers } from "./ratchet/ours.ts";

const AT_ONCE = 4;
const LIMIT_MS = 15 * 60_000;
const writes = process.env["DROVER_RATCHET"] === "write";
const only = process.env["DROVER_RATCHET_ONLY"]?.split(",");

const kinds = [
  { kind: "api", folder: "api", ending: ".json", run: playScenario },
  { kind: "cli", folder: "cli", ending: ".txt", run: runTranscript },
] as const;

describe.each(kinds)("the golden $kind cases", ({ kind, folder, ending, run }) => {
  const isPresent = isConformancePresent(folder);

  test.skipIf(!isPresent)(
    "pass as far as the list says, and no further than it says",
    async () => {
      const ledger = readLedger(kind);
      const all = readdirSync(conformanceFolder(folder))
        .filter((name) => name.endsWith(ending))
        .map((name) => name.slice(0, -ending.length));
      const names = only ? all.filter((name) => only.includes(name)) : all;
      const known = only ? Object.fromEntries(Object.entries(ledger).filter(([name]) => only.includes(name))) : ledger;
      const play = (name: string): Promise<CaseResult> => run(name, ledger[name]?.[0] ?? Number.POSITIVE_INFINITY);
      const results = await runAll(names, AT_ONCE, play);
      await runAgain(known, results, play);
      process.stdout.write(`\n${countLine(kind, results)}\n`);
      if (writes) return record(kind, { ...ledger }, results);
      const { worse, better } = compare(known, results);
      expect(worse, "fewer steps pass than before").toEqual([]);
      expect(better, "more steps pass: write them down with DROVER_RATCHET=write").toEqual([]);
    },
    LIMIT_MS,
  );
});

function record(
  kind: "api" | "cli",
  ledger: Record<string, readonly [number, number]>,
  results: ReadonlyMap<string, CaseResult>,
): void {
  for (const [name, { passed, total, failure }] of results) {
    ledger[name] = [passed, total];
    if (failure !== undefined)
      process.stdout.write(
        `${name} ${passed}/${total}: ${failure.slice(0, Number(process.env["DROVER_RATCHET_SHOW"] ?? 400))}\n`,
      );
  }
  writeLedger(kind, ledger);
}

test("every answer that is deliberately ours has a reason and a pattern", () => {
  for (const own of ownAnswers())
    expect(own.reason.length > 10 && own.pattern.length > 0, `${own.case}: ${own.step}`).toBe(true);
});
