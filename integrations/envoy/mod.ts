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
export { healthOf } from "./resources/endpoints.ts";
export { rbacOf } from "./resources/rbac.ts";
export { wholeWeights } from "./resources/routes.ts";
export * from "./snapshot.ts";
export { AdsServer, type AdsServerOptions, type NodeStatus } from "./xds/ads-server.ts";
export type { KindStatus, ResourceSet } from "./xds/stream.ts";
