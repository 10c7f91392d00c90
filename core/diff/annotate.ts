import type { DesiredUpdates, FieldDiff, TaskDiff, TaskGroupDiff } from "#core/model";
import { orNull } from "./field-diff.ts";

const FORCES_CREATE = "forces create";
const FORCES_DESTROY = "forces destroy";
const FORCES_IN_PLACE = "forces in-place update";
const FORCES_DESTRUCTIVE = "forces create/destroy update";

/** What the scheduler intends, in the words of the compatible API. */
const updateNames: readonly (readonly [keyof DesiredUpdates, string])[] = [
  ["ignore", "ignore"],
  ["place", "create"],
  ["migrate", "migrate"],
  ["stop", "destroy"],
  ["inPlaceUpdate", "in-place update"],
  ["destructiveUpdate", "create/destroy update"],
  ["canary", "canary"],
  ["preemptions", "preemptions"],
];

/** Adds the counts of the scheduler and what the changes force; without counts the diff stays as it is. */
export function annotateGroup(group: TaskGroupDiff, desired: DesiredUpdates | undefined): TaskGroupDiff {
  if (desired === undefined) return group;
  const counts = updateNames.flatMap(([name, text]) => (desired[name] > 0 ? [[text, desired[name]] as const] : []));
  return {
    ...group,
    updates: counts.length > 0 ? Object.fromEntries(counts) : null,
    fields: group.fields?.map(annotateCount) ?? null,
    tasks: orNull((group.tasks ?? []).map((task) => annotateTask(task, group.type))),
  };
}

function annotateCount(field: FieldDiff): FieldDiff {
  if (field.name !== "Count") return field;
  const grows = Number(field.new) > Number(field.old);
  return { ...field, annotations: [grows ? FORCES_CREATE : FORCES_DESTROY] };
}

function annotateTask(task: TaskDiff, groupType: string): TaskDiff {
  if (task.type === "None") return task;
  const annotation =
    groupType === "Added"
      ? FORCES_CREATE
      : groupType === "Deleted"
        ? FORCES_DESTROY
        : isDestructive(task)
          ? FORCES_DESTRUCTIVE
          : FORCES_IN_PLACE;
  return { ...task, annotations: [annotation] };
}

/** A running task keeps going when only these change. */
const inPlaceFields = new Set(["KillTimeout"]);
const inPlaceObjects = new Set(["Constraint", "Affinity", "Service"]);

function isDestructive(task: TaskDiff): boolean {
  if (task.type !== "Edited") return true;
  const fields = (task.fields ?? []).some((field) => !inPlaceFields.has(field.name));
  return fields || (task.objects ?? []).some((object) => !inPlaceObjects.has(object.name));
}
