/** Consul Connect: sidecars, proxies, upstreams. */
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
import { ConsulGateway } from "./gateway.ts";
import { WorkloadIdentity } from "./identity.ts";
import { LogConfig } from "./log-config.ts";
import { Resources } from "./resources.ts";
import { VolumeMount } from "./volume.ts";

const consulMeshGatewayFields = {
  mode: text(1, { draftZero: true }),
};
export interface ConsulMeshGateway extends InferFields<typeof consulMeshGatewayFields> {}
export interface ConsulMeshGatewayDraft extends DraftFields<typeof consulMeshGatewayFields> {}
export const ConsulMeshGateway: Struct<ConsulMeshGateway, ConsulMeshGatewayDraft> = struct(
  "ConsulMeshGateway",
  consulMeshGatewayFields,
);

const consulUpstreamFields = {
  destinationName: text(1, { draftZero: true }),
  destinationNamespace: text(2, { draftZero: true }),
  destinationPartition: text(3, { draftZero: true }),
  destinationPeer: text(4, { draftZero: true }),
  destinationType: text(5, { draftZero: true }),
  localBindPort: int(6, { draftZero: true }),
  datacenter: text(7, { draftZero: true }),
  localBindAddress: text(8, { draftZero: true }),
  localBindSocketPath: text(9, { draftZero: true }),
  localBindSocketMode: text(10, { draftZero: true }),
  meshGateway: ref(11, () => ConsulMeshGateway, { nullable: true }),
  config: map(12, any),
};
export interface ConsulUpstream extends InferFields<typeof consulUpstreamFields> {}
export interface ConsulUpstreamDraft extends DraftFields<typeof consulUpstreamFields> {}
export const ConsulUpstream: Struct<ConsulUpstream, ConsulUpstreamDraft> = struct(
  "ConsulUpstream",
  consulUpstreamFields,
);

const consulExposePathFields = {
  path: text(1, { draftZero: true }),
  protocol: text(2, { draftZero: true }),
  localPathPort: int(3, { draftZero: true }),
  listenerPort: text(4, { draftZero: true }),
};
export interface ConsulExposePath extends InferFields<typeof consulExposePathFields> {}
export interface ConsulExposePathDraft extends DraftFields<typeof consulExposePathFields> {}
export const ConsulExposePath: Struct<ConsulExposePath, ConsulExposePathDraft> = struct(
  "ConsulExposePath",
  consulExposePathFields,
);

const consulExposeConfigFields = {
  paths: list(
    1,
    ref.of(() => ConsulExposePath),
  ),
  /** Never set; the compatible client writes it. */
  path: list(
    101,
    ref.of(() => ConsulExposePath),
    { draftOnly: true },
  ),
};
export interface ConsulExposeConfig extends InferFields<typeof consulExposeConfigFields> {}
export interface ConsulExposeConfigDraft extends DraftFields<typeof consulExposeConfigFields> {}
export const ConsulExposeConfig: Struct<ConsulExposeConfig, ConsulExposeConfigDraft> = struct(
  "ConsulExposeConfig",
  consulExposeConfigFields,
);

const consulTransparentProxyFields = {
  uid: text(1, { draftZero: true }),
  outboundPort: int(2, { draftZero: true }),
  excludeInboundPorts: list(3, text),
  excludeOutboundPorts: list(4, int),
  excludeOutboundCidrs: list(5, text),
  excludeUids: list(6, text),
  noDns: bool(7, { draftZero: true }),
};
export interface ConsulTransparentProxy extends InferFields<typeof consulTransparentProxyFields> {}
export interface ConsulTransparentProxyDraft extends DraftFields<typeof consulTransparentProxyFields> {}
export const ConsulTransparentProxy: Struct<ConsulTransparentProxy, ConsulTransparentProxyDraft> = struct(
  "ConsulTransparentProxy",
  consulTransparentProxyFields,
);

const consulProxyFields = {
  localServiceAddress: text(1, { draftZero: true }),
  localServicePort: int(2, { draftZero: true }),
  upstreams: list(
    3,
    ref.of(() => ConsulUpstream),
  ),
  expose: ref(4, () => ConsulExposeConfig, { nullable: true }),
  transparentProxy: ref(5, () => ConsulTransparentProxy, { nullable: true }),
  config: map(6, any),
  /** Never set; the compatible client writes it. */
  exposeConfig: ref(101, () => ConsulExposeConfig, { draftOnly: true }),
};
export interface ConsulProxy extends InferFields<typeof consulProxyFields> {}
export interface ConsulProxyDraft extends DraftFields<typeof consulProxyFields> {}
export const ConsulProxy: Struct<ConsulProxy, ConsulProxyDraft> = struct("ConsulProxy", consulProxyFields);

const consulSidecarServiceFields = {
  tags: list(1, text),
  port: text(2, { draftZero: true }),
  proxy: ref(3, () => ConsulProxy, { nullable: true }),
  disableDefaultTcpCheck: bool(4, { draftZero: true }),
  meta: map(5, text),
};
export interface ConsulSidecarService extends InferFields<typeof consulSidecarServiceFields> {}
export interface ConsulSidecarServiceDraft extends DraftFields<typeof consulSidecarServiceFields> {}
export const ConsulSidecarService: Struct<ConsulSidecarService, ConsulSidecarServiceDraft> = struct(
  "ConsulSidecarService",
  consulSidecarServiceFields,
);

const sidecarTaskFields = {
  name: text(1, { draftZero: true }),
  driver: text(2, { draftZero: true }),
  user: text(3, { draftZero: true }),
  config: map(4, any),
  env: map(5, text),
  resources: ref(6, () => Resources, { nullable: true }),
  meta: map(7, text),
  killTimeoutNs: durationNs(8),
  logConfig: ref(9, () => LogConfig, { nullable: true }),
  shutdownDelayNs: durationNs(10),
  killSignal: text(11, { draftZero: true }),
  volumeMounts: list(
    12,
    ref.of(() => VolumeMount),
  ),
  identities: list(
    13,
    ref.of(() => WorkloadIdentity),
  ),
};
export interface SidecarTask extends InferFields<typeof sidecarTaskFields> {}
export interface SidecarTaskDraft extends DraftFields<typeof sidecarTaskFields> {}
export const SidecarTask: Struct<SidecarTask, SidecarTaskDraft> = struct("SidecarTask", sidecarTaskFields);

const consulConnectFields = {
  native: bool(1, { draftZero: true }),
  sidecarService: ref(2, () => ConsulSidecarService, { nullable: true }),
  sidecarTask: ref(3, () => SidecarTask, { nullable: true }),
  gateway: ref(4, () => ConsulGateway, { nullable: true }),
};
export interface ConsulConnect extends InferFields<typeof consulConnectFields> {}
export interface ConsulConnectDraft extends DraftFields<typeof consulConnectFields> {}
export const ConsulConnect: Struct<ConsulConnect, ConsulConnectDraft> = struct("ConsulConnect", consulConnectFields);
