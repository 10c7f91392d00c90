/** How schedulers decide, for the whole region. */
import { bool, int, ref, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const preemptionConfigFields = {
  systemSchedulerEnabled: bool(1),
  sysBatchSchedulerEnabled: bool(2),
  batchSchedulerEnabled: bool(3),
  serviceSchedulerEnabled: bool(4),
};
export interface PreemptionConfig extends InferFields<typeof preemptionConfigFields> {}
export interface PreemptionConfigDraft extends DraftFields<typeof preemptionConfigFields> {}
export const PreemptionConfig: Struct<PreemptionConfig, PreemptionConfigDraft> = struct(
  "PreemptionConfig",
  preemptionConfigFields,
);

const schedulerConfigurationFields = {
  schedulerAlgorithm: text(1),
  preemptionConfig: ref(2, () => PreemptionConfig),
  memoryOversubscriptionEnabled: bool(3),
  rejectJobRegistration: bool(4),
  pauseEvalBroker: bool(5),
  nodeLimitForFeasibilityChecks: int(6),
  createIndex: int(7),
  modifyIndex: int(8),
};
export interface SchedulerConfiguration extends InferFields<typeof schedulerConfigurationFields> {}
export interface SchedulerConfigurationDraft extends DraftFields<typeof schedulerConfigurationFields> {}
export const SchedulerConfiguration: Struct<SchedulerConfiguration, SchedulerConfigurationDraft> = struct(
  "SchedulerConfiguration",
  schedulerConfigurationFields,
);
