import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { conformanceFolder } from "#test/support";
import { startTestAgent } from "./agent.ts";
import type { CaseResult } from "./ledger.ts";
import { isOurs } from "./ours.ts";

interface Step {
  readonly name?: string;
  readonly retryUntil?: { timeout?: string };
}

interface Answer {
  readonly status?: number;
  readonly text?: string;
}

interface Scenario {
  readonly agent: readonly string[];
  readonly steps: Step[];
}

type OnStep = (step: Step, result: Answer, differences: readonly string[]) => void;

interface Player {
  runScenario(scenario: Scenario, options: { readonly address: string; readonly onStep: OnStep }): Promise<number>;
}

class Stop extends Error {}

/** A step that is known to fail need not be retried for long. */
const KNOWN_FAILURE_TIMEOUT = "3s";

/** Plays a scenario against a fresh agent up to its first failing step. `expected`: how many steps passed last time. */
export async function playScenario(name: string, expected: number): Promise<CaseResult> {
  const scenario = JSON.parse(readFileSync(join(conformanceFolder("api"), `${name}.json`), "utf8")) as Scenario;
  for (const [at, step] of scenario.steps.entries())
    if (at >= expected && step.retryUntil) step.retryUntil.timeout = KNOWN_FAILURE_TIMEOUT;
  const player = (await import(pathToFileURL(join(conformanceFolder("."), "replay.mjs")).href)) as Player;
  const agent = await startTestAgent(scenario.agent).catch((error: unknown) => String(error));
  if (typeof agent === "string")
    return { passed: 0, total: scenario.steps.length, failure: `agent: ${agent.split("\n").slice(0, 3).join(" ")}` };
  let failed: { step: Step; differences: readonly string[] } | undefined;
  const onStep: OnStep = (step, result, differences) => {
    if (differences.length === 0 || isOurs("api", name, step.name ?? "", `${result.status} ${result.text}`)) return;
    failed = { step, differences };
    throw new Stop();
  };
  try {
    await player.runScenario(scenario, { address: agent.address, onStep });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  } finally {
    await agent.stop();
  }
  const total = scenario.steps.length;
  if (!failed) return { passed: total, total, failure: undefined };
  return {
    passed: scenario.steps.indexOf(failed.step),
    total,
    failure: `${failed.step.name}: ${failed.differences.slice(0, 3).join("; ")}`,
  };
}
