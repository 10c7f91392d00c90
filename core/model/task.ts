/** One process of an allocation. */
import {
  any,
  bool,
  durationNs,
  list,
  map,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";
import { Affinity, Constraint } from "./constraint.ts";
import { Consul, Secret, Vault, WorkloadIdentity } from "./identity.ts";
import { LogConfig } from "./log-config.ts";
import { RestartPolicy, ScalingPolicy } from "./policy.ts";
import { Resources } from "./resources.ts";
import { Service } from "./service.ts";
import { DispatchPayloadConfig, TaskArtifact, Template } from "./task-files.ts";
import { TaskCSIPluginConfig, VolumeMount } from "./volume.ts";

const taskScheduleCronFields = {
  start: text(1, { draftZero: true }),
  end: text(2, { draftZero: true }),
  timezone: text(3, { draftZero: true }),
};
export interface TaskScheduleCron extends InferFields<typeof taskScheduleCronFields> {}
export interface TaskScheduleCronDraft extends DraftFields<typeof taskScheduleCronFields> {}
export const TaskScheduleCron: Struct<TaskScheduleCron, TaskScheduleCronDraft> = struct(
  "TaskScheduleCron",
  taskScheduleCronFields,
);

const taskScheduleFields = {
  cron: ref(1, () => TaskScheduleCron, { nullable: true }),
};
export interface TaskSchedule extends InferFields<typeof taskScheduleFields> {}
export interface TaskScheduleDraft extends DraftFields<typeof taskScheduleFields> {}
export const TaskSchedule: Struct<TaskSchedule, TaskScheduleDraft> = struct("TaskSchedule", taskScheduleFields);

const taskLifecycleConfigFields = {
  hook: text(1, { draftZero: true }),
  sidecar: bool(2, { draftZero: true }),
};
export interface TaskLifecycleConfig extends InferFields<typeof taskLifecycleConfigFields> {}
export interface TaskLifecycleConfigDraft extends DraftFields<typeof taskLifecycleConfigFields> {}
export const TaskLifecycleConfig: Struct<TaskLifecycleConfig, TaskLifecycleConfigDraft> = struct(
  "TaskLifecycleConfig",
  taskLifecycleConfigFields,
);

const actionFields = {
  name: text(1, { draftZero: true }),
  command: text(2, { draftZero: true }),
  args: list(3, text),
};
export interface Action extends InferFields<typeof actionFields> {}
export interface ActionDraft extends DraftFields<typeof actionFields> {}
export const Action: Struct<Action, ActionDraft> = struct("Action", actionFields);

const taskFields = {
  name: text(1, { draftZero: true }),
  driver: text(2, { draftZero: true }),
  user: text(3, { draftZero: true }),
  config: map(4, any),
  env: map(5, text),
  services: list(
    6,
    ref.of(() => Service),
  ),
  vault: ref(7, () => Vault, { nullable: true }),
  secrets: list(
    8,
    ref.of(() => Secret),
  ),
  consul: ref(9, () => Consul, { nullable: true }),
  templates: list(
    10,
    ref.of(() => Template),
  ),
  constraints: list(
    11,
    ref.of(() => Constraint),
  ),
  affinities: list(
    12,
    ref.of(() => Affinity),
  ),
  resources: ref(13, () => Resources, { nullable: true }),
  restartPolicy: ref(14, () => RestartPolicy, { nullable: true }),
  dispatchPayload: ref(15, () => DispatchPayloadConfig, { nullable: true }),
  lifecycle: ref(16, () => TaskLifecycleConfig, { nullable: true }),
  meta: map(17, text),
  killTimeoutNs: durationNs(18),
  logConfig: ref(19, () => LogConfig, { nullable: true }),
  artifacts: list(
    20,
    ref.of(() => TaskArtifact),
  ),
  leader: bool(21, { draftZero: true }),
  shutdownDelayNs: durationNs(22, { draftZero: true }),
  volumeMounts: list(
    23,
    ref.of(() => VolumeMount),
  ),
  scalingPolicies: list(
    24,
    ref.of(() => ScalingPolicy),
  ),
  killSignal: text(25, { draftZero: true }),
  kind: text(26, { draftZero: true }),
  csiPluginConfig: ref(27, () => TaskCSIPluginConfig, { nullable: true, draftOmitEmpty: true }),
  identity: ref(28, () => WorkloadIdentity, { nullable: true }),
  identities: list(
    29,
    ref.of(() => WorkloadIdentity),
  ),
  actions: list(
    30,
    ref.of(() => Action),
  ),
  schedule: ref(31, () => TaskSchedule, { nullable: true }),
};
export interface Task extends InferFields<typeof taskFields> {}
export interface TaskDraft extends DraftFields<typeof taskFields> {}
export const Task: Struct<Task, TaskDraft> = struct("Task", taskFields);
