/** A tenant. */
import {
  bytes,
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

const namespaceNodePoolConfigurationFields = {
  default: text(1),
  allowed: list(2, text),
  denied: list(3, text),
};
export interface NamespaceNodePoolConfiguration extends InferFields<typeof namespaceNodePoolConfigurationFields> {}
export interface NamespaceNodePoolConfigurationDraft extends DraftFields<typeof namespaceNodePoolConfigurationFields> {}
export const NamespaceNodePoolConfiguration: Struct<
  NamespaceNodePoolConfiguration,
  NamespaceNodePoolConfigurationDraft
> = struct("NamespaceNodePoolConfiguration", namespaceNodePoolConfigurationFields);

const namespaceConsulConfigurationFields = {
  default: text(1),
  allowed: list(2, text),
  denied: list(3, text),
};
export interface NamespaceConsulConfiguration extends InferFields<typeof namespaceConsulConfigurationFields> {}
export interface NamespaceConsulConfigurationDraft extends DraftFields<typeof namespaceConsulConfigurationFields> {}
export const NamespaceConsulConfiguration: Struct<NamespaceConsulConfiguration, NamespaceConsulConfigurationDraft> =
  struct("NamespaceConsulConfiguration", namespaceConsulConfigurationFields);

const namespaceCapabilitiesFields = {
  enabledTaskDrivers: list(1, text),
  disabledTaskDrivers: list(2, text),
  enabledNetworkModes: list(3, text),
  disabledNetworkModes: list(4, text),
};
export interface NamespaceCapabilities extends InferFields<typeof namespaceCapabilitiesFields> {}
export interface NamespaceCapabilitiesDraft extends DraftFields<typeof namespaceCapabilitiesFields> {}
export const NamespaceCapabilities: Struct<NamespaceCapabilities, NamespaceCapabilitiesDraft> = struct(
  "NamespaceCapabilities",
  namespaceCapabilitiesFields,
);

const namespaceVaultConfigurationFields = {
  default: text(1),
  allowed: list(2, text),
  denied: list(3, text),
};
export interface NamespaceVaultConfiguration extends InferFields<typeof namespaceVaultConfigurationFields> {}
export interface NamespaceVaultConfigurationDraft extends DraftFields<typeof namespaceVaultConfigurationFields> {}
export const NamespaceVaultConfiguration: Struct<NamespaceVaultConfiguration, NamespaceVaultConfigurationDraft> =
  struct("NamespaceVaultConfiguration", namespaceVaultConfigurationFields);

const namespaceFields = {
  name: text(1),
  description: text(2),
  quota: text(3),
  capabilities: ref(4, () => NamespaceCapabilities, { nullable: true }),
  nodePoolConfiguration: ref(5, () => NamespaceNodePoolConfiguration, { nullable: true }),
  vaultConfiguration: ref(6, () => NamespaceVaultConfiguration, { nullable: true }),
  consulConfiguration: ref(7, () => NamespaceConsulConfiguration, { nullable: true }),
  meta: map(8, text),
  hash: bytes(9),
  createIndex: int(10),
  modifyIndex: int(11),
  requiredExtraClaims: map(12, text),
  optionalExtraClaims: map(13, text),
};
export interface Namespace extends InferFields<typeof namespaceFields> {}
export interface NamespaceDraft extends DraftFields<typeof namespaceFields> {}
export const Namespace: Struct<Namespace, NamespaceDraft> = struct("Namespace", namespaceFields);
