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
  passing: int(1),
  warning: int(2),
};
export interface ServiceWeights extends InferFields<typeof serviceWeightsFields> {}
export interface ServiceWeightsDraft extends DraftFields<typeof serviceWeightsFields> {}
export const ServiceWeights: Struct<ServiceWeights, ServiceWeightsDraft> = struct(
  "ServiceWeights",
  serviceWeightsFields,
);

const checkRestartFields = {
  limit: int(1),
  graceNs: durationNs(2),
  ignoreWarnings: bool(3),
};
export interface CheckRestart extends InferFields<typeof checkRestartFields> {}
export interface CheckRestartDraft extends DraftFields<typeof checkRestartFields> {}
export const CheckRestart: Struct<CheckRestart, CheckRestartDraft> = struct("CheckRestart", checkRestartFields);

const serviceCheckFields = {
  name: text(1),
  type: text(2),
  command: text(3),
  args: list(4, text),
  path: text(5),
  protocol: text(6),
  portLabel: text(7),
  expose: bool(8),
  addressMode: text(9),
  intervalNs: durationNs(10),
  timeoutNs: durationNs(11),
  initialStatus: text(12),
  notes: text(13),
  tlsServerName: text(14),
  tlsSkipVerify: bool(15),
  method: text(16),
  header: map(17, list.of(text)),
  checkRestart: ref(18, () => CheckRestart, { nullable: true }),
  grpcService: text(19),
  grpcUseTls: bool(20),
  taskName: text(21),
  successBeforePassing: int(22),
  failuresBeforeCritical: int(23),
  failuresBeforeWarning: int(24),
  body: text(25),
  onUpdate: text(26),
};
export interface ServiceCheck extends InferFields<typeof serviceCheckFields> {}
export interface ServiceCheckDraft extends DraftFields<typeof serviceCheckFields> {}
export const ServiceCheck: Struct<ServiceCheck, ServiceCheckDraft> = struct("ServiceCheck", serviceCheckFields);

const serviceFields = {
  name: text(1),
  taskName: text(2),
  portLabel: text(3),
  addressMode: text(4),
  address: text(5),
  enableTagOverride: bool(6),
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
  namespace: text(15),
  onUpdate: text(16),
  provider: text(17),
  cluster: text(18),
  identity: ref(19, () => WorkloadIdentity, { nullable: true }),
  kind: text(20),
};
export interface Service extends InferFields<typeof serviceFields> {}
export interface ServiceDraft extends DraftFields<typeof serviceFields> {}
export const Service: Struct<Service, ServiceDraft> = struct("Service", serviceFields);
