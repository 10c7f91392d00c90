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
let isMet = true;
for (const name of names.length > 0 ? names : Object.keys(benches))
  isMet = (await (benches[name] as () => Promise<boolean>)()) && isMet;
process.exitCode = isMet ? 0 : 1;
