/** `npm run bench -- [name …]`: ratios measured in this run, each with median and spread, against its goal. */
import { commits } from "./commits.ts";
import { placements } from "./placements.ts";
import { memory, start, version } from "./processes.ts";

const benches: Readonly<Record<string, () => Promise<boolean>>> = { commits, placements, version, start, memory };

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`unknown bench ${unknown.join(", ")}; known are ${Object.keys(benches).join(", ")}\n`);
  process.exit(2);
}

async function runAll(wanted: readonly string[]): Promise<boolean> {
  let isMet = true;
  for (const name of wanted) isMet = (await (benches[name] as () => Promise<boolean>)()) && isMet;
  return isMet;
}

process.exitCode = (await runAll(names.length > 0 ? names : Object.keys(benches))) ? 0 : 1;
