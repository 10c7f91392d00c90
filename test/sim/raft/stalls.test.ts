import { expect, it } from "vitest";
import { drawSwarm } from "./swarm.ts";
import { RaftWorld } from "./world.ts";

const quiet = {
  ...drawSwarm(1, "plain"),
  voters: 3,
  enabled: [],
  actions: [],
  lossRate: 0,
  duplicationRate: 0,
  reorderRate: 0,
  delayMs: 0.3,
  jitterMs: 1,
  syncMs: 1,
  snapshotEvery: 0,
  clockRates: [1, 1, 1],
};

function electionsWithStalls(stallMs: number, everyMs: number, forMs: number): number {
  const world = new RaftWorld(quiet, undefined, false);
  world.run(3_000);
  const before = world.oracles.leaderChanges;
  const stall = (): void => {
    for (const server of world.servers) server.busyUntilMs = world.nowMs + stallMs;
    world.after(everyMs, stall);
  };
  world.after(1, stall);
  world.run(3_000 + forMs);
  expect(before).toBeGreaterThan(0);
  return world.oracles.leaderChanges - before;
}

it("stand-stills of 100 ms every 500 ms for an hour cause no election", () => {
  expect(electionsWithStalls(100, 500, 3_600_000)).toBe(0);
}, 60_000);

it("servers that stand still for 250 ms every second keep their leader for ten minutes", () => {
  expect(electionsWithStalls(250, 1_000, 600_000)).toBe(0);
}, 60_000);
