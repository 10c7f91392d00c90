import type { Job, JobDiff, PlanAnnotations, Task, TaskDiff, TaskGroup, TaskGroupDiff } from "#core/model";
import { annotateGroup } from "./annotate.ts";
import { fieldDiffs, orNull } from "./field-diff.ts";
import { flatten } from "./flatten.ts";
import { isEqual, partDiffs, typeOfChange, type View } from "./object-diff.ts";
import { groupView, jobView, taskView } from "./views.ts";

type Value = Readonly<Record<string, unknown>> | null;

/**
 * What planning `current` would change of `old`; null for `old` is a new job, null for `current` a stopped one. With the
 * scheduler's annotations each group and task says what it forces.
 */
export function jobDiff(old: Job | null, current: Job | null, annotations: PlanAnnotations | null): JobDiff {
  const { fields, objects } = changes(jobView, old, current);
  const groups = groupDiffs(old?.taskGroups ?? [], current?.taskGroups ?? []);
  const isSame = fields === null && objects === null && groups.every((group) => group.type === "None");
  const type = old === null ? "Added" : current === null ? "Deleted" : isSame ? "None" : "Edited";
  const annotated = groups.map((group) => annotateGroup(group, annotations?.desiredTgUpdates?.[group.name]));
  return { type, id: (current ?? old)?.id ?? "", fields, objects, taskGroups: orNull(annotated) };
}

/** Only what changed, without context. */
function changes(view: View, old: unknown, current: unknown): Pick<JobDiff, "fields" | "objects"> {
  const fields = fieldDiffs(flatten(view.noun, old, view), flatten(view.noun, current, view), false);
  const objects = partDiffs(view.parts, old as Value, current as Value, false);
  return { fields: orNull(fields), objects: orNull(objects) };
}

/** Items by their names: those of both, in the order of the names. */
function pairs<T extends { readonly name: string }>(old: readonly T[], current: readonly T[]): [T | null, T | null][] {
  const names = [...new Set([...old, ...current].map((item) => item.name))].sort();
  return names.map((name) => [
    old.find((item) => item.name === name) ?? null,
    current.find((item) => item.name === name) ?? null,
  ]);
}

function groupDiffs(old: readonly TaskGroup[], current: readonly TaskGroup[]): TaskGroupDiff[] {
  return pairs(old, current).map(([before, after]) => {
    const type = typeOfChange(comparable(before), comparable(after));
    return {
      type,
      name: (after ?? before)?.name ?? "",
      ...changes(groupView, before, after),
      tasks: orNull(taskDiffs(before?.tasks ?? [], after?.tasks ?? [])),
      updates: null,
    };
  });
}

/** Without what the server itself gives a scaling policy. */
function comparable(group: TaskGroup | null): TaskGroup | null {
  if (group === null || group.scaling === null) return group;
  return { ...group, scaling: { ...group.scaling, id: "", createIndex: 0, modifyIndex: 0 } };
}

function taskDiffs(old: readonly Task[], current: readonly Task[]): TaskDiff[] {
  return pairs(old, current).map(([before, after]) => ({
    type: isEqual(before, after) ? "None" : typeOfChange(before, after),
    name: (after ?? before)?.name ?? "",
    ...changes(taskView, before, after),
    annotations: null,
  }));
}
