/** A job as it is stored. */
import {
  bool,
  bytes,
  instantMs,
  int,
  list,
  map,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";
import { Affinity, Constraint, Spread } from "./constraint.ts";
import { TaskGroup } from "./group.ts";
import { MigrateStrategy, ReschedulePolicy, UpdateStrategy } from "./policy.ts";

const jobVersionTagFields = {
  name: text(1, { draftZero: true }),
  description: text(2, { draftZero: true }),
  taggedTimeMs: instantMs(3, { draftZero: true }),
};
export interface JobVersionTag extends InferFields<typeof jobVersionTagFields> {}
export interface JobVersionTagDraft extends DraftFields<typeof jobVersionTagFields> {}
export const JobVersionTag: Struct<JobVersionTag, JobVersionTagDraft> = struct("JobVersionTag", jobVersionTagFields);

const multiregionStrategyFields = {
  maxParallel: int(1),
  onFailure: text(2),
};
export interface MultiregionStrategy extends InferFields<typeof multiregionStrategyFields> {}
export interface MultiregionStrategyDraft extends DraftFields<typeof multiregionStrategyFields> {}
export const MultiregionStrategy: Struct<MultiregionStrategy, MultiregionStrategyDraft> = struct(
  "MultiregionStrategy",
  multiregionStrategyFields,
);

const multiregionRegionFields = {
  name: text(1, { draftZero: true }),
  count: int(2),
  datacenters: list(3, text),
  nodePool: text(4, { draftZero: true }),
  meta: map(5, text),
};
export interface MultiregionRegion extends InferFields<typeof multiregionRegionFields> {}
export interface MultiregionRegionDraft extends DraftFields<typeof multiregionRegionFields> {}
export const MultiregionRegion: Struct<MultiregionRegion, MultiregionRegionDraft> = struct(
  "MultiregionRegion",
  multiregionRegionFields,
);

const multiregionFields = {
  strategy: ref(1, () => MultiregionStrategy, { nullable: true }),
  regions: list(
    2,
    ref.of(() => MultiregionRegion),
  ),
};
export interface Multiregion extends InferFields<typeof multiregionFields> {}
export interface MultiregionDraft extends DraftFields<typeof multiregionFields> {}
export const Multiregion: Struct<Multiregion, MultiregionDraft> = struct("Multiregion", multiregionFields);

const jobUiLinkFields = {
  label: text(1, { draftZero: true }),
  url: text(2, { draftZero: true, draftName: "URL" }),
};
export interface JobUILink extends InferFields<typeof jobUiLinkFields> {}
export interface JobUILinkDraft extends DraftFields<typeof jobUiLinkFields> {}
export const JobUILink: Struct<JobUILink, JobUILinkDraft> = struct("JobUILink", jobUiLinkFields);

const jobUiConfigFields = {
  description: text(1, { draftZero: true }),
  links: list(
    2,
    ref.of(() => JobUILink),
  ),
};
export interface JobUIConfig extends InferFields<typeof jobUiConfigFields> {}
export interface JobUIConfigDraft extends DraftFields<typeof jobUiConfigFields> {}
export const JobUIConfig: Struct<JobUIConfig, JobUIConfigDraft> = struct("JobUIConfig", jobUiConfigFields);

const parameterizedJobConfigFields = {
  payload: text(1, { draftZero: true }),
  metaRequired: list(2, text),
  metaOptional: list(3, text),
};
export interface ParameterizedJobConfig extends InferFields<typeof parameterizedJobConfigFields> {}
export interface ParameterizedJobConfigDraft extends DraftFields<typeof parameterizedJobConfigFields> {}
export const ParameterizedJobConfig: Struct<ParameterizedJobConfig, ParameterizedJobConfigDraft> = struct(
  "ParameterizedJobConfig",
  parameterizedJobConfigFields,
);

const periodicConfigFields = {
  enabled: bool(1),
  spec: text(2),
  specs: list(3, text),
  specType: text(4),
  prohibitOverlap: bool(5),
  timeZone: text(6),
};
export interface PeriodicConfig extends InferFields<typeof periodicConfigFields> {}
export interface PeriodicConfigDraft extends DraftFields<typeof periodicConfigFields> {}
export const PeriodicConfig: Struct<PeriodicConfig, PeriodicConfigDraft> = struct(
  "PeriodicConfig",
  periodicConfigFields,
);

const jobFields = {
  stop: bool(1),
  region: text(2),
  namespace: text(3),
  id: text(4),
  parentId: text(5),
  name: text(6),
  type: text(7),
  priority: int(8),
  allAtOnce: bool(9),
  datacenters: list(10, text),
  nodePool: text(11),
  constraints: list(
    12,
    ref.of(() => Constraint),
  ),
  affinities: list(
    13,
    ref.of(() => Affinity),
  ),
  spreads: list(
    14,
    ref.of(() => Spread),
  ),
  taskGroups: list(
    15,
    ref.of(() => TaskGroup),
  ),
  update: ref(16, () => UpdateStrategy, { nullable: true }),
  multiregion: ref(17, () => Multiregion, { nullable: true }),
  periodic: ref(18, () => PeriodicConfig, { nullable: true }),
  parameterizedJob: ref(19, () => ParameterizedJobConfig, { nullable: true }),
  dispatched: bool(20, { draftZero: true }),
  dispatchIdempotencyToken: text(21),
  payload: bytes(22, { nullable: true }),
  meta: map(23, text),
  consulNamespace: text(24),
  vaultNamespace: text(25),
  nomadTokenId: text(26),
  status: text(27),
  statusDescription: text(28),
  stable: bool(29),
  version: int(30),
  submitTimeMs: instantMs(31),
  createIndex: int(32),
  modifyIndex: int(33),
  jobModifyIndex: int(34),
  ui: ref(35, () => JobUIConfig, { nullable: true }),
  reschedule: ref(101, () => ReschedulePolicy, { draftOnly: true }),
  migrate: ref(102, () => MigrateStrategy, { draftOnly: true }),
  versionTag: ref(36, () => JobVersionTag, { nullable: true }),
};
export interface Job extends InferFields<typeof jobFields> {}
export interface JobDraft extends DraftFields<typeof jobFields> {}
export const Job: Struct<Job, JobDraft> = struct("Job", jobFields);
