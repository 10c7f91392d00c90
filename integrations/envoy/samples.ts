import { Secret } from "#core/base";
import type { ChainNode, ChainTarget, DiscoveryChain, HealthRow } from "#core/mesh";
import { type Inbound, noLimits, noPassiveHealthCheck, type ProxySnapshot, type Upstream } from "./snapshot.ts";

/** Parts of snapshots for tests: what is not said is as plain as can be. */
export const TRUST = "11111111-2222-3333-4444-555555555555.consul";

export function target(service: string, over: Partial<ChainTarget> = {}): ChainTarget {
  const { ServiceSubset: subset = "", Datacenter: datacenter = "dc1" } = over;
  const id = `${subset === "" ? "" : `${subset}.`}${service}.default.${datacenter}`;
  const sni = `${id}.internal.${TRUST}`;
  return { ID: id, Service: service, Datacenter: datacenter, SNI: sni, Name: sni, ...over };
}

/** A chain over its nodes, the first of which it begins with. */
export function chain(
  service: string,
  protocol: string,
  nodes: readonly (readonly [id: string, node: Omit<ChainNode, "Name">])[],
  targets: readonly ChainTarget[],
): DiscoveryChain {
  return {
    ServiceName: service,
    Datacenter: "dc1",
    Protocol: protocol,
    StartNode: nodes[0]?.[0] ?? "",
    Nodes: Object.fromEntries(nodes.map(([id, node]) => [id, { ...node, Name: id.replace(/^[a-z]+:/, "") }])),
    Targets: Object.fromEntries(targets.map((each) => [each.ID, each])),
  };
}

/** A resolver and the id that it goes by: `resolver:TARGET`. */
export function resolver(
  of: ChainTarget,
  over: { readonly failover?: readonly ChainTarget[]; readonly balancer?: ChainNode["LoadBalancer"] } = {},
): readonly [string, Omit<ChainNode, "Name">] {
  const failover = over.failover && { Failover: { Targets: over.failover.map((each) => each.ID) } };
  const node = { Type: "resolver", Resolver: { ConnectTimeout: "5s", Target: of.ID, ...failover } } as const;
  return [`resolver:${of.ID}`, over.balancer ? { ...node, LoadBalancer: over.balancer } : node];
}

export function instance(
  port: number,
  over: { readonly status?: string; readonly weights?: [number, number]; readonly address?: string } = {},
): HealthRow {
  const [passing, warning] = over.weights ?? [1, 1];
  return {
    Node: { Node: "node-1", Address: "10.0.0.1", Datacenter: "dc1" },
    Service: {
      ID: `p-${port}`,
      Service: "p",
      Address: over.address ?? "",
      Port: port,
      Weights: { Passing: passing, Warning: warning },
    },
    Checks: [{ CheckID: "c", Status: over.status ?? "passing" }],
  };
}

export function upstream(
  of: DiscoveryChain,
  rows: Readonly<Record<string, readonly HealthRow[]>>,
  over: Partial<Upstream> = {},
): Upstream {
  return {
    id: of.ServiceName,
    bindAddress: "127.0.0.1",
    bindPort: 9191,
    chain: of,
    instances: new Map(Object.entries(rows)),
    gateways: new Map(),
    limits: noLimits,
    passiveHealthCheck: noPassiveHealthCheck,
    connectTimeoutMs: undefined,
    mirror: undefined,
    ...over,
  };
}

export function snapshot(upstreams: readonly Upstream[], inbound: Partial<Inbound> = {}): ProxySnapshot {
  return {
    id: "web-1-sidecar-proxy",
    service: "web",
    datacenter: "dc1",
    trustDomain: TRUST,
    roots: ["-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n"],
    leaf: {
      certificatePem: "-----BEGIN CERTIFICATE-----\nleaf\n-----END CERTIFICATE-----\n",
      privateKeyPem: new Secret("key"),
    },
    inbound: {
      address: "127.0.0.1",
      port: 21_000,
      protocol: "tcp",
      localAddress: "127.0.0.1",
      localPort: 8080,
      intentions: [],
      defaultAllow: false,
      localConnectTimeoutMs: 5_000,
      localRequestTimeoutMs: undefined,
      maxConnections: undefined,
      exposedPaths: [],
      ...inbound,
    },
    upstreams,
  };
}
