import { events } from "./events.ts";
import type { EventDraft } from "./events.ts";
import type { TaskMachine } from "./task-machine.ts";
import { goDuration } from "./go-duration.ts";

/** When a new allocation counts as healthy (job specification, `update`); durations in nanoseconds. */
export interface HealthRules {
  readonly minHealthyTimeNs: number;
  readonly healthyDeadlineNs: number;
}

export type Health =
  /** Look again at `untilMs`, or when a task changes. */
  | { readonly kind: "undecided"; readonly untilMs: number }
  | { readonly kind: "healthy" }
  | { readonly kind: "unhealthy"; readonly event: EventDraft | undefined };

/**
 * Whether an allocation that a deployment placed is healthy: its main tasks and sidecars have run for `min_healthy_time`
 * without a restart, and its prestart hooks have ended well. Decided once; a task that ends or a passed deadline decides
 * against it.
 */
export function judgeHealth(
  tasks: Iterable<TaskMachine>,
  rules: HealthRules,
  beganAtMs: number,
  nowMs: number,
): Health {
  const deadlineMs = beganAtMs + rules.healthyDeadlineNs / 1e6;
  const stages = [...tasks].filter((task) => task.spec.stage !== "poststop");
  const lasting = stages.filter((task) => task.spec.stage === "main" || task.spec.sidecar);
  const isLost = stages.some((task) => task.state.failed) || lasting.some((task) => task.isDead);
  if (isLost) return { kind: "unhealthy", event: undefined };
  const isUp = lasting.every((task) => task.state.state === "running");
  const sinceMs = Math.max(...lasting.map((task) => task.state.startedAtMs ?? 0));
  const healthyAtMs = sinceMs + rules.minHealthyTimeNs / 1e6;
  if (isUp && nowMs >= healthyAtMs) return { kind: "healthy" };
  if (nowMs >= deadlineMs) return { kind: "unhealthy", event: events.unhealthy(lateMessage(rules)) };
  return { kind: "undecided", untilMs: isUp ? Math.min(healthyAtMs, deadlineMs) : deadlineMs };
}

function lateMessage(rules: HealthRules): string {
  const [wanted, deadline] = [goDuration(rules.minHealthyTimeNs), goDuration(rules.healthyDeadlineNs)];
  return `Task not running for min_healthy_time of ${wanted} by healthy_deadline of ${deadline}`;
}
