/** How a group is updated, migrated, restarted, rescheduled and scaled. */
import {
  any,
  bool,
  durationNs,
  int,
  map,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const updateStrategyFields = {
  staggerNs: durationNs(1),
  maxParallel: int(2),
  healthCheck: text(3),
  minHealthyTimeNs: durationNs(4),
  healthyDeadlineNs: durationNs(5),
  progressDeadlineNs: durationNs(6),
  autoRevert: bool(7),
  autoPromote: bool(8),
  canary: int(9),
};
export interface UpdateStrategy extends InferFields<typeof updateStrategyFields> {}
export interface UpdateStrategyDraft extends DraftFields<typeof updateStrategyFields> {}
export const UpdateStrategy: Struct<UpdateStrategy, UpdateStrategyDraft> = struct(
  "UpdateStrategy",
  updateStrategyFields,
);

const migrateStrategyFields = {
  maxParallel: int(1),
  healthCheck: text(2),
  minHealthyTimeNs: durationNs(3),
  healthyDeadlineNs: durationNs(4),
};
export interface MigrateStrategy extends InferFields<typeof migrateStrategyFields> {}
export interface MigrateStrategyDraft extends DraftFields<typeof migrateStrategyFields> {}
export const MigrateStrategy: Struct<MigrateStrategy, MigrateStrategyDraft> = struct(
  "MigrateStrategy",
  migrateStrategyFields,
);

const restartPolicyFields = {
  attempts: int(1),
  intervalNs: durationNs(2),
  delayNs: durationNs(3),
  mode: text(4),
  renderTemplates: bool(5),
};
export interface RestartPolicy extends InferFields<typeof restartPolicyFields> {}
export interface RestartPolicyDraft extends DraftFields<typeof restartPolicyFields> {}
export const RestartPolicy: Struct<RestartPolicy, RestartPolicyDraft> = struct("RestartPolicy", restartPolicyFields);

const reschedulePolicyFields = {
  attempts: int(1),
  intervalNs: durationNs(2),
  delayNs: durationNs(3),
  delayFunction: text(4),
  maxDelayNs: durationNs(5),
  unlimited: bool(6),
};
export interface ReschedulePolicy extends InferFields<typeof reschedulePolicyFields> {}
export interface ReschedulePolicyDraft extends DraftFields<typeof reschedulePolicyFields> {}
export const ReschedulePolicy: Struct<ReschedulePolicy, ReschedulePolicyDraft> = struct(
  "ReschedulePolicy",
  reschedulePolicyFields,
);

const disconnectStrategyFields = {
  lostAfterNs: durationNs(1),
  stopOnClientAfterNs: durationNs(2, { nullable: true }),
  replace: bool(3, { nullable: true }),
  reconcile: text(4),
};
export interface DisconnectStrategy extends InferFields<typeof disconnectStrategyFields> {}
export interface DisconnectStrategyDraft extends DraftFields<typeof disconnectStrategyFields> {}
export const DisconnectStrategy: Struct<DisconnectStrategy, DisconnectStrategyDraft> = struct(
  "DisconnectStrategy",
  disconnectStrategyFields,
);

const ephemeralDiskFields = {
  sticky: bool(1),
  sizeMb: int(2),
  migrate: bool(3),
};
export interface EphemeralDisk extends InferFields<typeof ephemeralDiskFields> {}
export interface EphemeralDiskDraft extends DraftFields<typeof ephemeralDiskFields> {}
export const EphemeralDisk: Struct<EphemeralDisk, EphemeralDiskDraft> = struct("EphemeralDisk", ephemeralDiskFields);

const scalingPolicyFields = {
  id: text(1, { draftZero: true }),
  type: text(2, { draftZero: true }),
  target: map(3, text),
  policy: map(4, any),
  min: int(5),
  max: int(6),
  enabled: bool(7),
  createIndex: int(8, { draftZero: true }),
  modifyIndex: int(9, { draftZero: true }),
  namespace: text(101, { draftOnly: true, draftZero: true }),
};
export interface ScalingPolicy extends InferFields<typeof scalingPolicyFields> {}
export interface ScalingPolicyDraft extends DraftFields<typeof scalingPolicyFields> {}
export const ScalingPolicy: Struct<ScalingPolicy, ScalingPolicyDraft> = struct("ScalingPolicy", scalingPolicyFields);
