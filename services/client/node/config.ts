import type { FingerprintConfig } from "#client/fingerprint";

/** The client's part of the agent's configuration, resolved. */
export interface ClientConfig {
  readonly name: string;
  readonly region: string;
  readonly datacenter: string;
  readonly nodeClass: string;
  readonly nodePool: string;
  readonly meta: Readonly<Record<string, string>>;
  /** Keeps identity, allocations and the supervisor. */
  readonly stateDirectory: string;
  readonly allocDirectory: string;
  readonly fingerprint: Omit<FingerprintConfig, "allocDirectory" | "options">;
  readonly options: Readonly<Record<string, string>>;
  readonly rawExec: { readonly enabled: boolean; readonly deniedEnvvars: readonly string[] };
  readonly maxKillTimeoutMs: number;
  readonly garbage: GarbageConfig;
  readonly nodeMaxAllocs: number;
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** Of the machine: 0 on a machine without users. */
  readonly ownUid: number;
}

/** `gc_*` of the client block. */
export interface GarbageConfig {
  readonly intervalMs: number;
  readonly parallelDestroys: number;
  readonly diskUsagePercent: number;
  readonly inodeUsagePercent: number;
  readonly maxAllocs: number;
}

export const defaultGarbage: GarbageConfig = {
  intervalMs: 60_000,
  parallelDestroys: 2,
  diskUsagePercent: 80,
  inodeUsagePercent: 70,
  maxAllocs: 50,
};

/** What the reference's nodes say about their mesh proxies, unless configured. */
export const connectMeta: Readonly<Record<string, string>> = {
  "connect.gateway_image": "docker.io/envoyproxy/envoy:v${NOMAD_envoy_version}",
  "connect.log_level": "info",
  "connect.proxy_concurrency": "1",
  "connect.sidecar_image": "docker.io/envoyproxy/envoy:v${NOMAD_envoy_version}",
  "connect.transparent_proxy.default_outbound_port": "15001",
  "connect.transparent_proxy.default_uid": "101",
};
