import { datacenterSni, serviceSni } from "#core/mesh";
import type { ListenerJson } from "#envoy/envoy/config/listener/v3/listener";
import type { MeshGatewaySnapshot } from "../../gateway-snapshot.ts";
import { named, type Resource } from "../build.ts";
import { socketAddress } from "../common.ts";
import { exclusive, sniCluster, tcpProxy, tlsInspector } from "../filters.ts";
import { catalogueCluster } from "./common.ts";

const NAME = "mesh_gateway";

/**
 * All that a mesh gateway is to be told. It ends no TLS: what is for another datacenter goes to its gateways, what is for
 * this one to the instances of the service (and subset) that the name says.
 */
export function meshGatewayResources(snapshot: MeshGatewaySnapshot): Resource[] {
  const { trustDomain, datacenter, services, remotes } = snapshot;
  const here = services.flatMap(({ name, subset, rows }) =>
    catalogueCluster(serviceSni(trustDomain, datacenter, name, subset), rows, { isRemote: false }),
  );
  const elsewhere = [...remotes].flatMap(([remote, rows]) =>
    catalogueCluster(datacenterSni(trustDomain, remote), rows, { isRemote: true }),
  );
  return [...here, ...elsewhere, named("listener", listenerOf(snapshot))];
}

function listenerOf({ address, port, trustDomain, remotes }: MeshGatewaySnapshot): ListenerJson {
  return {
    name: `${NAME}:${address}:${port}`,
    address: socketAddress(address, port),
    statPrefix: NAME,
    trafficDirection: "INBOUND",
    ...exclusive,
    listenerFilters: [tlsInspector],
    filterChains: [...remotes.keys()].map((remote) => {
      const name = datacenterSni(trustDomain, remote);
      return {
        filterChainMatch: { serverNames: [`*.${name}`] },
        filters: [tcpProxy(`${NAME}_remote.${remote}`, name)],
      };
    }),
    defaultFilterChain: { filters: [sniCluster, tcpProxy(`${NAME}_local`, "")] },
  };
}
