/** `npm run bench -- [name …]`: ratios measured in this run, each with median and spread, against its goal. */
import { commits } from "./commits.ts";
import { jobspec } from "./jobspec.ts";
import { run as logCommits } from "./log-commits.ts";
import { run as logRecovery } from "./log-recovery.ts";
import { mesh } from "./mesh.ts";
import { placements } from "./placements.ts";
import { memory, start, version } from "./processes.ts";
import { run as raftEntries } from "./raft-entries.ts";
import { raftSeeds } from "./raft-seeds.ts";
import { run as template } from "./template.ts";

const write = (line: string): void => void process.stdout.write(`${line}\n`);

const benches: Readonly<Record<string, () => Promise<boolean>>> = {
  commits,
  placements,
  version,
  start,
  memory,
  jobspec,
  mesh,
  template: async () => template(write),
  "raft-entries": async () => raftEntries(write),
  "raft-seeds": raftSeeds,
  "log-commits": () => logCommits(write),
  "log-recovery": async () => logRecovery(write),
};

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
