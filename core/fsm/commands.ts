import {
  Allocation,
  AllocationReport,
  Evaluation,
  Job,
  JobSubmission,
  Node,
  NodeEvent,
  SchedulerConfiguration,
} from "#core/model";
import { bool, type DraftFields, type InferFields, int, list, ref, type Struct, struct, text } from "#core/schema";

const jobRegisterFields = {
  job: ref(1, () => Job),
  submission: ref(2, () => JobSubmission, { nullable: true }),
  evaluation: ref(3, () => Evaluation, { nullable: true }),
  /** The write rests on `jobModifyIndex`: 0 means that the job must not exist. */
  enforceIndex: bool(4),
  jobModifyIndex: int(5),
  preserveCounts: bool(6),
  preserveResources: bool(7),
  trackedVersions: int(8),
};
export interface JobRegister extends InferFields<typeof jobRegisterFields> {}
export const JobRegister: Struct<JobRegister, DraftFields<typeof jobRegisterFields>> = struct(
  "JobRegister",
  jobRegisterFields,
);

const jobDeregisterFields = {
  namespace: text(1),
  jobId: text(2),
  purge: bool(3),
  evaluation: ref(4, () => Evaluation, { nullable: true }),
  noShutdownDelay: bool(5),
};
export interface JobDeregister extends InferFields<typeof jobDeregisterFields> {}
export const JobDeregister: Struct<JobDeregister, DraftFields<typeof jobDeregisterFields>> = struct(
  "JobDeregister",
  jobDeregisterFields,
);

const evaluationUpdateFields = {
  evaluations: list(
    1,
    ref.of(() => Evaluation),
  ),
};
export interface EvaluationUpdate extends InferFields<typeof evaluationUpdateFields> {}
export const EvaluationUpdate: Struct<EvaluationUpdate, DraftFields<typeof evaluationUpdateFields>> = struct(
  "EvaluationUpdate",
  evaluationUpdateFields,
);

const allocationStopFields = {
  id: text(1),
  desiredStatus: text(2),
  desiredDescription: text(3),
  /** Set when the server itself knows how it ended (`lost`, `unknown`); empty otherwise. */
  clientStatus: text(4),
  followupEvalId: text(5),
};
export interface AllocationStop extends InferFields<typeof allocationStopFields> {}
export const AllocationStop: Struct<AllocationStop, DraftFields<typeof allocationStopFields>> = struct(
  "AllocationStop",
  allocationStopFields,
);

const planResultFields = {
  evalId: text(1),
  namespace: text(2),
  jobId: text(3),
  jobVersion: int(4),
  /** New allocations and those updated in place. */
  placed: list(
    5,
    ref.of(() => Allocation),
  ),
  stopped: list(
    6,
    ref.of(() => AllocationStop),
  ),
};
export interface PlanResult extends InferFields<typeof planResultFields> {}
export const PlanResult: Struct<PlanResult, DraftFields<typeof planResultFields>> = struct(
  "PlanResult",
  planResultFields,
);

const nodeRegisterFields = {
  node: ref(1, () => Node),
  evaluations: list(
    2,
    ref.of(() => Evaluation),
  ),
};
export interface NodeRegister extends InferFields<typeof nodeRegisterFields> {}
export const NodeRegister: Struct<NodeRegister, DraftFields<typeof nodeRegisterFields>> = struct(
  "NodeRegister",
  nodeRegisterFields,
);

const nodeStatusUpdateFields = {
  nodeId: text(1),
  status: text(2),
  event: ref(3, () => NodeEvent, { nullable: true }),
  evaluations: list(
    4,
    ref.of(() => Evaluation),
  ),
};
export interface NodeStatusUpdate extends InferFields<typeof nodeStatusUpdateFields> {}
export const NodeStatusUpdate: Struct<NodeStatusUpdate, DraftFields<typeof nodeStatusUpdateFields>> = struct(
  "NodeStatusUpdate",
  nodeStatusUpdateFields,
);

const clientUpdateFields = {
  nodeId: text(1),
  reports: list(
    2,
    ref.of(() => AllocationReport),
  ),
  evaluations: list(
    3,
    ref.of(() => Evaluation),
  ),
};
export interface ClientUpdate extends InferFields<typeof clientUpdateFields> {}
export const ClientUpdate: Struct<ClientUpdate, DraftFields<typeof clientUpdateFields>> = struct(
  "ClientUpdate",
  clientUpdateFields,
);

const jobNameFields = { namespace: text(1), id: text(2) };
export interface JobName extends InferFields<typeof jobNameFields> {}
export const JobName: Struct<JobName, DraftFields<typeof jobNameFields>> = struct("JobName", jobNameFields);

const reapFields = {
  evaluationIds: list(1, text),
  allocationIds: list(2, text),
  jobs: list(
    3,
    ref.of(() => JobName),
  ),
  nodeIds: list(4, text),
};
/** What garbage collection takes away. */
export interface Reap extends InferFields<typeof reapFields> {}
export const Reap: Struct<Reap, DraftFields<typeof reapFields>> = struct("Reap", reapFields);

const schedulerConfigureFields = { configuration: ref(1, () => SchedulerConfiguration) };
export interface SchedulerConfigure extends InferFields<typeof schedulerConfigureFields> {}
export const SchedulerConfigure: Struct<SchedulerConfigure, DraftFields<typeof schedulerConfigureFields>> = struct(
  "SchedulerConfigure",
  schedulerConfigureFields,
);

const jobStabilityFields = { namespace: text(1), jobId: text(2), version: int(3), stable: bool(4) };
export interface JobStability extends InferFields<typeof jobStabilityFields> {}
export const JobStability: Struct<JobStability, DraftFields<typeof jobStabilityFields>> = struct(
  "JobStability",
  jobStabilityFields,
);

const jobVersionTaggingFields = {
  namespace: text(1),
  jobId: text(2),
  name: text(3),
  description: text(4),
  version: int(5),
  /** Whatever version is the newest when the entry is applied. */
  latest: bool(6),
  /** Takes the name away. */
  remove: bool(7),
  trackedVersions: int(8),
};
export interface JobVersionTagging extends InferFields<typeof jobVersionTaggingFields> {}
export const JobVersionTagging: Struct<JobVersionTagging, DraftFields<typeof jobVersionTaggingFields>> = struct(
  "JobVersionTagging",
  jobVersionTaggingFields,
);

/** Every type of entry: its number, never reused, and the shape of its payload. */
export const commandTypes = {
  jobRegister: { number: 1, payload: JobRegister },
  jobDeregister: { number: 2, payload: JobDeregister },
  evaluationUpdate: { number: 3, payload: EvaluationUpdate },
  planResult: { number: 4, payload: PlanResult },
  nodeRegister: { number: 5, payload: NodeRegister },
  nodeStatusUpdate: { number: 6, payload: NodeStatusUpdate },
  clientUpdate: { number: 7, payload: ClientUpdate },
  reap: { number: 8, payload: Reap },
  schedulerConfigure: { number: 9, payload: SchedulerConfigure },
  jobStability: { number: 10, payload: JobStability },
  jobVersionTagging: { number: 11, payload: JobVersionTagging },
} as const;

export type CommandName = keyof typeof commandTypes;

type PayloadOf<S> = S extends Struct<infer T> ? T : never;

/** A write, before it becomes an entry. */
export type Command = {
  [N in CommandName]: { readonly name: N; readonly payload: PayloadOf<(typeof commandTypes)[N]["payload"]> };
}[CommandName];
