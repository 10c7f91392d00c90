/**
 * Envoy: what a proxy is to be told, purely from a snapshot; a control plane that tells it in the order in which it can
 * be used; the file an Envoy starts with.
 */
export { type AdminAddress, type Counter, EnvoyAdmin } from "./admin.ts";
export { type BootstrapOptions, bootstrapOf } from "./bootstrap.ts";
export { type EncodedResource, Encoder } from "./encode.ts";
export { encodeSet } from "./resource-set.ts";
export { type Resource, resourcesOf } from "./resources/build.ts";
export { type ResourceKind, typeUrls } from "./resources/common.ts";
export { gatewayDatacenter, healthOf, throughGateways } from "./resources/endpoints.ts";
export { rbacOf } from "./resources/rbac.ts";
export { wholeWeights } from "./resources/routes.ts";
export * from "./gateway-snapshot.ts";
export { ingressResources } from "./resources/gateways/ingress.ts";
export { meshGatewayResources } from "./resources/gateways/mesh.ts";
export { terminatingResources } from "./resources/gateways/terminating.ts";
export * as samples from "./samples.ts";
export * from "./snapshot.ts";
export { checkBootstrap, checkSound } from "./sound.ts";
export { AdsServer, type AdsServerOptions, type NodeStatus } from "./xds/ads-server.ts";
export type { KindStatus, ResourceSet } from "./xds/stream.ts";
