import { type ChainNode, type ChainTarget, type DiscoveryChain, type LoadBalancer, serviceUri } from "#core/mesh";
import { parseDuration } from "#core/values";
import type { CircuitBreakersJson } from "#envoy/envoy/config/cluster/v3/circuit_breaker";
import type { ClusterJson } from "#envoy/envoy/config/cluster/v3/cluster";
import type { OutlierDetectionJson } from "#envoy/envoy/config/cluster/v3/outlier_detection";
import { isHttp, type ProxySnapshot, type Upstream, usesHttp2 } from "../snapshot.ts";
import { LOCAL_APP, overAds, seconds, socketAddress, typed } from "./common.ts";
import { upstreamTls } from "./tls.ts";

const DEFAULT_CONNECT_MS = 5_000;

/** A cluster of a chain, and whose instances it holds. */
export interface TargetCluster {
  readonly name: string;
  readonly target: ChainTarget;
}

/** The service itself, behind the proxy. */
export function localCluster({ inbound }: ProxySnapshot): ClusterJson {
  const cluster = staticCluster(LOCAL_APP, inbound.localAddress, inbound.localPort, inbound);
  const { maxConnections } = inbound;
  return maxConnections === undefined ? cluster : { ...cluster, circuitBreakers: { thresholds: [{ maxConnections }] } };
}

export function exposedClusterName(port: number): string {
  return `exposed_cluster_${port}`;
}

export function staticCluster(
  name: string,
  address: string,
  port: number,
  { protocol, localConnectTimeoutMs }: { readonly protocol: string; readonly localConnectTimeoutMs: number },
): ClusterJson {
  return {
    name,
    type: "STATIC",
    connectTimeout: seconds(localConnectTimeoutMs),
    loadAssignment: {
      clusterName: name,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: socketAddress(address, port) } }] }],
    },
    ...protocolOptions(protocol),
  };
}

/** HTTP/2 where the protocol says so; HTTP/1 otherwise. */
export function protocolOptions(protocol: string): ClusterJson {
  if (!usesHttp2(protocol)) return {};
  const name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return {
    typedExtensionProtocolOptions: { [name]: typed(name, { explicitHttpConfig: { http2ProtocolOptions: {} } }) },
  };
}

/** The resolvers of a chain: each is a cluster, one with failover an aggregate over a cluster for each choice. */
export function chainClusters(
  snapshot: ProxySnapshot,
  upstream: Upstream,
): { readonly clusters: ClusterJson[]; readonly targets: TargetCluster[] } {
  const clusters: ClusterJson[] = [];
  const targets: TargetCluster[] = [];
  for (const node of Object.values(upstream.chain.Nodes)) {
    if (node.Type !== "resolver" || !node.Resolver) continue;
    const choices = choicesOf(upstream.chain, node);
    for (const each of choices) {
      targets.push(each);
      clusters.push(targetCluster(snapshot, upstream, node, each));
    }
    if (choices.length > 1) clusters.push(aggregate(clusterNameOf(upstream.chain, node), choices, node));
  }
  const mirror = mirrorCluster(upstream);
  if (mirror) {
    targets.push(mirror);
    clusters.push(targetCluster(snapshot, upstream, mirror.node, mirror));
  }
  return { clusters, targets };
}

/** Where copies of requests go. */
export interface MirrorCluster extends TargetCluster {
  readonly node: ChainNode;
  readonly percent: number;
  /** The cluster that the subset's own requests go to. */
  readonly of: string;
}

/**
 * A cluster of its own: Envoy counts a mirrored request, and holds its errors against endpoints, like any other one of the
 * cluster it goes to. Undefined when nothing is mirrored, or the chain does not lead to the subset.
 */
export function mirrorCluster({ chain, mirror }: Upstream): MirrorCluster | undefined {
  if (mirror === undefined || !isHttp(chain.Protocol)) return undefined;
  for (const node of Object.values(chain.Nodes)) {
    const target = node.Resolver && chain.Targets[node.Resolver.Target];
    if (target?.Service !== chain.ServiceName || target.ServiceSubset !== mirror.subset) continue;
    const { percent } = mirror;
    return { name: `mirror~${target.Name}`, target, node, percent, of: clusterNameOf(chain, node) };
  }
  return undefined;
}

/** What routes call the cluster of a resolver. */
export function clusterNameOf({ Targets: targets }: DiscoveryChain, { Resolver: resolver }: ChainNode): string {
  const target = resolver && targets[resolver.Target];
  return target?.Name ?? target?.ID ?? "";
}

