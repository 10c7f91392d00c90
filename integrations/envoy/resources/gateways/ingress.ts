import type { ListenerJson } from "#envoy/envoy/config/listener/v3/listener";
import type { RouteConfigurationJson, VirtualHostJson } from "../route-types.ts";
import { callerOf, type IngressListener, type IngressService, type IngressSnapshot } from "../../gateway-snapshot.ts";
import { isHttp, usesHttp2 } from "../../snapshot.ts";
import { named, type Resource, unique } from "../build.ts";
import { chainClusters, clusterNameOf } from "../clusters.ts";
import { overAds, socketAddress } from "../common.ts";
import { assignmentOf } from "../endpoints.ts";
import { connectionManager, exclusive, grpcFilters, router, tcpProxy } from "../filters.ts";
import { routesOf } from "../routes.ts";
import { secretsOf } from "../tls.ts";

/** All that an ingress gateway is to be told. It calls as its own service, and intentions decide by that. */
export function ingressResources(snapshot: IngressSnapshot): Resource[] {
  const resources: Resource[] = secretsOf(snapshot).map((secret) => named("secret", secret));
  for (const listener of snapshot.listeners) {
    for (const service of listener.services) resources.push(...upstreamResources(snapshot, service));
    resources.push(named("listener", listenerOf(snapshot, listener)));
    if (isHttp(listener.protocol)) resources.push(named("route", routesFor(listener)));
  }
  return unique(resources);
}

function upstreamResources(snapshot: IngressSnapshot, { upstream }: IngressService): Resource[] {
  const { clusters, targets } = chainClusters(callerOf(snapshot), upstream);
  const assignments = targets.map(
    ({ name, target }): Resource => ({
      kind: "endpoint",
      name,
      json: assignmentOf(name, target, upstream, snapshot.datacenter),
    }),
  );
  return [...clusters.map((cluster) => named("cluster", cluster)), ...assignments];
}

function nameOf({ port }: IngressListener): string {
  return `ingress_${port}`;
}

function listenerOf({ address }: IngressSnapshot, listener: IngressListener): ListenerJson {
  const { port, protocol, services } = listener;
  const name = nameOf(listener);
  const manager = {
    statPrefix: name,
    rds: { configSource: overAds, routeConfigName: name },
    httpFilters: [...(protocol === "grpc" ? grpcFilters() : []), router()],
    ...(usesHttp2(protocol) && { http2ProtocolOptions: {} }),
  };
  const filter = isHttp(protocol) ? connectionManager(manager) : tcpProxy(name, tcpCluster(services[0]));
  return {
    name: `${name}:${address}:${port}`,
    address: socketAddress(address, port),
    statPrefix: name,
    trafficDirection: "OUTBOUND",
    ...exclusive,
    filterChains: [{ filters: [filter] }],
  };
}

/** Consul allows one service on a TCP listener. */
function tcpCluster(service: IngressService | undefined): string {
  const chain = service?.upstream.chain;
  const start = chain?.Nodes[chain.StartNode];
  return chain && start ? clusterNameOf(chain, start) : "";
}

function routesFor(listener: IngressListener): RouteConfigurationJson {
  const virtualHosts = listener.services.map((service): VirtualHostJson => {
    const routes = routesOf(service.upstream).virtualHosts?.[0]?.routes ?? [];
    return { name: service.upstream.id, domains: domainsOf(service, listener.port), routes };
  });
  return { name: nameOf(listener), virtualHosts, validateClusters: true };
}

/** Clients that use another port than that of the scheme name it with the host. */
function domainsOf({ hosts, upstream }: IngressService, port: number): string[] {
  if (hosts.length === 0) return [`${upstream.id}.ingress.*`];
  return hosts.flatMap((host) => (host === "*" ? [host] : [host, `${host}:${port}`]));
}
