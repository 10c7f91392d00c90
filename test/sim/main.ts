import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseSimArguments, type SimArguments, usage } from "./arguments.ts";
import { writeReports } from "./delivery/report.ts";
import { runExhaustive } from "./exhaustive-command.ts";
import { runGossip } from "./gossip-command.ts";
import { runCrashPoints } from "./log/crash-points.ts";
import { mutants } from "./mutants/patches.ts";
import { faultKinds } from "./raft/swarm.ts";
import { exitCodes, type SimOutput } from "./output.ts";
import { isDeterministic, runRaft } from "./raft-command.ts";

const output: SimOutput = { write: (text) => void process.stdout.write(text) };

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on("error", () => process.exit(exitCodes.clean));

/** A mutant needs patched modules, so the same command runs once more with the loader in front. */
function runMutant(name: string, args: readonly string[]): number {
  if (!mutants.some((mutant) => mutant.name === name)) {
    output.write(`no mutant is called ${name}; --list-mutants names them\n`);
    return exitCodes.usage;
  }
  const register = new URL("./mutants/main.js", import.meta.url).href;
  const main = fileURLToPath(import.meta.url);
  const env = { ...process.env, DROVER_MUTANT: name };
  const { status } = spawnSync(process.execPath, ["--import", register, main, ...args], { stdio: "inherit", env });
  return status ?? exitCodes.crash;
}

function listMutants(): number {
  for (const { name, row, what } of mutants) output.write(`${name.padEnd(28)} ${row.padEnd(8)} ${what}\n`);
  return exitCodes.clean;
}

/** Every crash point of a small log. */
function runLog(): number {
  const { points, violation } = runCrashPoints();
  output.write(`${points} power failures: ${violation ?? "what was confirmed came back"}\n`);
  return violation === undefined ? exitCodes.clean : exitCodes.safety;
}

async function tour(args: SimArguments): Promise<number> {
  output.write(usage);
  output.write("\nThe tour: three kinds of worlds, ten seconds each at most.\n");
  for (const profile of ["plain", "membership", "disk"] as const) {
    output.write(`\n${profile}: ${profileWords[profile]}\n`);
    const code = await runRaft({ ...args, command: "raft", profile, minutes: 8 / 60 }, output);
    if (code !== exitCodes.clean) return code;
  }
  const isSame = [1, 2, 3].every((seed) => isDeterministic(seed, "plain"));
  output.write(`\nthe same seed twice: ${isSame ? "equal traces" : "DIFFERENT TRACES"}\n`);
  output.write("next: npm run sim -- raft --profile plain --mutant noLogCheck\n");
  return isSame ? exitCodes.clean : exitCodes.safety;
}

const profileWords = {
  plain: "3 to 5 voters, crashes, loss, partitions, pauses, slow disks, clocks at different speeds",
  membership: "members come and go, disks are wiped, snapshots every few entries",
  disk: "the real log on a simulated disk: torn writes, lost caches, flipped bits",
};

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseSimArguments(argv);
  if (!parsed.ok) {
    output.write(parsed.failure.message === "" ? usage : `${parsed.failure.message}\n\n${usage}`);
    return exitCodes.usage;
  }
  const args = parsed.value;
  if (args.listMutants) return listMutants();
  if (args.listFaults) {
    output.write(`${faultKinds.join("\n")}\n`);
    return exitCodes.clean;
  }
  if (args.mutant !== undefined && process.env["DROVER_MUTANT"] === undefined) return runMutant(args.mutant, argv);
  if (args.command === "tour") return tour(args);
  if (args.command === "raft") return runRaft(args, output);
  if (args.command === "gossip") return runGossip(args, output);
  if (args.command === "log") return runLog();
  if (args.command === "delivery")
    return writeReports(output, args.seeds, args.from) ? exitCodes.clean : exitCodes.safety;
  return runExhaustive(args, output);
}

process.exitCode = await main(process.argv.slice(2));
