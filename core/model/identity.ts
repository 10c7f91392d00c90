/** Vault, Consul and workload identity blocks. */
import {
  any,
  bool,
  durationNs,
  list,
  map,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const vaultFields = {
  role: text(1, { draftZero: true }),
  namespace: text(2),
  cluster: text(3, { draftZero: true }),
  env: bool(4),
  disableFile: bool(5),
  changeMode: text(6),
  changeSignal: text(7),
  allowTokenExpiration: bool(8),
  /** Legacy; accepted and refused by validation. */
  policies: list(101, text, { draftOnly: true }),
};
export interface Vault extends InferFields<typeof vaultFields> {}
export interface VaultDraft extends DraftFields<typeof vaultFields> {}
export const Vault: Struct<Vault, VaultDraft> = struct("Vault", vaultFields);

const consulFields = {
  namespace: text(1, { draftZero: true }),
  cluster: text(2, { draftZero: true }),
  partition: text(3, { draftZero: true }),
};
export interface Consul extends InferFields<typeof consulFields> {}
export interface ConsulDraft extends DraftFields<typeof consulFields> {}
export const Consul: Struct<Consul, ConsulDraft> = struct("Consul", consulFields);

const secretFields = {
  name: text(1, { draftZero: true }),
  provider: text(2, { draftZero: true }),
  path: text(3, { draftZero: true }),
  config: map(4, any),
  env: map(5, text),
};
export interface Secret extends InferFields<typeof secretFields> {}
export interface SecretDraft extends DraftFields<typeof secretFields> {}
export const Secret: Struct<Secret, SecretDraft> = struct("Secret", secretFields);

const workloadIdentityFields = {
  name: text(1, { draftZero: true }),
  audience: list(2, text),
  changeMode: text(3, { draftZero: true }),
  changeSignal: text(4, { draftZero: true }),
  env: bool(5, { draftZero: true }),
  file: bool(6, { draftZero: true }),
  filepath: text(7, { draftZero: true }),
  serviceName: text(8, { draftZero: true }),
  ttlNs: durationNs(9, { draftZero: true }),
  extraClaims: list(10, text),
};
export interface WorkloadIdentity extends InferFields<typeof workloadIdentityFields> {}
export interface WorkloadIdentityDraft extends DraftFields<typeof workloadIdentityFields> {}
export const WorkloadIdentity: Struct<WorkloadIdentity, WorkloadIdentityDraft> = struct(
  "WorkloadIdentity",
  workloadIdentityFields,
);
