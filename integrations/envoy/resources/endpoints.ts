import type { ChainTarget, HealthCheck, HealthRow } from "#core/mesh";
import type { ClusterLoadAssignmentJson } from "#envoy/envoy/config/endpoint/v3/endpoint";
import type { LbEndpointJson } from "#envoy/envoy/config/endpoint/v3/endpoint_components";
import type { Upstream } from "../snapshot.ts";
import { socketAddress } from "./common.ts";

const WEIGHT_MAX = 128;

type Health = "passing" | "warning" | "critical";

/**
 * A target's instances. It is always sent, empty if need be: a cluster without an answer stays in warming and holds up
 * everything behind it.
 */
export function assignmentOf(
  name: string,
  target: ChainTarget,
  upstream: Upstream,
  ownDatacenter: string,
): ClusterLoadAssignmentJson {
  const rows = upstream.instances.get(target.ID) ?? [];
  const endpoints = throughGateways(target, ownDatacenter)
    ? gatewayEndpoints(rows, target, upstream)
    : rows.map((row) =>
        endpointOf(row, {
          onlyPassing: target.Subset?.OnlyPassing === true,
          isRemote: target.Datacenter !== ownDatacenter,
        }),
      );
  return { clusterName: name, endpoints: [{ lbEndpoints: endpoints }] };
}

/** Whether another datacenter's instances are reached through a gateway. */
export function throughGateways({ Datacenter: datacenter, MeshGateway: gateway }: ChainTarget, own: string): boolean {
  return datacenter !== own && (gateway?.Mode === "local" || gateway?.Mode === "remote");
}

/** The datacenter whose gateways are used: one's own (`local`) or that of the target (`remote`). */
export function gatewayDatacenter({ Datacenter: datacenter, MeshGateway: gateway }: ChainTarget, own: string): string {
  return gateway?.Mode === "local" ? own : datacenter;
}

/** Gateways stand for instances: with no healthy one behind them they are unhealthy too. */
function gatewayEndpoints(rows: readonly HealthRow[], target: ChainTarget, { gateways }: Upstream): LbEndpointJson[] {
  const isLocal = target.MeshGateway?.Mode === "local";
  const isAlive = rows.some((row) => healthOf(row) !== "critical");
  const found = [...gateways].filter(([datacenter]) => isLocal === (datacenter !== target.Datacenter));
  return found
    .flatMap(([, gatewayRows]) => gatewayRows)
    .map((row) => {
      const endpoint = endpointOf(row, { onlyPassing: false, isRemote: !isLocal });
      return isAlive ? endpoint : { ...endpoint, healthStatus: "UNHEALTHY" };
    });
}

function endpointOf(row: HealthRow, { onlyPassing, isRemote }: EndpointOptions): LbEndpointJson {
  const health = healthOf(row);
  const weights = row.Service.Weights;
  const weight = (health === "warning" ? weights?.Warning : weights?.Passing) ?? 1;
  const isOut = health === "critical" || weight === 0 || (health === "warning" && onlyPassing);
  const { address, port } = placeOf(row, isRemote);
  return {
    endpoint: { address: socketAddress(address, port) },
    healthStatus: isOut ? "UNHEALTHY" : "HEALTHY",
    loadBalancingWeight: Math.min(WEIGHT_MAX, Math.max(1, weight)),
  };
}

interface EndpointOptions {
  readonly onlyPassing: boolean;
  /** In another datacenter: its address in the wide area network counts. */
  readonly isRemote: boolean;
}

/** Instances as they stand in the catalogue, without a chain's target. */
export function plainAssignment(
  name: string,
  rows: readonly HealthRow[],
  options: EndpointOptions,
): ClusterLoadAssignmentJson {
  return { clusterName: name, endpoints: [{ lbEndpoints: rows.map((row) => endpointOf(row, options)) }] };
}

/** The worst of an instance's checks. */
export function healthOf({ Checks: checks }: HealthRow): Health {
  if (checks.some((check) => check.Status === "critical" && !isUnheardAlias(check))) return "critical";
  return checks.some((check) => check.Status === "warning") ? "warning" : "passing";
}

/** What an alias says when it passes, or before it has run for the first time: no reason to be critical. */
const noReason = /^(?:|No checks found\.|All checks passing\.)$/;

/**
 * An agent that starts takes every check for critical until it has run, with what it said when it was last stored. An alias
 * runs half a second later, and when it is critical then it says why: one without a reason is no news (decision 0079).
 */
function isUnheardAlias({ CheckID: id, Type: type, Output: output }: HealthCheck): boolean {
  const isAlias = type === "alias" || /^drover-mesh:.*:alias$/.test(id);
  return isAlias && output !== undefined && noReason.test(output);
}

function placeOf({ Service: service, Node: node }: HealthRow, isRemote: boolean): { address: string; port: number } {
  const wan = service.TaggedAddresses?.["wan"];
  if (isRemote && wan) return { address: wan.Address, port: wan.Port };
  if (isRemote && service.Address === "" && node.TaggedAddresses?.["wan"])
    return { address: node.TaggedAddresses["wan"], port: service.Port };
  return { address: service.Address === "" ? node.Address : service.Address, port: service.Port };
}
