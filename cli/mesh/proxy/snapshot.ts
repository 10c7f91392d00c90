import type { ProxySnapshot, Upstream } from "#integrations/envoy";
import { settingsOf, type SidecarOptions, type UpstreamOption } from "./definition.ts";
import { sidecarId } from "./registration.ts";
import { chainKey, type ProxyFacts, targetKey } from "./source.ts";

/** Where the sidecar is. */
export interface Place {
  readonly port: number;
  readonly datacenter: string;
  /** Of the servers that do not say it with each answer. */
  readonly defaultAllow: boolean;
}

/** A snapshot of a sidecar, from what Consul says; undefined while its service is not registered. */
export function snapshotOf(
  options: SidecarOptions,
  facts: ProxyFacts,
  { port, datacenter, defaultAllow }: Place,
): ProxySnapshot | undefined {
  const { parent, roots, leaf, intentions } = facts;
  if (!parent) return undefined;
  const settings = settingsOf(
    facts.proxyDefaults?.["Config"] as Readonly<Record<string, unknown>> | undefined,
    facts.serviceDefaults?.["Protocol"] as string | undefined,
    parent.Proxy,
  );
  return {
    id: sidecarId(options),
    service: parent.Service,
    datacenter,
    trustDomain: roots.TrustDomain,
    roots: roots.Roots.map((root) => root.RootCert),
    leaf,
    inbound: {
      address: options.bindAddress,
      port,
      localAddress: parent.Address === "" ? "127.0.0.1" : parent.Address,
      localPort: parent.Port,
      intentions,
      defaultAllow: facts.defaultPolicy === undefined ? defaultAllow : facts.defaultPolicy !== "deny",
      exposedPaths: [],
      ...settings,
    },
    upstreams: options.upstreams.flatMap((upstream) => upstreamOf(upstream, facts) ?? []),
  };
}

function upstreamOf(option: UpstreamOption, { chains, instances }: ProxyFacts): Upstream | undefined {
  const key = chainKey(option);
  const chain = chains.get(key);
  if (!chain) return undefined;
  const known = Object.values(chain.Targets).map(
    (target) => [target.ID, instances.get(targetKey(key, target)) ?? []] as const,
  );
  return {
    id: key,
    bindAddress: option.bindAddress,
    bindPort: option.bindPort,
    chain,
    instances: new Map(known),
    gateways: new Map(),
    limits: { maxConnections: undefined, maxPendingRequests: undefined, maxConcurrentRequests: undefined },
    passiveHealthCheck: {
      intervalMs: undefined,
      maxFailures: undefined,
      enforcingConsecutive5xx: undefined,
      maxEjectionPercent: undefined,
      baseEjectionTimeMs: undefined,
    },
    overlay: { testers: [], mirror: undefined },
  };
}
