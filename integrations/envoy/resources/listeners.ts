import type { ListenerJson } from "#envoy/envoy/config/listener/v3/listener";
import type { RouteConfigurationJson } from "#envoy/envoy/config/route/v3/route";
import type { FilterJson as NetworkFilterJson } from "#envoy/envoy/config/listener/v3/listener_components";
import { isHttp, type ProxySnapshot, type Upstream, usesHttp2 } from "../snapshot.ts";
import { alpnOf, clusterNameOf, exposedClusterName } from "./clusters.ts";
import { LOCAL_APP, overAds, seconds, socketAddress, typed } from "./common.ts";
import { rbacOf } from "./rbac.ts";
import { downstreamTls } from "./tls.ts";

const HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const RBAC_FILTER = "envoy.filters.http.rbac";
export const PUBLIC_LISTENER = "public_listener";

export function publicListenerName({ inbound }: ProxySnapshot): string {
  return `${PUBLIC_LISTENER}:${inbound.address}:${inbound.port}`;
}

/** Otherwise two Envoys share a port in silence, and each gets a part of the connections. */
const exclusive = { enableReusePort: false } as const;

/** What others of the mesh connect to: their identity is checked before anything else is done. */
export function publicListener(snapshot: ProxySnapshot): ListenerJson {
  const { inbound, service } = snapshot;
  const filters = isHttp(inbound.protocol) ? httpInbound(snapshot) : tcpInbound(snapshot);
  return {
    name: publicListenerName(snapshot),
    address: socketAddress(inbound.address, inbound.port),
    statPrefix: PUBLIC_LISTENER,
    trafficDirection: "INBOUND",
    ...exclusive,
    filterChains: [{ filters, transportSocket: downstreamTls(service, alpnOf(inbound.protocol)) }],
  };
}

function tcpInbound(snapshot: ProxySnapshot): NetworkFilterJson[] {
  const { inbound, trustDomain } = snapshot;
  const rules = rbacOf(inbound.intentions, { trustDomain, defaultAllow: inbound.defaultAllow, isHttp: false });
  return [
    {
      name: "envoy.filters.network.rbac",
      typedConfig: typed("envoy.extensions.filters.network.rbac.v3.RBAC", { rules, statPrefix: "connect_authz" }),
    },
    tcpProxy(PUBLIC_LISTENER, LOCAL_APP),
  ];
}

/**
 * Intentions stand with the routes, not with the listener: a change holds for the next request of every connection that is
 * open already, and no listener is replaced. Until the routes have come nobody is let in.
 */
function httpInbound({ inbound }: ProxySnapshot): NetworkFilterJson[] {
  const manager = {
    statPrefix: PUBLIC_LISTENER,
    rds: { configSource: overAds, routeConfigName: PUBLIC_LISTENER },
    httpFilters: [
      ...(inbound.protocol === "grpc" ? grpcFilters() : []),
      {
        name: RBAC_FILTER,
        typedConfig: typed("envoy.extensions.filters.http.rbac.v3.RBAC", { rules: { action: "ALLOW" } }),
      },
      router(),
    ],
    forwardClientCertDetails: "APPEND_FORWARD",
    setCurrentClientCertDetails: { subject: true, cert: true, chain: true, dns: true, uri: true },
    ...(usesHttp2(inbound.protocol) && { http2ProtocolOptions: {} }),
  };
  return [connectionManager(manager)];
}

/** What comes in goes to the service, as far as the intentions allow. */
export function publicRoutes({ inbound, trustDomain }: ProxySnapshot): RouteConfigurationJson {
  const rules = rbacOf(inbound.intentions, { trustDomain, defaultAllow: inbound.defaultAllow, isHttp: true });
  const timeout = inbound.localRequestTimeoutMs;
  const route = { cluster: LOCAL_APP, ...(timeout !== undefined && { timeout: seconds(timeout) }) };
  const decided = typed("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", { rbac: { rules } });
  return {
    name: PUBLIC_LISTENER,
    virtualHosts: [
      {
        name: PUBLIC_LISTENER,
        domains: ["*"],
        routes: [{ match: { prefix: "/" }, route }],
        typedPerFilterConfig: { [RBAC_FILTER]: decided },
      },
    ],
    validateClusters: true,
  };
}

/** What the service itself connects to, to reach another one. */
export function upstreamListener(upstream: Upstream): ListenerJson {
  const { id, bindAddress, bindPort, chain } = upstream;
  const filters = isHttp(chain.Protocol) ? httpOutbound(upstream) : tcpOutbound(upstream);
  return {
    name: `${id}:${bindAddress}:${bindPort}`,
    address: socketAddress(bindAddress, bindPort),
    statPrefix: `upstream.${id}`,
    trafficDirection: "OUTBOUND",
    ...exclusive,
    filterChains: [{ filters }],
  };
}

function httpOutbound({ id, chain }: Upstream): NetworkFilterJson[] {
  const manager = {
    statPrefix: `upstream.${id}`,
    rds: { configSource: overAds, routeConfigName: id },
    httpFilters: [...(chain.Protocol === "grpc" ? grpcFilters() : []), router()],
    ...(usesHttp2(chain.Protocol) && { http2ProtocolOptions: {} }),
  };
  return [connectionManager(manager)];
}

/** Consul does not split TCP: the chain leads to one cluster. */
function tcpOutbound({ id, chain }: Upstream): NetworkFilterJson[] {
  const start = chain.Nodes[chain.StartNode];
  return start ? [tcpProxy(`upstream.${id}`, clusterNameOf(chain, start))] : [];
}

export function exposedListener(
  { path, listenerPort, localPort, protocol }: ProxySnapshot["inbound"]["exposedPaths"][number],
  address: string,
): ListenerJson {
  const name = `exposed_path_${path.replace(/[^A-Za-z0-9]+/g, "")}:${listenerPort}`;
  const manager = {
    statPrefix: name,
    routeConfig: {
      name,
      virtualHosts: [
        { name, domains: ["*"], routes: [{ match: { path }, route: { cluster: exposedClusterName(localPort) } }] },
      ],
    },
    httpFilters: [router()],
    ...(usesHttp2(protocol) && { http2ProtocolOptions: {} }),
  };
  return {
    name,
    address: socketAddress(address, listenerPort),
    trafficDirection: "INBOUND",
    ...exclusive,
    filterChains: [{ filters: [connectionManager(manager)] }],
  };
}

function connectionManager(manager: object): NetworkFilterJson {
  return { name: "envoy.filters.network.http_connection_manager", typedConfig: typed(HCM, manager) };
}

function tcpProxy(statPrefix: string, cluster: string): NetworkFilterJson {
  return {
    name: "envoy.filters.network.tcp_proxy",
    typedConfig: typed("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", { statPrefix, cluster }),
  };
}

function router(): object {
  return { name: "envoy.filters.http.router", typedConfig: typed("envoy.extensions.filters.http.router.v3.Router") };
}

function grpcFilters(): object[] {
  return [
    {
      name: "envoy.filters.http.grpc_http1_bridge",
      typedConfig: typed("envoy.extensions.filters.http.grpc_http1_bridge.v3.Config"),
    },
    {
      name: "envoy.filters.http.grpc_stats",
      typedConfig: typed("envoy.extensions.filters.http.grpc_stats.v3.FilterConfig", { statsForAllMethods: true }),
    },
  ];
}
