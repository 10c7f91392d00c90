/** How many allocations of a job are in which state. */
import { int, map, ref, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const jobChildrenSummaryFields = {
  pending: int(1),
  running: int(2),
  dead: int(3),
};
export interface JobChildrenSummary extends InferFields<typeof jobChildrenSummaryFields> {}
export interface JobChildrenSummaryDraft extends DraftFields<typeof jobChildrenSummaryFields> {}
export const JobChildrenSummary: Struct<JobChildrenSummary, JobChildrenSummaryDraft> = struct(
  "JobChildrenSummary",
  jobChildrenSummaryFields,
);

const taskGroupSummaryFields = {
  queued: int(1),
  complete: int(2),
  failed: int(3),
  running: int(4),
  starting: int(5),
  lost: int(6),
  unknown: int(7),
};
export interface TaskGroupSummary extends InferFields<typeof taskGroupSummaryFields> {}
export interface TaskGroupSummaryDraft extends DraftFields<typeof taskGroupSummaryFields> {}
export const TaskGroupSummary: Struct<TaskGroupSummary, TaskGroupSummaryDraft> = struct(
  "TaskGroupSummary",
  taskGroupSummaryFields,
);

const jobSummaryFields = {
  jobId: text(1),
  namespace: text(2),
  summary: map(
    3,
    ref.of(() => TaskGroupSummary),
  ),
  children: ref(4, () => JobChildrenSummary, { nullable: true }),
  createIndex: int(5),
  modifyIndex: int(6),
};
export interface JobSummary extends InferFields<typeof jobSummaryFields> {}
export interface JobSummaryDraft extends DraftFields<typeof jobSummaryFields> {}
export const JobSummary: Struct<JobSummary, JobSummaryDraft> = struct("JobSummary", jobSummaryFields);
