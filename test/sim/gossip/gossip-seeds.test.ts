import { describe, expect, it } from "vitest";
import { lanProfile } from "#core/gossip";
import { detectionFormulaMs, disseminationFormulaMs, measureDetection, measureReunion } from "./experiments.ts";
import { runGossipSeed } from "./run.ts";

describe("pools of 3 to 50 members", () => {
  for (let from = 1; from <= 200; from += 50)
    it(`agree on the truth from seed ${from}`, () => {
      const results = Array.from({ length: 50 }, (_, offset) => runGossipSeed(from + offset));
      expect(results.filter((result) => result.failure !== undefined)).toEqual([]);
      expect(results.reduce((sum, result) => sum + result.verdicts, 0)).toBeGreaterThan(100);
    }, 60_000);

  it("give the same trace for the same seed", () => {
    for (let seed = 1; seed <= 5; seed++) expect(runGossipSeed(seed).hash).toBe(runGossipSeed(seed).hash);
  });
});

describe("the LAN profile", () => {
  it("detects a death among 100 members within the formulas and one probe period", () => {
    const last = Array.from({ length: 4 }, (_, seed) => measureDetection(seed + 1, 100).lastMs);
    const formulasMs = detectionFormulaMs(100) + disseminationFormulaMs(100);
    expect(Math.max(...last)).toBeLessThan(formulasMs + lanProfile.probeIntervalMs);
  }, 60_000);

  it("makes one view of two halves that were apart for five minutes", () => {
    expect(measureReunion(1, 12, 300_000)).toBeLessThan(90_000);
  }, 60_000);
});
