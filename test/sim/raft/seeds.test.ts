import { describe, expect, it } from "vitest";
import { runSeed } from "./run.ts";
import type { Profile } from "./swarm.ts";
import { RunTally } from "./tally.ts";

const CHUNK = 200;

function runChunk(profile: Profile, from: number): RunTally {
  const tally = new RunTally();
  for (let seed = from; seed < from + CHUNK; seed++) tally.add(runSeed(seed, profile));
  return tally;
}

describe.each([
  ["plain", 2_000],
  ["membership", 400],
  ["disk", 200],
] as const)("%s worlds", (profile, count) => {
  for (let from = 1; from <= count; from += CHUNK)
    it(`keep every promise from seed ${from}`, () => {
      const tally = runChunk(profile, from);
      expect(tally.failures.map((result) => [result.seed, result.failure?.message])).toEqual([]);
      expect(tally.counting / CHUNK).toBeGreaterThan(0.9);
      expect(tally.acknowledged / CHUNK).toBeGreaterThan(200);
      expect(tally.leaderChanges / CHUNK).toBeGreaterThan(2);
    }, 60_000);
});

it("the same seed gives the same trace", () => {
  for (const profile of ["plain", "membership", "disk"] as const)
    for (let seed = 1; seed <= 10; seed++) expect(runSeed(seed, profile).hash).toBe(runSeed(seed, profile).hash);
});