function choicesOf(chain: DiscoveryChain, node: ChainNode): TargetCluster[] {
  const { Target: first, Failover: failover } = node.Resolver ?? { Target: "" };
  const known = [first, ...(failover?.Targets ?? [])].flatMap((id) => chain.Targets[id] ?? []);
  if (known.length < 2) return known.map((target) => ({ name: target.Name, target }));
  return known.map((target, at) => ({ name: `failover-target~${at}~${target.Name}`, target }));
}

/** Each choice keeps its own SNI and identity; the next one is taken when nobody of the one before is healthy. */
function aggregate(name: string, choices: readonly TargetCluster[], node: ChainNode): ClusterJson {
  return {
    name,
    connectTimeout: connectTimeout(node),
    lbPolicy: "CLUSTER_PROVIDED",
    clusterType: {
      name: "envoy.clusters.aggregate",
      typedConfig: typed("envoy.extensions.clusters.aggregate.v3.ClusterConfig", {
        clusters: choices.map((choice) => choice.name),
      }),
    },
  };
}

function targetCluster(
  snapshot: ProxySnapshot,
  upstream: Upstream,
  node: ChainNode,
  { name, target }: TargetCluster,
): ClusterJson {
  const protocol = upstream.chain.Protocol;
  const uris = [serviceUri(snapshot.trustDomain, target.Datacenter, target.Service)];
  return {
    name,
    type: "EDS",
    edsClusterConfig: { edsConfig: overAds },
    connectTimeout: upstream.connectTimeoutMs === undefined ? connectTimeout(node) : seconds(upstream.connectTimeoutMs),
    commonLbConfig: { healthyPanicThreshold: { value: 0 } },
    circuitBreakers: breakersOf(upstream),
    outlierDetection: outliersOf(upstream),
    transportSocket: upstreamTls(snapshot.service, { sni: target.SNI, uris, alpn: alpnOf(protocol) }),
    ...protocolOptions(protocol),
    ...balancing(node.LoadBalancer),
  };
}

export function alpnOf(protocol: string): readonly string[] {
  if (!isHttp(protocol)) return [];
  return usesHttp2(protocol) ? ["h2"] : ["http/1.1"];
}

function connectTimeout({ Resolver: resolver }: ChainNode): `${number}s` {
  const parsed = parseDuration(resolver?.ConnectTimeout ?? "");
  return seconds(typeof parsed === "number" && parsed > 0 ? parsed / 1e6 : DEFAULT_CONNECT_MS);
}

function breakersOf({ limits }: Upstream): CircuitBreakersJson {
  const { maxConnections, maxPendingRequests, maxConcurrentRequests } = limits;
  const threshold = {
    ...(maxConnections !== undefined && { maxConnections }),
    ...(maxPendingRequests !== undefined && { maxPendingRequests }),
    ...(maxConcurrentRequests !== undefined && { maxRequests: maxConcurrentRequests }),
  };
  return Object.keys(threshold).length === 0 ? {} : { thresholds: [threshold] };
}

function outliersOf({ passiveHealthCheck: check }: Upstream): OutlierDetectionJson {
  return {
    ...(check.intervalMs !== undefined && { interval: seconds(check.intervalMs) }),
    ...(check.maxFailures !== undefined && { consecutive5xx: check.maxFailures }),
    ...(check.enforcingConsecutive5xx !== undefined && { enforcingConsecutive5xx: check.enforcingConsecutive5xx }),
    ...(check.maxEjectionPercent !== undefined && { maxEjectionPercent: check.maxEjectionPercent }),
    ...(check.baseEjectionTimeMs !== undefined && { baseEjectionTime: seconds(check.baseEjectionTimeMs) }),
  };
}

const policies = {
  random: "RANDOM",
  round_robin: "ROUND_ROBIN",
  least_request: "LEAST_REQUEST",
  ring_hash: "RING_HASH",
  maglev: "MAGLEV",
} as const;

function balancing(balancer: LoadBalancer | undefined): ClusterJson {
  const policy = balancer?.Policy;
  if (!policy || !(policy in policies)) return {};
  const ring = balancer?.RingHashConfig;
  const least = balancer?.LeastRequestConfig;
  return {
    lbPolicy: policies[policy as keyof typeof policies],
    ...(policy === "ring_hash" &&
      ring && {
        ringHashLbConfig: {
          ...(ring.MinimumRingSize !== undefined && { minimumRingSize: String(ring.MinimumRingSize) }),
          ...(ring.MaximumRingSize !== undefined && { maximumRingSize: String(ring.MaximumRingSize) }),
        },
      }),
    ...(policy === "least_request" &&
      least?.ChoiceCount && { leastRequestLbConfig: { choiceCount: least.ChoiceCount } }),
  };
}
