import type { Job, Task, TaskGroup } from "#core/model";
import type { RestartRules } from "./restart-tracker.ts";

/** When a task of a group runs: before the main tasks, as one, once they run, or after they ended. */
export type Stage = "prestart" | "main" | "poststart" | "poststop";

/** What the state machines need to know of a task; durations in nanoseconds. */
export interface TaskSpec {
  readonly name: string;
  readonly stage: Stage;
  /** Runs beside the main tasks instead of before or after them. */
  readonly sidecar: boolean;
  readonly leader: boolean;
  readonly killSignal: string;
  readonly killTimeoutNs: number;
  readonly shutdownDelayNs: number;
  readonly restart: RestartRules;
}

export interface SpecLimits {
  /** The client's `max_kill_timeout`. */
  readonly maxKillTimeoutNs: number;
  /** What the task's driver sends when the job names no signal. */
  readonly defaultKillSignal: string;
}

const NO_RESTARTS = { attempts: 0, intervalNs: 0, delayNs: 0, mode: "fail" };

export function taskSpec(job: Job, group: TaskGroup, task: Task, limits: SpecLimits): TaskSpec {
  const stage = stageOf(task);
  const sidecar = task.lifecycle?.sidecar === true && (stage === "prestart" || stage === "poststart");
  const policy = task.restartPolicy ?? group.restartPolicy ?? NO_RESTARTS;
  return {
    name: task.name,
    stage,
    sidecar,
    leader: task.leader,
    killSignal: task.killSignal === "" ? limits.defaultKillSignal : task.killSignal,
    killTimeoutNs: Math.min(task.killTimeoutNs, limits.maxKillTimeoutNs),
    shutdownDelayNs: task.shutdownDelayNs,
    restart: {
      attempts: policy.attempts,
      intervalNs: policy.intervalNs,
      delayNs: policy.delayNs,
      mode: policy.mode === "delay" ? "delay" : "fail",
      onSuccess: restartsOnSuccess(job.type, stage, sidecar),
    },
  };
}

function stageOf(task: Task): Stage {
  const hook = task.lifecycle?.hook;
  return hook === "prestart" || hook === "poststart" || hook === "poststop" ? hook : "main";
}

/** Services and sidecars are meant to stay; batch tasks and hooks are meant to end. */
function restartsOnSuccess(jobType: string, stage: Stage, sidecar: boolean): boolean {
  if (stage !== "main") return sidecar;
  return jobType === "service" || jobType === "system";
}
