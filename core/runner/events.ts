import type { TaskEvent } from "#core/model";
import { TaskEvent as TaskEventNoun } from "#core/model";
import { empty } from "#core/schema";
import { goDuration } from "./go-duration.ts";

/** How many events a task keeps; the oldest goes first. */
export const TASK_EVENTS_MAX = 10;

/** How a process ended. `unknownCause` is set when nobody saw it end: then code and signal mean nothing. */
export interface Exit {
  readonly code: number;
  readonly signal: number;
  readonly oomKilled: boolean;
  readonly unknownCause?: string | undefined;
}

export function isSuccess(exit: Exit): boolean {
  return exit.code === 0 && exit.signal === 0 && exit.unknownCause === undefined;
}

/** An event before it has a time. */
export type EventDraft = Partial<TaskEvent> & { readonly type: string; readonly displayMessage: string };

function draft(type: string, displayMessage: string, rest: Partial<TaskEvent> = {}): EventDraft {
  return { details: {}, ...rest, type, displayMessage };
}

export function stamped(event: EventDraft, nowMs: number): TaskEvent {
  return empty(TaskEventNoun, { ...event, timeMs: nowMs });
}

export function appendEvent(events: readonly TaskEvent[] | null, event: TaskEvent): readonly TaskEvent[] {
  return [...(events ?? []), event].slice(-TASK_EVENTS_MAX);
}

/** The events of a task; type, display message and details are the compatible ones. */
export const events = {
  received: () => draft("Received", "Task received by client"),
  setup: (message: string) => draft("Task Setup", message, { message, details: { message } }),
  setupFailure: (setupError: string) =>
    draft("Setup Failure", setupError, { setupError, details: { setup_error: setupError } }),
  failedValidation: (validationError: string) =>
    draft("Failed Validation", validationError, {
      validationError,
      failsTask: true,
      details: { validation_error: validationError, fails_task: "true" },
    }),
  driverFailure: (driverError: string) =>
    draft("Driver Failure", driverError, { driverError, details: { driver_error: driverError } }),
  driverMessage: (driverMessage: string) =>
    draft("Driver", driverMessage, { driverMessage, details: { driver_message: driverMessage } }),
  started: () => draft("Started", "Task started by client"),
  terminated,
  restarting: (reason: string, delayNs: number) =>
    draft("Restarting", `Task restarting in ${goDuration(delayNs)}`, {
      restartReason: reason,
      startDelay: delayNs,
      details: { restart_reason: reason, start_delay: String(delayNs) },
    }),
  notRestarting: (reason: string) =>
    draft("Not Restarting", reason, {
      restartReason: reason,
      failsTask: true,
      details: { restart_reason: reason, fails_task: "true" },
    }),
  restartSignaled: (reason: string) =>
    draft("Restart Signaled", reason, { restartReason: reason, details: { restart_reason: reason } }),
  killing: (killTimeoutNs: number) =>
    draft("Killing", `Sent interrupt. Waiting ${goDuration(killTimeoutNs)} before force killing`, {
      killTimeoutNs,
      details: { kill_timeout: goDuration(killTimeoutNs) },
    }),
  killed: () => draft("Killed", "Task successfully killed"),
  killFailed: (killError: string) => draft("Killed", killError, { killError, details: { kill_error: killError } }),
  siblingFailed: (sibling: string) =>
    draft("Sibling Task Failed", `Task's sibling "${sibling}" failed`, {
      failedSibling: sibling,
      details: { failed_sibling: sibling },
    }),
  leaderDead: () => draft("Leader Task Dead", "Leader Task in Group dead"),
  mainDead: () => draft("Main Tasks Dead", "Main tasks in the group died"),
  shutdownDelay: (delayNs: number) => {
    const message = `Waiting for shutdown_delay of ${goDuration(delayNs)} before killing the task.`;
    return draft("Waiting for shutdown delay", message, { message, details: { message } });
  },
  unhealthy: (message: string) => draft("Alloc Unhealthy", message, { message, details: { message } }),
  failedRestoring: (message: string) => draft("Failed Restoring Task", message, { message, details: { message } }),
} as const;

function terminated(exit: Exit): EventDraft {
  if (exit.unknownCause !== undefined) return terminatedUnseen(exit.unknownCause);
  const signal = exit.signal === 0 ? "" : `, Signal: ${exit.signal}`;
  return draft("Terminated", `Exit Code: ${exit.code}${signal}`, {
    exitCode: exit.code,
    signal: exit.signal,
    details: { exit_code: String(exit.code), signal: String(exit.signal), oom_killed: String(exit.oomKilled) },
  });
}

function terminatedUnseen(cause: string): EventDraft {
  return draft("Terminated", `Exit Code: unknown, Exit Message: "${cause}"`, {
    exitCode: -1,
    message: cause,
    details: { exit_code: "-1", signal: "0", oom_killed: "false", exit_message: cause },
  });
}
