/** Services that a group or a task registers, and their checks. */
import {
  bool,
  durationNs,
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
import { ConsulConnect } from "./connect.ts";
import { WorkloadIdentity } from "./identity.ts";

const serviceWeightsFields = {
  passing: int(1, { draftZero: true }),
  warning: int(2, { draftZero: true }),
};
export interface ServiceWeights extends InferFields<typeof serviceWeightsFields> {}
export interface ServiceWeightsDraft extends DraftFields<typeof serviceWeightsFields> {}
export const ServiceWeights: Struct<ServiceWeights, ServiceWeightsDraft> = struct(
  "ServiceWeights",
  serviceWeightsFields,
);

const checkRestartFields = {
  limit: int(1, { draftZero: true }),
  graceNs: durationNs(2),
  ignoreWarnings: bool(3, { draftZero: true }),
};
export interface CheckRestart extends InferFields<typeof checkRestartFields> {}
export interface CheckRestartDraft extends DraftFields<typeof checkRestartFields> {}
export const CheckRestart: Struct<CheckRestart, CheckRestartDraft> = struct("CheckRestart", checkRestartFields);

const serviceCheckFields = {
  name: text(1, { draftZero: true }),
  type: text(2, { draftZero: true }),
  command: text(3, { draftZero: true }),
  args: list(4, text),
  path: text(5, { draftZero: true }),
  protocol: text(6, { draftZero: true }),
  portLabel: text(7, { draftZero: true }),
  expose: bool(8, { draftZero: true }),
  addressMode: text(9, { draftZero: true }),
  intervalNs: durationNs(10, { draftZero: true }),
  timeoutNs: durationNs(11, { draftZero: true }),
  initialStatus: text(12, { draftZero: true }),
  notes: text(13, { draftZero: true }),
  tlsServerName: text(14, { draftZero: true }),
  tlsSkipVerify: bool(15, { draftZero: true }),
  method: text(16, { draftZero: true }),
  header: map(17, list.of(text)),
  checkRestart: ref(18, () => CheckRestart, { nullable: true }),
  grpcService: text(19, { draftZero: true }),
  grpcUseTls: bool(20, { draftZero: true }),
  taskName: text(21, { draftZero: true }),
  successBeforePassing: int(22, { draftZero: true }),
  failuresBeforeCritical: int(23, { draftZero: true }),
  failuresBeforeWarning: int(24, { draftZero: true }),
  body: text(25, { draftZero: true }),
  onUpdate: text(26, { draftZero: true }),
  advertise: text(101, { draftOnly: true, draftZero: true }),
};
export interface ServiceCheck extends InferFields<typeof serviceCheckFields> {}
export interface ServiceCheckDraft extends DraftFields<typeof serviceCheckFields> {}
export const ServiceCheck: Struct<ServiceCheck, ServiceCheckDraft> = struct("ServiceCheck", serviceCheckFields);

const serviceFields = {
  name: text(1, { draftZero: true }),
  taskName: text(2, { draftZero: true }),
  portLabel: text(3, { draftZero: true }),
  addressMode: text(4, { draftZero: true }),
  address: text(5, { draftZero: true }),
  enableTagOverride: bool(6, { draftZero: true }),
  tags: list(7, text),
  canaryTags: list(8, text),
  checks: list(
    9,
    ref.of(() => ServiceCheck),
  ),
  connect: ref(10, () => ConsulConnect, { nullable: true }),
  meta: map(11, text),
  canaryMeta: map(12, text),
  weights: ref(13, () => ServiceWeights, { nullable: true }),
  taggedAddresses: map(14, text),
  namespace: text(15, { storedOnly: true }),
  onUpdate: text(16, { draftZero: true }),
  provider: text(17, { draftZero: true }),
  cluster: text(18, { draftZero: true }),
  identity: ref(19, () => WorkloadIdentity, { nullable: true }),
  kind: text(20, { draftZero: true }),
  /** Merged into each check. */
  checkRestart: ref(101, () => CheckRestart, { draftOnly: true }),
};
export interface Service extends InferFields<typeof serviceFields> {}
export interface ServiceDraft extends DraftFields<typeof serviceFields> {}
export const Service: Struct<Service, ServiceDraft> = struct("Service", serviceFields);
