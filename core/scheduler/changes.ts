import type { Job, Task, TaskGroup } from "#core/model";
import { encodeValue } from "#core/wire";

/** How an allocation follows a new version of its job; `none` when it runs that version already. */
export type UpdateKind = "none" | "in-place" | "destructive";

/**
 * Whether allocations of a group must be replaced or may go on under the new version (semantics §1, "Destructive when").
 * What decides is what a running task can see or was started with.
 */
export function updateKind(before: Job, after: Job, groupName: string): UpdateKind {
  const [old, next] = [groupOf(before, groupName), groupOf(after, groupName)];
  if (!old || !next) return "destructive";
  return same(visible(before, old), visible(after, next)) ? "in-place" : "destructive";
}

export function groupOf(job: Job, name: string): TaskGroup | undefined {
  return job.taskGroups?.find((group) => group.name === name);
}

/** What a running allocation of the group was made from. */
function visible(job: Job, group: TaskGroup): unknown {
  return {
    ephemeralDisk: group.ephemeralDisk,
    networks: group.networks,
    consul: group.consul,
    connect: (group.services ?? []).filter((service) => service.connect !== null),
    volumes: group.volumes,
    renderTemplates: group.restartPolicy?.renderTemplates,
    tasks: (group.tasks ?? []).map((task) => visibleTask(job, group, task)),
  };
}

const visibleFields = [
  "name",
  "driver",
  "user",
  "config",
  "env",
  "artifacts",
  "vault",
  "secrets",
  "templates",
  "volumeMounts",
  "identity",
  "identities",
  "consul",
  "csiPluginConfig",
  "resources",
] as const satisfies readonly (keyof Task)[];

function visibleTask(job: Job, group: TaskGroup, task: Task): unknown {
  return {
    ...Object.fromEntries(visibleFields.map((field) => [field, task[field]])),
    meta: { ...job.meta, ...group.meta, ...task.meta },
    logsDisabled: task.logConfig?.disabled ?? false,
  };
}

function same(left: unknown, right: unknown): boolean {
  return encodeValue(left) === encodeValue(right);
}
