import type { ListenerJson } from "#envoy/envoy/config/listener/v3/listener";
import type { RouteConfigurationJson } from "#envoy/envoy/config/route/v3/route";
import type { RBACJson } from "#envoy/envoy/config/rbac/v3/rbac";
import type { RouteActionJson } from "./route-types.ts";
import type { FilterJson as NetworkFilterJson } from "#envoy/envoy/config/listener/v3/listener_components";
import { isHttp, type Protocol, type ProxySnapshot, type Upstream, usesHttp2 } from "../snapshot.ts";
import { alpnOf, clusterNameOf, exposedClusterName } from "./clusters.ts";
import { LOCAL_APP, overAds, seconds, socketAddress, typed } from "./common.ts";
import { connectionManager, exclusive, grpcFilters, networkRbac, router, tcpProxy } from "./filters.ts";
import { rbacOf } from "./rbac.ts";
import { downstreamTls } from "./tls.ts";

const RBAC_FILTER = "envoy.filters.http.rbac";
export const PUBLIC_LISTENER = "public_listener";

export function publicListenerName({ inbound }: ProxySnapshot): string {
  return `${PUBLIC_LISTENER}:${inbound.address}:${inbound.port}`;
}

/** What others of the mesh connect to: their identity is checked before anything else is done. */
export function publicListener(snapshot: ProxySnapshot): ListenerJson {
  const { inbound, service } = snapshot;
  const filters = isHttp(inbound.protocol) ? [guardedHttp(PUBLIC_LISTENER, inbound.protocol)] : tcpInbound(snapshot);
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
  return [networkRbac(rules), tcpProxy(PUBLIC_LISTENER, LOCAL_APP)];
}

/**
 * Intentions stand with the routes, not with the listener: a change holds for the next request of every connection that is
 * open already, and no listener is replaced. Until the routes have come nobody is let in.
 */
export function guardedHttp(name: string, protocol: Protocol): NetworkFilterJson {
  const manager = {
    statPrefix: name,
    rds: { configSource: overAds, routeConfigName: name },
    httpFilters: [
      ...(protocol === "grpc" ? grpcFilters() : []),
      {
        name: RBAC_FILTER,
        typedConfig: typed("envoy.extensions.filters.http.rbac.v3.RBAC", { rules: { action: "ALLOW" } }),
      },
      router(),
    ],
    forwardClientCertDetails: "APPEND_FORWARD",
    setCurrentClientCertDetails: { subject: true, cert: true, chain: true, dns: true, uri: true },
    ...(usesHttp2(protocol) && { http2ProtocolOptions: {} }),
  };
  return connectionManager(manager);
}

/** What comes in goes to the service, as far as the intentions allow. */
export function publicRoutes({ inbound, trustDomain }: ProxySnapshot): RouteConfigurationJson {
  const rules = rbacOf(inbound.intentions, { trustDomain, defaultAllow: inbound.defaultAllow, isHttp: true });
  const timeout = inbound.localRequestTimeoutMs;
  const route = { cluster: LOCAL_APP, ...(timeout !== undefined && { timeout: seconds(timeout) }) };
  return guardedRoutes(PUBLIC_LISTENER, rules, route);
}

/** One route for all requests, with the intentions beside it. */
export function guardedRoutes(name: string, rules: RBACJson, route: RouteActionJson): RouteConfigurationJson {
  const decided = typed("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", { rbac: { rules } });
  return {
    name,
    virtualHosts: [
      {
        name,
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
