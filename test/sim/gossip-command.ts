import { lanProfile } from "#core/gossip";
import type { SimArguments } from "./arguments.ts";
import { countFalseDeaths, detectionBoundMs, measureDetection, measureReunion } from "./gossip/experiments.ts";
import { type GossipSeedResult, runGossipSeed } from "./gossip/run.ts";
import { exitCodes, type SimOutput } from "./raft-command.ts";

/** Seeds of pools, or, with `--profile all --minutes`, as many as fit; `-v` adds the measurements. */
export function runGossip(args: SimArguments, output: SimOutput): number {
  if (args.seed !== undefined) return conclude([runGossipSeed(args.seed)], args, output);
  const endMs = args.minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + args.minutes * 60_000;
  const count = args.minutes !== undefined || args.untilFailure ? Number.POSITIVE_INFINITY : args.seeds;
  const results: GossipSeedResult[] = [];
  for (let seed = args.from; seed < args.from + count && performance.now() < endMs; seed++) {
    const result = runGossipSeed(seed);
    results.push(result);
    if (args.json) output.write(`${JSON.stringify(result)}\n`);
    if (result.failure !== undefined) break;
    if (!args.json && seed % 100 === 0) output.write(`  … ${results.length} seeds\n`);
  }
  if (args.verbose) measure(output);
  return conclude(results, args, output);
}

function conclude(results: readonly GossipSeedResult[], args: SimArguments, output: SimOutput): number {
  const failed = results.find((result) => result.failure !== undefined);
  const verdicts = results.reduce((sum, result) => sum + result.verdicts, 0);
  const events = results.reduce((sum, result) => sum + result.events, 0);
  if (!args.json) output.write(`${results.length} seeds, ${events} events, ${verdicts} members declared failed\n`);
  if (failed !== undefined) {
    output.write(
      `seed ${failed.seed} (${failed.members} members): ${failed.failure}\nnpm run sim -- gossip --seed ${failed.seed}\n`,
    );
    return exitCodes.liveness;
  }
  return verdicts === 0 && results.length > 10 ? exitCodes.void : exitCodes.clean;
}

/** The figures of docs/gossip.md. */
function measure(output: SimOutput): void {
  for (const [count, runs] of [
    [100, 20],
    [1_000, 2],
  ] as const) {
    const last = Array.from({ length: runs }, (_, seed) => measureDetection(seed + 1, count).lastMs).sort(
      (left, right) => left - right,
    );
    const p95 = last[Math.floor(0.95 * (runs - 1))] as number;
    output.write(
      `${count} members: everybody knows of a death after ${p95.toFixed(0)} ms (p95), bound ${detectionBoundMs(count, lanProfile).toFixed(0)} ms\n`,
    );
  }
  for (const lossRate of [0.01, 0.1, 0.3])
    output.write(
      `100 members, ${lossRate * 100} % loss, 10 min: ${countFalseDeaths(1, 100, lossRate, 600_000)} false deaths\n`,
    );
  output.write(
    `50 members, two halves for an hour: one view after ${measureReunion(1, 50, 3_600_000).toFixed(0)} ms\n`,
  );
}
