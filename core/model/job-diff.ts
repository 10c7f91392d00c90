/** The structural difference of two versions of a job. */
import { int, list, map, ref, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const fieldDiffFields = {
  type: text(1),
  name: text(2),
  old: text(3),
  new: text(4),
  annotations: list(5, text),
};
export interface FieldDiff extends InferFields<typeof fieldDiffFields> {}
export interface FieldDiffDraft extends DraftFields<typeof fieldDiffFields> {}
export const FieldDiff: Struct<FieldDiff, FieldDiffDraft> = struct("FieldDiff", fieldDiffFields);

const objectDiffFields = {
  type: text(1),
  name: text(2),
  fields: list(
    3,
    ref.of(() => FieldDiff),
  ),
  objects: list(
    4,
    ref.of(() => ObjectDiff),
  ),
};
export interface ObjectDiff extends InferFields<typeof objectDiffFields> {}
export interface ObjectDiffDraft extends DraftFields<typeof objectDiffFields> {}
export const ObjectDiff: Struct<ObjectDiff, ObjectDiffDraft> = struct("ObjectDiff", objectDiffFields);

const taskDiffFields = {
  type: text(1),
  name: text(2),
  fields: list(
    3,
    ref.of(() => FieldDiff),
  ),
  objects: list(
    4,
    ref.of(() => ObjectDiff),
  ),
  annotations: list(5, text),
};
export interface TaskDiff extends InferFields<typeof taskDiffFields> {}
export interface TaskDiffDraft extends DraftFields<typeof taskDiffFields> {}
export const TaskDiff: Struct<TaskDiff, TaskDiffDraft> = struct("TaskDiff", taskDiffFields);

const taskGroupDiffFields = {
  type: text(1),
  name: text(2),
  fields: list(
    3,
    ref.of(() => FieldDiff),
  ),
  objects: list(
    4,
    ref.of(() => ObjectDiff),
  ),
  tasks: list(
    5,
    ref.of(() => TaskDiff),
  ),
  updates: map(6, int),
};
export interface TaskGroupDiff extends InferFields<typeof taskGroupDiffFields> {}
export interface TaskGroupDiffDraft extends DraftFields<typeof taskGroupDiffFields> {}
export const TaskGroupDiff: Struct<TaskGroupDiff, TaskGroupDiffDraft> = struct("TaskGroupDiff", taskGroupDiffFields);

const jobDiffFields = {
  type: text(1),
  id: text(2),
  fields: list(
    3,
    ref.of(() => FieldDiff),
  ),
  objects: list(
    4,
    ref.of(() => ObjectDiff),
  ),
  taskGroups: list(
    5,
    ref.of(() => TaskGroupDiff),
  ),
};
export interface JobDiff extends InferFields<typeof jobDiffFields> {}
export interface JobDiffDraft extends DraftFields<typeof jobDiffFields> {}
export const JobDiff: Struct<JobDiff, JobDiffDraft> = struct("JobDiff", jobDiffFields);
