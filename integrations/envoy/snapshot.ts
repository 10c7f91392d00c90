import type { Secret } from "#core/base";
import type { DiscoveryChain, HealthRow, Intention } from "#core/mesh";

export type Protocol = "tcp" | "http" | "http2" | "grpc";

/** A certificate with its key. */
export interface Certificate {
  readonly certificatePem: string;
  readonly privateKeyPem: Secret;
}

/** Everything that one proxy's configuration follows from. Nothing else is looked at. */
export interface ProxySnapshot {
  /** Of the proxy's own registration. */
  readonly id: string;
  /** The service that it stands for; its identity. */
  readonly service: string;
  readonly datacenter: string;
  readonly trustDomain: string;
  /** All roots of the CA, each a PEM. */
  readonly roots: readonly string[];
  readonly leaf: Certificate;
  readonly inbound: Inbound;
  readonly upstreams: readonly Upstream[];
}

/** What comes in for the service. */
export interface Inbound {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Where the service itself listens. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly intentions: readonly Intention[];
  /** What holds when no intention decides. */
  readonly defaultAllow: boolean;
  readonly localConnectTimeoutMs: number;
  /** Undefined keeps Envoy's 15 s; 0 is none. */
  readonly localRequestTimeoutMs: number | undefined;
  readonly maxConnections: number | undefined;
  readonly exposedPaths: readonly ExposedPath[];
}

/** A path that is served without TLS and identity, for checks and scrapers. */
export interface ExposedPath {
  readonly listenerPort: number;
  readonly path: string;
  readonly localPort: number;
  readonly protocol: Protocol;
}

/** One service that the proxy's own service calls through a local port. */
export interface Upstream {
  /** The service's name, with `?dc=` behind it for another datacenter: names listener and routes. */
  readonly id: string;
  readonly bindAddress: string;
  readonly bindPort: number;
  readonly chain: DiscoveryChain;
  /** The instances of each of the chain's targets, by the target's id; what has not come yet is missing. */
  readonly instances: ReadonlyMap<string, readonly HealthRow[]>;
  /** Gateways of datacenters that are reached through them, by datacenter. */
  readonly gateways: ReadonlyMap<string, readonly HealthRow[]>;
  readonly limits: UpstreamLimits;
  readonly passiveHealthCheck: PassiveHealthCheck;
  /** In place of that of the chain's resolvers. */
  readonly connectTimeoutMs: number | undefined;
  /** Of our own making: Consul's entries have no word for it. */
  readonly mirror: Mirror | undefined;
}

export const noLimits: UpstreamLimits = {
  maxConnections: undefined,
  maxPendingRequests: undefined,
  maxConcurrentRequests: undefined,
};

export const noPassiveHealthCheck: PassiveHealthCheck = {
  intervalMs: undefined,
  maxFailures: undefined,
  enforcingConsecutive5xx: undefined,
  maxEjectionPercent: undefined,
  baseEjectionTimeMs: undefined,
};

export interface UpstreamLimits {
  readonly maxConnections: number | undefined;
  readonly maxPendingRequests: number | undefined;
  readonly maxConcurrentRequests: number | undefined;
}

export interface PassiveHealthCheck {
  readonly intervalMs: number | undefined;
  readonly maxFailures: number | undefined;
  readonly enforcingConsecutive5xx: number | undefined;
  readonly maxEjectionPercent: number | undefined;
  readonly baseEjectionTimeMs: number | undefined;
}

/** A subset gets a copy of some of the requests that go elsewhere; nobody waits for its answers. */
export interface Mirror {
  readonly subset: string;
  readonly percent: number;
}

export function isHttp(protocol: string): boolean {
  return protocol === "http" || protocol === "http2" || protocol === "grpc";
}

export function usesHttp2(protocol: string): boolean {
  return protocol === "http2" || protocol === "grpc";
}
