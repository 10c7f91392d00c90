import { err, ok, type Result } from "#core/base";
import { type CanaryPlan, checkPlan, type Forecast, forecastSteps } from "#core/delivery";
import type { MeshContext } from "../connect.ts";
import { runRoot } from "../proxy/run-folder.ts";
import { readTotals } from "./readings.ts";

export interface Explanation {
  readonly callers: readonly string[];
  readonly requestsPerSecond: number;
  /** Whatever the version, since the callers' proxies started. */
  readonly errorRate: number;
  readonly steps: readonly Forecast[];
}

const MEASURE_MS = 3_000;

/** How long each step will take at the traffic of the next three seconds. Nothing is written. */
export async function explainCanary(
  plan: CanaryPlan,
  { env, clock, timers }: MeshContext,
): Promise<Result<Explanation>> {
  const checked = checkPlan(plan);
  if (!checked.ok) return checked;
  const root = runRoot(env);
  const before = await readTotals(root, plan.service);
  if (before.callers.length === 0) return err("not_found", `no caller of ${plan.service} runs on this machine`);
  const begunMs = clock.monotonicMs();
  await new Promise<void>((resolve) => void timers.after(MEASURE_MS, resolve));
  const { callers, completed, errors } = await readTotals(root, plan.service);
  const seconds = (clock.monotonicMs() - begunMs) / 1000;
  const requestsPerSecond = Math.max(0, (completed - before.completed) / seconds);
  return ok({
    callers,
    requestsPerSecond,
    errorRate: completed === 0 ? 0 : errors / completed,
    steps: forecastSteps(plan, { completed, errors, retries: 0, latencies: [] }, requestsPerSecond),
  });
}
