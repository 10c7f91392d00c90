import { runSeed, type SeedResult } from "./run.ts";
import type { Profile } from "./swarm.ts";

/** The order in which seeds of "all" profiles take turns: three plain ones, one with membership, one with disk faults. */
const rotation: readonly Profile[] = ["plain", "membership", "plain", "disk", "plain"];

export function profileOf(seed: number, wanted: Profile | "all"): Profile {
  return wanted === "all" ? (rotation[seed % rotation.length] as Profile) : wanted;
}

/** Runs seeds one after another; stops early when `observe` says so. */
export function runSeeds(
  from: number,
  count: number,
  wanted: Profile | "all",
  observe: (result: SeedResult) => boolean,
): void {
  for (let seed = from; seed < from + count; seed++) if (!observe(runSeed(seed, profileOf(seed, wanted)))) return;
}
