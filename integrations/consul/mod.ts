/**
 * Consul: one transport, one engine for blocking queries, typed calls in Consul's own spelling. What a version does not
 * know is in `Features`; who lacks a permission is told which.
 */
export { login, logout } from "./acl.ts";
export { type AddressFlags, addressFrom, type ConsulAddress, type ConsulTls } from "./address.ts";
export * from "./agent-services.ts";
export { callExisting, callJson, callVoid, requestOf } from "./call.ts";
export * from "./config-entries.ts";
export * from "./connect.ts";
export * from "./discovery.ts";
export * from "./gateways.ts";
export { type Features, featuresOf } from "./features.ts";
export { fitting } from "./fields.ts";
export { newestRegistration } from "./newest-registration.ts";
export * from "./kv.ts";
export { type ConsulIdentity, probe } from "./probe.ts";
export type { Question } from "./question.ts";
export { checkSight, type Sight } from "./sight.ts";
export { type ConsulAnswer, type ConsulRequest, NpmTransport, type Transport } from "./transport.ts";
export { type Answer, type WatchObserver, Watches, type WatchesOptions } from "./watches.ts";
