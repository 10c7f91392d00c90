/** Bodies of the job routes. */
import {
  bool,
  durationNs,
  instantMs,
  int,
  list,
  map,
  ref,
  text,
  timeMs,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";
import { Deployment } from "./deployment.ts";
import { Evaluation } from "./evaluation.ts";
import { Job, Multiregion } from "./job.ts";
import { JobDiff } from "./job-diff.ts";
import { JobSubmission } from "./job-submission.ts";
import { JobSummary } from "./job-summary.ts";
import { AllocMetric } from "./metric.ts";
import { PlanAnnotations } from "./plan-annotations.ts";

const jobListStubFields = {
  id: text(1),
  parentId: text(2),
  name: text(3),
  namespace: text(4, { omitEmpty: true }),
  datacenters: list(5, text),
  nodePool: text(6),
  multiregion: ref(7, () => Multiregion, { nullable: true }),
  type: text(8),
  priority: int(9),
  periodic: bool(10),
  parameterizedJob: bool(11),
  stop: bool(12),
  status: text(13),
  statusDescription: text(14),
  jobSummary: ref(15, () => JobSummary, { nullable: true }),
  createIndex: int(16),
  modifyIndex: int(17),
  jobModifyIndex: int(18),
  submitTimeMs: instantMs(19),
  meta: map(20, text, { omitEmpty: true }),
};
export interface JobListStub extends InferFields<typeof jobListStubFields> {}
export interface JobListStubDraft extends DraftFields<typeof jobListStubFields> {}
export const JobListStub: Struct<JobListStub, JobListStubDraft> = struct("JobListStub", jobListStubFields);

const jobRegisterRequestFields = {
  submission: ref(1, () => JobSubmission, { nullable: true }),
  job: ref(2, () => Job, { nullable: true }),
  enforceIndex: bool(3),
  jobModifyIndex: int(4),
  preserveCounts: bool(5),
  preserveResources: bool(6),
  policyOverride: bool(7),
  evalPriority: int(8),
  eval: ref(9, () => Evaluation, { nullable: true }),
  deployment: ref(10, () => Deployment, { nullable: true }),
};
export interface JobRegisterRequest extends InferFields<typeof jobRegisterRequestFields> {}
export interface JobRegisterRequestDraft extends DraftFields<typeof jobRegisterRequestFields> {}
export const JobRegisterRequest: Struct<JobRegisterRequest, JobRegisterRequestDraft> = struct(
  "JobRegisterRequest",
  jobRegisterRequestFields,
);

const jobRegisterResponseFields = {
  evalId: text(1),
  evalCreateIndex: int(2),
  jobModifyIndex: int(3),
  warnings: text(4),
  index: int(5),
  lastContactNs: durationNs(6),
  knownLeader: bool(7),
  nextToken: text(8),
};
export interface JobRegisterResponse extends InferFields<typeof jobRegisterResponseFields> {}
export interface JobRegisterResponseDraft extends DraftFields<typeof jobRegisterResponseFields> {}
export const JobRegisterResponse: Struct<JobRegisterResponse, JobRegisterResponseDraft> = struct(
  "JobRegisterResponse",
  jobRegisterResponseFields,
);

const jobDeregisterResponseFields = {
  evalId: text(1),
  evalCreateIndex: int(2),
  jobModifyIndex: int(3),
  volumeEvalId: text(4),
  volumeEvalIndex: int(5),
  index: int(6),
  lastContactNs: durationNs(7),
  knownLeader: bool(8),
  nextToken: text(9),
};
export interface JobDeregisterResponse extends InferFields<typeof jobDeregisterResponseFields> {}
export interface JobDeregisterResponseDraft extends DraftFields<typeof jobDeregisterResponseFields> {}
export const JobDeregisterResponse: Struct<JobDeregisterResponse, JobDeregisterResponseDraft> = struct(
  "JobDeregisterResponse",
  jobDeregisterResponseFields,
);

const jobPlanResponseFields = {
  annotations: ref(1, () => PlanAnnotations, { nullable: true }),
  failedTgAllocs: map(
    2,
    ref.of(() => AllocMetric),
  ),
  jobModifyIndex: int(3),
  createdEvals: list(
    4,
    ref.of(() => Evaluation),
  ),
  diff: ref(5, () => JobDiff, { nullable: true }),
  nextPeriodicLaunchMs: timeMs(6, { nullable: true }),
  warnings: text(7),
  index: int(8),
};
export interface JobPlanResponse extends InferFields<typeof jobPlanResponseFields> {}
export interface JobPlanResponseDraft extends DraftFields<typeof jobPlanResponseFields> {}
export const JobPlanResponse: Struct<JobPlanResponse, JobPlanResponseDraft> = struct(
  "JobPlanResponse",
  jobPlanResponseFields,
);

const jobValidateResponseFields = {
  driverConfigValidated: bool(1),
  validationErrors: list(2, text),
  error: text(3),
  warnings: text(4),
};
export interface JobValidateResponse extends InferFields<typeof jobValidateResponseFields> {}
export interface JobValidateResponseDraft extends DraftFields<typeof jobValidateResponseFields> {}
export const JobValidateResponse: Struct<JobValidateResponse, JobValidateResponseDraft> = struct(
  "JobValidateResponse",
  jobValidateResponseFields,
);
