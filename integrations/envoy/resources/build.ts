import type { ProxySnapshot } from "../snapshot.ts";
import { isHttp } from "../snapshot.ts";
import { chainClusters, exposedClusterName, localCluster, staticCluster } from "./clusters.ts";
import type { ResourceKind } from "./common.ts";
import { assignmentOf } from "./endpoints.ts";
import { exposedListener, publicListener, publicRoutes, upstreamListener } from "./listeners.ts";
import { routesOf } from "./routes.ts";
import { secretsOf } from "./tls.ts";

/** One resource as protobuf's JSON; its name is the one that Envoy asks for. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly json: object;
}

/** All that a proxy is to be told. Upstreams whose instances have not come yet are there, without instances. */
export function resourcesOf(snapshot: ProxySnapshot): Resource[] {
  const { inbound, upstreams, datacenter } = snapshot;
  const resources: Resource[] = [
    named("cluster", localCluster(snapshot)),
    named("listener", publicListener(snapshot)),
    ...(isHttp(inbound.protocol) ? [named("route", publicRoutes(snapshot))] : []),
    ...secretsOf(snapshot).map((secret) => named("secret", secret)),
  ];
  for (const exposed of inbound.exposedPaths) {
    const of = { protocol: exposed.protocol, localConnectTimeoutMs: inbound.localConnectTimeoutMs };
    const name = exposedClusterName(exposed.localPort);
    resources.push(named("cluster", staticCluster(name, inbound.localAddress, exposed.localPort, of)));
    resources.push(named("listener", exposedListener(exposed, inbound.address)));
  }
  for (const upstream of upstreams) {
    const { clusters, targets } = chainClusters(snapshot, upstream);
    resources.push(...clusters.map((cluster) => named("cluster", cluster)));
    for (const { name, target } of targets)
      resources.push({ kind: "endpoint", name, json: assignmentOf(name, target, upstream, datacenter) });
    resources.push(named("listener", upstreamListener(upstream)));
    if (isHttp(upstream.chain.Protocol)) resources.push(named("route", routesOf(upstream)));
  }
  return unique(resources);
}

export function named(kind: ResourceKind, json: { readonly name?: string }): Resource {
  return { kind, name: json.name ?? "", json };
}

/** Two upstreams may lead to the same target: one cluster serves both. */
export function unique(resources: readonly Resource[]): Resource[] {
  return [...new Map(resources.map((resource) => [`${resource.kind} ${resource.name}`, resource])).values()];
}
