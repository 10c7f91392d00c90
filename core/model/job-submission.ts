/** The text that a job was registered from. */
import { int, map, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const jobSubmissionFields = {
  source: text(1),
  format: text(2),
  variableFlags: map(3, text),
  variables: text(4),
  namespace: text(5),
  jobId: text(6),
  version: int(7),
  jobModifyIndex: int(8),
};
export interface JobSubmission extends InferFields<typeof jobSubmissionFields> {}
export interface JobSubmissionDraft extends DraftFields<typeof jobSubmissionFields> {}
export const JobSubmission: Struct<JobSubmission, JobSubmissionDraft> = struct("JobSubmission", jobSubmissionFields);
