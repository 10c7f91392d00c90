import type { TaskState } from "#core/model";

export interface ClientStatus {
  readonly status: "pending" | "running" | "complete" | "failed";
  readonly description: string;
}

/**
 * What an allocation is, from what its tasks are. `hasRun` says that its main tasks have begun: until then a hook that
 * waits keeps it pending, from then on running.
 */
export function clientStatus(tasks: Iterable<TaskState>, hasRun: boolean): ClientStatus {
  const states = [...tasks];
  if (states.some((task) => task.failed)) return { status: "failed", description: "Failed tasks" };
  if (states.some((task) => task.state === "running")) return running;
  if (states.every((task) => task.state === "dead"))
    return { status: "complete", description: "All tasks have completed" };
  return hasRun ? running : { status: "pending", description: "No tasks have started" };
}

const running: ClientStatus = { status: "running", description: "Tasks are running" };
