import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { drawSwarm } from "./raft/swarm.ts";

const main = new URL("../../dist/test/sim/main.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "drover-sim-"));

afterAll(() => rmSync(folder, { recursive: true }));

function sim(...args: string[]): { readonly code: number | null; readonly out: string } {
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8", cwd: folder });
  return { code: status, out: stdout };
}

it("0: clean, with counts", () => {
  const { code, out } = sim("raft", "--seeds", "12", "--profile", "plain");
  expect([code, out]).toEqual([0, expect.stringMatching(/12 seeds \(\d+ counting\), .* 0 violations/)]);
});

it("0: a seed's history as JSON lines", () => {
  expect(sim("raft", "--seed", "3", "--history", "h.jsonl").code).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, "h.jsonl"), "utf8").split("\n")[0] as string)).toHaveProperty("action");
});

it("1: usage", () => {
  expect(sim("raft", "--profile", "colour").code).toBe(1);
  expect(sim("raft", "--seeds", "many").out).toContain("--seeds needs a number");
  expect(sim("raft", "--mutant", "nobody").code).toBe(1);
});

it("2: a broken promise, shrunk to a file, with the line that replays it", () => {
  const { code, out } = sim("raft", "--mutant", "noLogCheck", "--profile", "plain", "--until-failure");
  expect(code).toBe(2);
  const script = /--script (\S+) --mutant noLogCheck {3}# commit \S+\n$/.exec(out)?.[1];
  expect(script, out.slice(-300)).toBeDefined();
  expect(sim("raft", "--script", script as string, "--mutant", "noLogCheck").code).toBe(2);
}, 120_000);

it("3: no progress", () => {
  expect(sim("gossip", "--seed", "1", "--mutant", "suspectForEver").code).toBe(3);
}, 60_000);

it("4: a crash of the code itself", () => {
  const swarm = { ...drawSwarm(1, "plain"), actions: undefined };
  writeFileSync(join(folder, "broken.json"), JSON.stringify({ swarm }));
  expect(sim("raft", "--script", "broken.json").code).toBe(4);
});

it("5: too little happened", () => {
  const { code, out } = sim("exhaustive", "--minutes", "0.001");
  expect([code, out]).toEqual([5, expect.stringContaining("distinct states")]);
});
