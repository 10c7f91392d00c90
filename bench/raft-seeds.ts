/**
 * Raft worlds that count for a claim (docs/simulator.md) a CPU-second of a core, as `npm run sim` runs them, start and
 * warming up included, and their ratio to a table scan beside it, so that figures of different machines compare.
 * Acceptance on a quiet machine: at least 100.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cpuSeconds, report, spreadOf } from "./ratio.ts";

const SLICES = 5;
const SEEDS = 2_000;
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

/** Counting seeds a CPU-second, from the last line of the run; anything but a clean run ends the bench. */
function countingPerSecond(from: number): number {
  const main = fileURLToPath(new URL("../test/sim/main.js", import.meta.url));
  const args = [main, "raft", "--profile", "plain", "--seeds", String(SEEDS), "--from", String(from)];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const rate = /([\d.]+) counting a CPU-second/.exec(stdout.trimEnd().split("\n").at(-1) ?? "")?.[1];
  if (status !== 0 || rate === undefined) throw new Error(`the simulator ended with ${status}: ${stdout}`);
  return Number(rate);
}

/** True when the goal is met. */
export async function raftSeeds(): Promise<boolean> {
  const rates: number[] = [];
  const ratios: number[] = [];
  for (let slice = 0; slice < SLICES; slice++) {
    const rate = countingPerSecond(1_000_000 + slice * SEEDS);
    rates.push(rate);
    ratios.push(rate / scansPerSecond());
  }
  const ratio = spreadOf(ratios).median.toExponential(2);
  return report({ name: `counting Raft seeds a CPU-second (÷ table scan: ${ratio})`, values: rates, atLeast: 100 });
}
