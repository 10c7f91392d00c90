/** Consul Connect gateways. */
import {
  any,
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

const consulGatewayTlssdsConfigFields = {
  clusterName: text(1, { draftZero: true }),
  certResource: text(2, { draftZero: true }),
};
export interface ConsulGatewayTLSSDSConfig extends InferFields<typeof consulGatewayTlssdsConfigFields> {}
export interface ConsulGatewayTLSSDSConfigDraft extends DraftFields<typeof consulGatewayTlssdsConfigFields> {}
export const ConsulGatewayTLSSDSConfig: Struct<ConsulGatewayTLSSDSConfig, ConsulGatewayTLSSDSConfigDraft> = struct(
  "ConsulGatewayTLSSDSConfig",
  consulGatewayTlssdsConfigFields,
);

const consulGatewayTlsConfigFields = {
  enabled: bool(1, { draftZero: true }),
  tlsMinVersion: text(2, { draftZero: true }),
  tlsMaxVersion: text(3, { draftZero: true }),
  cipherSuites: list(4, text),
  sds: ref(5, () => ConsulGatewayTLSSDSConfig, { nullable: true }),
};
export interface ConsulGatewayTLSConfig extends InferFields<typeof consulGatewayTlsConfigFields> {}
export interface ConsulGatewayTLSConfigDraft extends DraftFields<typeof consulGatewayTlsConfigFields> {}
export const ConsulGatewayTLSConfig: Struct<ConsulGatewayTLSConfig, ConsulGatewayTLSConfigDraft> = struct(
  "ConsulGatewayTLSConfig",
  consulGatewayTlsConfigFields,
);

const consulHttpHeaderModifiersFields = {
  add: map(1, text),
  set: map(2, text),
  remove: list(3, text),
};
export interface ConsulHTTPHeaderModifiers extends InferFields<typeof consulHttpHeaderModifiersFields> {}
export interface ConsulHTTPHeaderModifiersDraft extends DraftFields<typeof consulHttpHeaderModifiersFields> {}
export const ConsulHTTPHeaderModifiers: Struct<ConsulHTTPHeaderModifiers, ConsulHTTPHeaderModifiersDraft> = struct(
  "ConsulHTTPHeaderModifiers",
  consulHttpHeaderModifiersFields,
);

const consulIngressServiceFields = {
  name: text(1, { draftZero: true }),
  hosts: list(2, text),
  tls: ref(3, () => ConsulGatewayTLSConfig, { nullable: true }),
  requestHeaders: ref(4, () => ConsulHTTPHeaderModifiers, { nullable: true }),
  responseHeaders: ref(5, () => ConsulHTTPHeaderModifiers, { nullable: true }),
  maxConnections: int(6),
  maxPendingRequests: int(7),
  maxConcurrentRequests: int(8),
};
export interface ConsulIngressService extends InferFields<typeof consulIngressServiceFields> {}
export interface ConsulIngressServiceDraft extends DraftFields<typeof consulIngressServiceFields> {}
export const ConsulIngressService: Struct<ConsulIngressService, ConsulIngressServiceDraft> = struct(
  "ConsulIngressService",
  consulIngressServiceFields,
);

const consulIngressListenerFields = {
  port: int(1, { draftZero: true }),
  protocol: text(2, { draftZero: true }),
  services: list(
    3,
    ref.of(() => ConsulIngressService),
  ),
};
export interface ConsulIngressListener extends InferFields<typeof consulIngressListenerFields> {}
export interface ConsulIngressListenerDraft extends DraftFields<typeof consulIngressListenerFields> {}
export const ConsulIngressListener: Struct<ConsulIngressListener, ConsulIngressListenerDraft> = struct(
  "ConsulIngressListener",
  consulIngressListenerFields,
);

const consulIngressConfigEntryFields = {
  tls: ref(1, () => ConsulGatewayTLSConfig, { nullable: true }),
  listeners: list(
    2,
    ref.of(() => ConsulIngressListener),
  ),
};
export interface ConsulIngressConfigEntry extends InferFields<typeof consulIngressConfigEntryFields> {}
export interface ConsulIngressConfigEntryDraft extends DraftFields<typeof consulIngressConfigEntryFields> {}
export const ConsulIngressConfigEntry: Struct<ConsulIngressConfigEntry, ConsulIngressConfigEntryDraft> = struct(
  "ConsulIngressConfigEntry",
  consulIngressConfigEntryFields,
);

const consulMeshConfigEntryFields = {};
export interface ConsulMeshConfigEntry extends InferFields<typeof consulMeshConfigEntryFields> {}
export interface ConsulMeshConfigEntryDraft extends DraftFields<typeof consulMeshConfigEntryFields> {}
export const ConsulMeshConfigEntry: Struct<ConsulMeshConfigEntry, ConsulMeshConfigEntryDraft> = struct(
  "ConsulMeshConfigEntry",
  consulMeshConfigEntryFields,
);

const consulGatewayBindAddressFields = {
  address: text(1, { draftZero: true }),
  port: int(2, { draftZero: true }),
  name: text(101, { draftOnly: true, draftZero: true }),
};
export interface ConsulGatewayBindAddress extends InferFields<typeof consulGatewayBindAddressFields> {}
export interface ConsulGatewayBindAddressDraft extends DraftFields<typeof consulGatewayBindAddressFields> {}
export const ConsulGatewayBindAddress: Struct<ConsulGatewayBindAddress, ConsulGatewayBindAddressDraft> = struct(
  "ConsulGatewayBindAddress",
  consulGatewayBindAddressFields,
);

const consulGatewayProxyFields = {
  connectTimeoutNs: durationNs(1),
  envoyGatewayBindTaggedAddresses: bool(2, { draftZero: true }),
  envoyGatewayBindAddresses: map(
    3,
    ref.of(() => ConsulGatewayBindAddress),
  ),
  envoyGatewayNoDefaultBind: bool(4, { draftZero: true }),
  envoyDnsDiscoveryType: text(5, { draftZero: true }),
  config: map(6, any),
};
export interface ConsulGatewayProxy extends InferFields<typeof consulGatewayProxyFields> {}
export interface ConsulGatewayProxyDraft extends DraftFields<typeof consulGatewayProxyFields> {}
export const ConsulGatewayProxy: Struct<ConsulGatewayProxy, ConsulGatewayProxyDraft> = struct(
  "ConsulGatewayProxy",
  consulGatewayProxyFields,
);

const consulLinkedServiceFields = {
  name: text(1, { draftZero: true }),
  caFile: text(2, { draftZero: true }),
  certFile: text(3, { draftZero: true }),
  keyFile: text(4, { draftZero: true }),
  sni: text(5, { draftZero: true }),
};
export interface ConsulLinkedService extends InferFields<typeof consulLinkedServiceFields> {}
export interface ConsulLinkedServiceDraft extends DraftFields<typeof consulLinkedServiceFields> {}
export const ConsulLinkedService: Struct<ConsulLinkedService, ConsulLinkedServiceDraft> = struct(
  "ConsulLinkedService",
  consulLinkedServiceFields,
);

const consulTerminatingConfigEntryFields = {
  services: list(
    1,
    ref.of(() => ConsulLinkedService),
  ),
};
export interface ConsulTerminatingConfigEntry extends InferFields<typeof consulTerminatingConfigEntryFields> {}
export interface ConsulTerminatingConfigEntryDraft extends DraftFields<typeof consulTerminatingConfigEntryFields> {}
export const ConsulTerminatingConfigEntry: Struct<ConsulTerminatingConfigEntry, ConsulTerminatingConfigEntryDraft> =
  struct("ConsulTerminatingConfigEntry", consulTerminatingConfigEntryFields);

const consulGatewayFields = {
  proxy: ref(1, () => ConsulGatewayProxy, { nullable: true }),
  ingress: ref(2, () => ConsulIngressConfigEntry, { nullable: true }),
  terminating: ref(3, () => ConsulTerminatingConfigEntry, { nullable: true }),
  mesh: ref(4, () => ConsulMeshConfigEntry, { nullable: true }),
};
export interface ConsulGateway extends InferFields<typeof consulGatewayFields> {}
export interface ConsulGatewayDraft extends DraftFields<typeof consulGatewayFields> {}
export const ConsulGateway: Struct<ConsulGateway, ConsulGatewayDraft> = struct("ConsulGateway", consulGatewayFields);
