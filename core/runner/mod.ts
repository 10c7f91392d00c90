/**
 * What an allocation and its tasks do next: order of lifecycle stages, restarts, kills, task events. Synchronous state
 * machines; `services/client/alloc` feeds them and carries out their effects.
 */
export { AllocMachine } from "./alloc-machine.ts";
export type { AllocEffect, AllocRules, AllocSnapshot, AllocTimer } from "./alloc-machine.ts";
export { type EventDraft, events, type Exit, isSuccess, TASK_EVENTS_MAX } from "./events.ts";
export { goDuration } from "./go-duration.ts";
export { type Health, type HealthRules, judgeHealth } from "./health.ts";
export type { RestartRules } from "./restart-tracker.ts";
export { type SpecLimits, type Stage, type TaskSpec, taskSpec } from "./spec.ts";
export type { ClientStatus } from "./status.ts";
export type { TaskEffect, TaskInput, TaskMachine, TaskPhase, TaskSnapshot, TaskTimer } from "./task-machine.ts";
