import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SimArguments } from "./arguments.ts";
import { runExperiments } from "./gossip/report.ts";
import { drawPool, type GossipSeedResult, type PoolSwarm, runGossipSeed, runPool } from "./gossip/run.ts";
import { shrinkPool } from "./gossip/shrink.ts";
import { currentCommit, exitCodes, FAILURE_FOLDER, type SimOutput } from "./output.ts";

/** Pools by seed, or with `--experiments` the figures of docs/gossip.md. */
export function runGossip(args: SimArguments, output: SimOutput): number {
  if (args.experiments) return runExperiments(output, args.seeds === 0) ? exitCodes.clean : exitCodes.void;
  if (args.script !== undefined) {
    const { swarm } = JSON.parse(readFileSync(args.script, "utf8")) as { readonly swarm: PoolSwarm };
    return runOne(swarm, args, output);
  }
  if (args.seed !== undefined) return runOne(drawPool(args.seed), args, output);
  return conclude(runMany(args, output), args, output);
}

function runOne(swarm: PoolSwarm, args: SimArguments, output: SimOutput): number {
  const result = runPool(swarm, args.verbose ? (line) => output.write(`${line}\n`) : undefined);
  output.write(args.json ? `${JSON.stringify(result)}\n` : `${describe(result)}\n`);
  return result.failure === undefined ? exitCodes.clean : exitCodes[result.failure.type];
}

function describe(result: GossipSeedResult): string {
  const outcome = result.failure?.message ?? "every view is right in the end";
  const counts = `${result.events} events, ${result.verdicts} verdicts, trace ${(result.hash >>> 0).toString(16)}`;
  return `seed ${result.seed} (${result.members} members): ${outcome}; ${counts}`;
}

function runMany(args: SimArguments, output: SimOutput): readonly GossipSeedResult[] {
  const startedMs = performance.now();
  const endMs = args.minutes === undefined ? Number.POSITIVE_INFINITY : startedMs + args.minutes * 60_000;
  const count = args.minutes !== undefined || args.untilFailure ? Number.POSITIVE_INFINITY : args.seeds;
  const results: GossipSeedResult[] = [];
  for (let seed = args.from; seed < args.from + count && performance.now() < endMs; seed++) {
    const result = runGossipSeed(seed);
    results.push(result);
    if (args.json) output.write(`${JSON.stringify(result)}\n`);
    if (result.failure !== undefined) break;
    if (!args.json && results.length % 100 === 0) output.write(`  … ${sums(results, performance.now() - startedMs)}\n`);
  }
  return results;
}

function sums(results: readonly GossipSeedResult[], elapsedMs: number): string {
  const verdicts = results.reduce((sum, result) => sum + result.verdicts, 0);
  const events = results.reduce((sum, result) => sum + result.events, 0);
  const rate = ((1000 * results.length) / elapsedMs).toFixed(1);
  return `${results.length} seeds, ${rate} a second, ${events} events, ${verdicts} verdicts`;
}

function conclude(results: readonly GossipSeedResult[], args: SimArguments, output: SimOutput): number {
  const failed = results.find((result) => result.failure !== undefined);
  if (failed?.failure !== undefined) {
    reportFailure(failed, args, output);
    return exitCodes[failed.failure.type];
  }
  const verdicts = results.reduce((sum, result) => sum + result.verdicts, 0);
  if (!args.json) output.write(`${results.length} seeds, ${verdicts} verdicts, 0 violations\n`);
  if (verdicts > 0) return exitCodes.clean;
  if (!args.json) output.write("void: nobody was ever declared failed\n");
  return exitCodes.void;
}

/** The shrunk pool as a transcript and as a file, and the line that replays it. */
function reportFailure(failed: GossipSeedResult, args: SimArguments, output: SimOutput): void {
  const whole = drawPool(failed.seed);
  const { swarm, attempts } = shrinkPool(whole);
  const lines: string[] = [];
  const { failure } = runPool(swarm, (line) => lines.push(line));
  output.write(`${lines.slice(-40).join("\n")}\n${describe(failed)}\n`);
  output.write(
    `shrunk in ${attempts} runs: ${whole.members} → ${swarm.members} members, ${whole.actions.length} → ${swarm.actions.length} actions\n`,
  );
  mkdirSync(FAILURE_FOLDER, { recursive: true });
  const file = join(FAILURE_FOLDER, `gossip-${failed.seed}.json`);
  const { mutant } = args;
  const commit = currentCommit();
  writeFileSync(file, `${JSON.stringify({ commit, mutant, failure, swarm }, undefined, 1)}\n`);
  const suffix = mutant === undefined ? "" : ` --mutant ${mutant}`;
  output.write(`npm run sim -- gossip --script ${file}${suffix}   # commit ${commit}\n`);
}
