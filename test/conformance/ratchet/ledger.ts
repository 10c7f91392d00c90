import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How far a golden case came. */
export interface CaseResult {
  readonly passed: number;
  readonly total: number;
  readonly failure: string | undefined;
}

export type Ledger = Record<string, readonly [passed: number, total: number]>;

const folder = join(import.meta.dirname, "../lists");

/** The checked-in list: for each case how many of its steps pass. */
export function readLedger(kind: "api" | "cli" | "plan"): Ledger {
  return JSON.parse(readFileSync(join(folder, `${kind}-steps.json`), "utf8")) as Ledger;
}

export function writeLedger(kind: "api" | "cli" | "plan", ledger: Ledger): void {
  const lines = Object.entries(ledger)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, [passed, total]]) => `  ${JSON.stringify(name)}: [${passed}, ${total}]`);
  writeFileSync(join(folder, `${kind}-steps.json`), `{\n${lines.join(",\n")}\n}\n`);
}

/** Runs cases a few at a time, the long ones not last. */
export async function runAll(
  names: readonly string[],
  atOnce: number,
  run: (name: string) => Promise<CaseResult>,
): Promise<Map<string, CaseResult>> {
  const results = new Map<string, CaseResult>();
  const pending = [...names];
  const lane = async (): Promise<void> => {
    for (let name = pending.shift(); name !== undefined; name = pending.shift()) results.set(name, await run(name));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

/** Runs cases that came less far than before once more, one by one: what a busy machine delays is no step backwards. */
export async function runAgain(
  ledger: Ledger,
  results: Map<string, CaseResult>,
  run: (name: string) => Promise<CaseResult>,
): Promise<void> {
  for (const [name, first] of results) {
    if (first.passed >= (ledger[name]?.[0] ?? 0)) continue;
    const second = await run(name);
    if (second.passed > first.passed) results.set(name, second);
  }
}

/** What is worse than the list says, and what is better and must be written down. */
export function compare(
  ledger: Ledger,
  results: ReadonlyMap<string, CaseResult>,
): { readonly worse: string[]; readonly better: string[] } {
  const worse: string[] = [];
  const better: string[] = [];
  for (const [name, { passed, total, failure }] of results) {
    const known = ledger[name]?.[0] ?? -1;
    if (passed < known) worse.push(`${name}: ${passed} of ${total} steps, ${known} before; ${failure}`);
    if (passed > known) better.push(`${name}: ${passed} of ${total} steps, the list says ${known}`);
  }
  for (const name of Object.keys(ledger))
    if (!results.has(name)) worse.push(`${name}: the list names a case that does not exist`);
  return { worse, better };
}

export function countLine(kind: string, results: ReadonlyMap<string, CaseResult>): string {
  const all = [...results.values()];
  const steps = all.reduce((sum, result) => sum + result.passed, 0);
  const total = all.reduce((sum, result) => sum + result.total, 0);
  const complete = all.filter((result) => result.passed === result.total).length;
  return `${kind}: ${complete} of ${all.length} cases complete, ${steps} of ${total} steps`;
}
