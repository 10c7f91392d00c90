/**
 * Raft worlds that count for a claim (docs/simulator.md) a CPU-second of a core, warm, and their ratio to a table scan
 * of the same run, so that figures of different machines compare. Acceptance on a quiet machine: at least 100.
 */
import { runSeed } from "../test/sim/raft/run.ts";
import type { Profile } from "../test/sim/raft/swarm.ts";
import { isCounting } from "../test/sim/raft/tally.ts";
import { cpuSeconds, report, spreadOf } from "./ratio.ts";

const SLICES = 9;
const SEEDS = 120;
const WARM_SEEDS = 400;
const TABLE_ROWS = 4_096;
const SCANS = 20_000;

/** Full scans of a small table of numbers a CPU-second. */
function scansPerSecond(): number {
  const table = Float64Array.from({ length: TABLE_ROWS }, (_, row) => row * 1.5);
  let sum = 0;
  const seconds = cpuSeconds(() => {
    for (let scan = 0; scan < SCANS; scan++) {
      let best = 0;
      for (let row = 0; row < TABLE_ROWS; row++) best = Math.max(best, (table[row] as number) - scan);
      sum += best;
    }
  });
  if (!(sum > 0)) throw new Error("the table was not scanned");
  return SCANS / seconds;
}

/** Counting seeds a CPU-second from `from` on; a violation ends the bench. */
function seedsPerSecond(profile: Profile, from: number, count: number): number {
  let counting = 0;
  const seconds = cpuSeconds(() => {
    for (let seed = from; seed < from + count; seed++) {
      const result = runSeed(seed, profile);
      if (result.failure !== undefined) throw new Error(`seed ${seed} (${profile}): ${result.failure.message}`);
      if (isCounting(result)) counting++;
    }
  });
  return counting / seconds;
}

function measure(profile: Profile, atLeast: number | undefined): boolean {
  const rates: number[] = [];
  const ratios: number[] = [];
  seedsPerSecond(profile, 1, WARM_SEEDS);
  for (let slice = 0; slice < SLICES; slice++) {
    const rate = seedsPerSecond(profile, 1_000 + slice * SEEDS, SEEDS);
    rates.push(rate);
    ratios.push(rate / scansPerSecond());
  }
  const name = `counting ${profile} seeds a CPU-second (÷ table scan ${spreadOf(ratios).median.toExponential(2)})`;
  return report({ name, values: rates, atLeast: atLeast ?? 0 });
}

/** True when the goal is met; the other profiles are shown beside it. */
export async function raftSeeds(): Promise<boolean> {
  measure("membership", undefined);
  measure("disk", undefined);
  return measure("plain", 100);
}
