import { isIP } from "node:net";
import { type HealthRow, serviceSni } from "#core/mesh";
import type { ClusterJson } from "#envoy/envoy/config/cluster/v3/cluster";
import type { ListenerJson } from "#envoy/envoy/config/listener/v3/listener";
import type { FilterChainJson } from "#envoy/envoy/config/listener/v3/listener_components";
import type { OutsideTls, TerminatedService, TerminatingSnapshot } from "../../gateway-snapshot.ts";
import { isHttp } from "../../snapshot.ts";
import { named, type Resource, unique } from "../build.ts";
import { alpnOf, protocolOptions } from "../clusters.ts";
import { seconds, socketAddress, typed } from "../common.ts";
import { plainAssignment } from "../endpoints.ts";
import { exclusive, networkRbac, tcpProxy, tlsInspector } from "../filters.ts";
import { guardedHttp, guardedRoutes } from "../listeners.ts";
import { rbacOf } from "../rbac.ts";
import { downstreamTls, secretsOf } from "../tls.ts";
import { catalogueCluster } from "./common.ts";

const NAME = "terminating_gateway";
/** A cluster without endpoints: what goes there is closed. */
const NOWHERE = "nowhere";
const CONNECT_MS = 5_000;

/**
 * All that a terminating gateway is to be told. For each service it shows that service's own certificate and enforces that
 * service's intentions, as a sidecar would.
 */
export function terminatingResources(snapshot: TerminatingSnapshot): Resource[] {
  const nowhere: ClusterJson = {
    name: NOWHERE,
    type: "STATIC",
    connectTimeout: seconds(CONNECT_MS),
    loadAssignment: { clusterName: NOWHERE },
  };
  const resources = [named("cluster", nowhere), named("listener", listenerOf(snapshot))];
  for (const service of snapshot.services) {
    const secrets = secretsOf({ service: service.name, leaf: service.leaf, roots: snapshot.roots });
    resources.push(...secrets.map((secret) => named("secret", secret)));
    for (const [subset, rows] of service.instances)
      resources.push(...serviceResources(snapshot, service, subset, rows));
  }
  return unique(resources);
}

function sniOf({ trustDomain, datacenter }: TerminatingSnapshot, { name }: TerminatedService, subset: string): string {
  return serviceSni(trustDomain, datacenter, name, subset);
}

function listenerOf(snapshot: TerminatingSnapshot): ListenerJson {
  const { address, port, services } = snapshot;
  const chains = services.flatMap((service) =>
    [...service.instances.keys()].map((subset) => chainOf(snapshot, service, sniOf(snapshot, service, subset))),
  );
  return {
    name: `${NAME}:${address}:${port}`,
    address: socketAddress(address, port),
    statPrefix: NAME,
    trafficDirection: "INBOUND",
    ...exclusive,
    listenerFilters: [tlsInspector],
    filterChains: chains,
    defaultFilterChain: { filters: [networkRbac({ action: "ALLOW" }), tcpProxy(NOWHERE, NOWHERE)] },
  };
}

function chainOf(snapshot: TerminatingSnapshot, service: TerminatedService, sni: string): FilterChainJson {
  const { protocol, name } = service;
  const filters = isHttp(protocol)
    ? [guardedHttp(sni, protocol)]
    : [networkRbac(rulesOf(snapshot, service)), tcpProxy(sni, sni)];
  return { filterChainMatch: { serverNames: [sni] }, filters, transportSocket: downstreamTls(name, alpnOf(protocol)) };
}

function rulesOf(
  { trustDomain, defaultAllow }: TerminatingSnapshot,
  service: TerminatedService,
): ReturnType<typeof rbacOf> {
  return rbacOf(service.intentions, { trustDomain, defaultAllow, isHttp: isHttp(service.protocol) });
}

function serviceResources(
  snapshot: TerminatingSnapshot,
  service: TerminatedService,
  subset: string,
  rows: readonly HealthRow[],
): Resource[] {
  const sni = sniOf(snapshot, service, subset);
  const isNamed = rows.some((row) => isIP(row.Service.Address === "" ? row.Node.Address : row.Service.Address) === 0);
  const more = {
    ...protocolOptions(service.protocol),
    ...(service.tls && { transportSocket: outsideTls(service.tls) }),
  };
  const clusters = isNamed
    ? [named("cluster", dnsCluster(sni, rows, more))]
    : catalogueCluster(sni, rows, { isRemote: false, ...more });
  if (!isHttp(service.protocol)) return clusters;
  const route = { cluster: sni, ...(isNamed && { autoHostRewrite: true }) };
  return [...clusters, named("route", guardedRoutes(sni, rulesOf(snapshot, service), route))];
}

/** Instances that are known by host names: EDS takes addresses only. */
function dnsCluster(name: string, rows: readonly HealthRow[], more: Partial<ClusterJson>): ClusterJson {
  return {
    name,
    type: "STRICT_DNS",
    connectTimeout: seconds(CONNECT_MS),
    commonLbConfig: { healthyPanicThreshold: { value: 0 } },
    loadAssignment: plainAssignment(name, rows, { onlyPassing: false, isRemote: false }),
    ...more,
  };
}

/** TLS of the world outside: its authority, perhaps a certificate for us, and the name that it is expected to show. */
function outsideTls({ caFile, certFile, keyFile, sni }: OutsideTls): NonNullable<ClusterJson["transportSocket"]> {
  const certificate = { certificateChain: { filename: certFile }, privateKey: { filename: keyFile } };
  const names = sni === "" ? {} : { matchTypedSubjectAltNames: [{ sanType: "DNS", matcher: { exact: sni } }] };
  return {
    name: "tls",
    typedConfig: typed("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
      commonTlsContext: {
        ...(certFile !== "" && { tlsCertificates: [certificate] }),
        validationContext: { trustedCa: { filename: caFile }, ...names },
      },
      ...(sni !== "" && { sni }),
    }),
  };
}
