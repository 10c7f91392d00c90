import { err, ok, type Result } from "#core/base";
import type { BootstrapJson } from "#envoy/envoy/config/bootstrap/v3/bootstrap";
import type { ClusterJson } from "#envoy/envoy/config/cluster/v3/cluster";
import type { ListenerJson } from "#envoy/envoy/config/listener/v3/listener";
import type { RouteConfigurationJson } from "#envoy/envoy/config/route/v3/route";
import type { RouteActionJson } from "#envoy/envoy/config/route/v3/route_components";
import type { Resource } from "./resources/build.ts";
import type { ResourceKind } from "./resources/common.ts";

const ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
const MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** The parts of a filter's `typed_config` that name other things. */
interface FilterConfig {
  readonly "@type"?: string;
  readonly cluster?: string;
  readonly rds?: { readonly routeConfigName?: string };
  readonly routeConfig?: RouteConfigurationJson;
  readonly httpFilters?: readonly { readonly name?: string; readonly typedConfig?: { readonly "@type"?: string } }[];
}

type Names = Readonly<Record<ResourceKind, ReadonlySet<string>>>;

/**
 * Refuses what Envoy accepts and then breaks: it acknowledges routes to clusters that do not exist and answers 503, and a
 * connection manager without a router lets requests hang (measured with 1.40). `invalid` with the first mistake's place.
 */
export function checkSound(resources: readonly Resource[]): Result<void> {
  const names = namesOf(resources);
  for (const { kind, name, json } of resources) {
    const wrong = mistakeOf(kind, json, names);
    if (wrong !== undefined) return err("invalid", `${kind} ${JSON.stringify(name)}: ${wrong}`);
  }
  return checkAddresses(resources);
}

/** The stream of the control plane opens over HTTP/2 only; Envoy takes a cluster without it and waits for ever. */
export function checkBootstrap({ dynamicResources: dynamic, staticResources: fixed }: BootstrapJson): Result<void> {
  const name = dynamic?.adsConfig?.grpcServices?.[0]?.envoyGrpc?.clusterName;
  const cluster = fixed?.clusters?.find((each) => each.name === name);
  if (!cluster)
    return err("invalid", `bootstrap: no static cluster ${JSON.stringify(name ?? "")} for the control plane`);
  const options = JSON.stringify(cluster.typedExtensionProtocolOptions ?? {});
  if (options.includes('"http2ProtocolOptions"')) return ok(undefined);
  return err("invalid", `bootstrap: the cluster ${JSON.stringify(name)} of the control plane has no HTTP/2`);
}

function namesOf(resources: readonly Resource[]): Names {
  const of = (wanted: ResourceKind): ReadonlySet<string> =>
    new Set(resources.filter(({ kind }) => kind === wanted).map(({ name }) => name));
  return {
    cluster: of("cluster"),
    endpoint: of("endpoint"),
    listener: of("listener"),
    route: of("route"),
    secret: of("secret"),
  };
}

function mistakeOf(kind: ResourceKind, json: object, names: Names): string | undefined {
  if (kind === "cluster") return clusterMistake(json, names);
  if (kind === "listener") return listenerMistake(json, names);
  return kind === "route" ? routesMistake(json, names) : undefined;
}

function clusterMistake(cluster: ClusterJson, names: Names): string | undefined {
  if (cluster.type === "EDS" && !names.endpoint.has(cluster.edsClusterConfig?.serviceName || (cluster.name ?? "")))
    return "there is no assignment of endpoints for it: it would stay in warming";
  const inside = (cluster.clusterType?.typedConfig as { readonly clusters?: readonly string[] } | undefined)?.clusters;
  return firstUnknown(inside ?? [], names.cluster, "cluster") ?? secretMistake(cluster, names);
}

function listenerMistake(listener: ListenerJson, names: Names): string | undefined {
  const chains = [
    ...(listener.filterChains ?? []),
    ...(listener.defaultFilterChain ? [listener.defaultFilterChain] : []),
  ];
  if (chains.length === 0) return "it has no filter chain: every connection would be closed";
  for (const { filters = [] } of chains) {
    if (filters.length === 0) return "a filter chain has no filter";
    // Then the cluster is found by the name that a client asks for.
    if (filters.some(({ name }) => name === "envoy.filters.network.sni_cluster")) continue;
    for (const { typedConfig } of filters) {
      const wrong = filterMistake(typedConfig as FilterConfig | undefined, names);
      if (wrong !== undefined) return wrong;
    }
  }
  return secretMistake(listener, names);
}

function filterMistake(config: FilterConfig | undefined, names: Names): string | undefined {
  if (config?.["@type"] === undefined) return "a filter has no type";
  if (config["@type"] !== MANAGER) return config.cluster === undefined ? undefined : unknown([config.cluster], names);
  const last = config.httpFilters?.at(-1)?.typedConfig?.["@type"];
  if (last !== ROUTER) return "its last HTTP filter is not the router: requests would hang";
  const { rds, routeConfig } = config;
  if (routeConfig) return routesMistake(routeConfig, names);
  return firstUnknown([rds?.routeConfigName ?? ""], names.route, "routes");
}

function routesMistake({ virtualHosts = [] }: RouteConfigurationJson, names: Names): string | undefined {
  if (virtualHosts.length === 0) return "it has no virtual host: every request would be answered 404";
  for (const { routes = [] } of virtualHosts)
    for (const [at, { route }] of routes.entries()) {
      const wrong = route && actionMistake(route, names);
      if (wrong !== undefined) return `route ${at + 1}: ${wrong}`;
    }
  return undefined;
}

function actionMistake(action: RouteActionJson, names: Names): string | undefined {
  const weighted = action.weightedClusters?.clusters;
  if (weighted && weighted.every(({ weight }) => (weight ?? 0) === 0)) return "all its weights are 0";
  const direct = action.cluster === undefined ? [] : [action.cluster];
  const mirrored = (action.requestMirrorPolicies ?? []).map(({ cluster }) => cluster ?? "");
  return unknown([...direct, ...(weighted ?? []).map(({ name }) => name ?? ""), ...mirrored], names);
}

function unknown(clusters: readonly string[], names: Names): string | undefined {
  return firstUnknown(clusters, names.cluster, "cluster");
}

function firstUnknown(wanted: readonly string[], known: ReadonlySet<string>, what: string): string | undefined {
  const missing = wanted.find((name) => !known.has(name));
  return missing === undefined ? undefined : `there is no ${what} ${JSON.stringify(missing)}`;
}

/** Certificates that would never come: a listener or cluster without them stays in warming. */
function secretMistake(json: object, { secret }: Names): string | undefined {
  const found = JSON.stringify(json).matchAll(/\{"name":("(?:[^"\\]|\\.)*"),"sdsConfig":/g);
  const wanted = [...found].map(([, name]) => JSON.parse(name as string) as string);
  return firstUnknown(wanted, secret, "secret");
}

/** Of two listeners on one address Envoy refuses the later one only. */
function checkAddresses(resources: readonly Resource[]): Result<void> {
  const seen = new Map<string, string>();
  for (const { kind, name, json } of resources) {
    if (kind !== "listener") continue;
    const place = JSON.stringify((json as ListenerJson).address);
    const other = seen.get(place);
    if (other !== undefined)
      return err("invalid", `listeners ${JSON.stringify(other)} and ${JSON.stringify(name)} share an address`);
    seen.set(place, name);
  }
  return ok(undefined);
}
