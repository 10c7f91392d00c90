import { expect, it } from "vitest";
import { checkHistory } from "../linearizability/checker.ts";
import { fromJsonLines, type Operation, toJsonLines } from "../linearizability/history.ts";
import { runSwarm } from "./run.ts";
import { drawSwarm } from "./swarm.ts";

function historyOf(seed: number): readonly Operation[] {
  let kept: readonly Operation[] = [];
  const { failure } = runSwarm(drawSwarm(seed, "plain"), undefined, (history) => (kept = history));
  expect(failure).toBeUndefined();
  return kept;
}

it("clients of a world write, swap, and read in three ways, and all of it is explained", () => {
  const history = historyOf(1);
  const kinds = new Set(history.map(({ action }) => (action.type === "read" ? action.mode : action.type)));
  expect([...kinds].sort()).toEqual(["compare-and-set", "consistent", "default", "stale", "write"]);
  expect(history.length).toBeGreaterThan(300);
  expect(checkHistory(history)).toEqual({ type: "linearizable" });
  expect(checkHistory(fromJsonLines(toJsonLines(history)))).toEqual({ type: "linearizable" });
});

it("a read that is falsified afterwards is found, of every kind", () => {
  const history = historyOf(2);
  for (const mode of ["default", "consistent", "stale"] as const) {
    const at = history.findIndex(({ action }) => action.type === "read" && action.mode === mode && action.value !== "");
    const action = { type: "read", mode, value: "never written" } as const;
    const falsified = history.map((one, position) => (position === at ? { ...one, action } : one));
    expect(at, mode).toBeGreaterThan(0);
    expect(checkHistory(falsified), mode).toMatchObject({ type: "violation" });
  }
});
