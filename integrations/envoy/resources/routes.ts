import type { ChainNode, DiscoveryChain, HeaderModifiers, HttpMatch, LoadBalancer, RouteDefinition } from "#core/mesh";
import { parseDuration } from "#core/values";
import type { HeaderValueOptionJson } from "#envoy/envoy/config/core/v3/base";
import type { RouteConfigurationJson } from "#envoy/envoy/config/route/v3/route";
import type {
  QueryParameterMatcherJson,
  RetryPolicyJson,
  RouteActionJson,
  RouteActionHashPolicyJson,
  RouteJson,
  RouteMatchJson,
} from "./route-types.ts";
import type { Upstream } from "../snapshot.ts";
import { clusterNameOf, type MirrorCluster, mirrorCluster } from "./clusters.ts";
import { seconds } from "./common.ts";
import { headerMatch } from "./rbac.ts";

/** Weights are hundredths of a per cent. */
const WEIGHT_SUM = 10_000;
/** A chain is a few nodes deep; a loop in what Consul says must not be one here. */
const DEPTH_MAX = 16;

/** The routes of an upstream; the listener names them by the upstream's id, so that a change of weights touches only them. */
export function routesOf(upstream: Upstream): RouteConfigurationJson {
  const { id, chain } = upstream;
  const start = chain.Nodes[chain.StartNode];
  const routes = start ? nodeRoutes(upstream, start) : [];
  return {
    name: id,
    virtualHosts: [{ name: id, domains: ["*"], routes }],
    // What a route names must exist: Envoy otherwise takes it and answers 503.
    validateClusters: true,
  };
}

function nodeRoutes(upstream: Upstream, node: ChainNode): RouteJson[] {
  if (node.Type !== "router") return [{ match: { prefix: "/" }, route: actionOf(upstream, node) }];
  return (node.Routes ?? []).flatMap(({ Definition: definition, NextNode: next }) => {
    const target = upstream.chain.Nodes[next];
    return target ? [routeOf(upstream, definition, target)] : [];
  });
}

function routeOf(upstream: Upstream, definition: RouteDefinition | undefined, target: ChainNode): RouteJson {
  const destination = definition?.Destination;
  return {
    match: matchOf(definition),
    route: { ...actionOf(upstream, target), ...destinationOf(destination) },
    ...headerChanges(destination?.RequestHeaders, destination?.ResponseHeaders),
  };
}

function matchOf(definition: RouteDefinition | undefined): RouteMatchJson {
  const http = definition?.Match?.HTTP;
  if (!http) return { prefix: "/" };
  const headers = (http.Header ?? []).map(headerMatch);
  const methods = http.Methods ?? [];
  if (methods.length > 0) headers.push({ name: ":method", stringMatch: { safeRegex: { regex: methods.join("|") } } });
  const query = (http.QueryParam ?? []).map(queryMatch);
  return {
    ...pathOf(http),
    ...(http.CaseInsensitive && { caseSensitive: false }),
    ...(headers.length > 0 && { headers }),
    ...(query.length > 0 && { queryParameters: query }),
  };
}

function pathOf(http: {
  readonly PathExact?: string;
  readonly PathPrefix?: string;
  readonly PathRegex?: string;
}): RouteMatchJson {
  if (http.PathExact) return { path: http.PathExact };
  if (http.PathRegex) return { safeRegex: { regex: http.PathRegex } };
  return { prefix: http.PathPrefix || "/" };
}

function queryMatch({ Name: name, Exact: exact, Regex: regex }: HttpMatch): QueryParameterMatcherJson {
  if (exact) return { name, stringMatch: { exact } };
  if (regex) return { name, stringMatch: { safeRegex: { regex } } };
  return { name, presentMatch: true };
}

/** Where requests go: one cluster, or several by weight. */
function actionOf(upstream: Upstream, node: ChainNode): RouteActionJson {
  const { chain } = upstream;
  const shares = node.Type === "splitter" ? sharesOf(chain, node, 1, 0) : undefined;
  const clusters = shares?.flatMap(({ cluster, weight }) => (weight > 0 ? [cluster] : []));
  return {
    ...(shares ? splitOf(shares) : { cluster: clusterNameOf(chain, node) }),
    ...hashing(node.LoadBalancer),
    ...mirroring(upstream, clusters ?? [clusterNameOf(chain, node)]),
  };
}

/** Of what goes to the service itself; the mirrored version's own requests alone are not sent to it twice. */
function mirroring(upstream: Upstream, clusters: readonly string[]): RouteActionJson {
  const mirror = mirrorCluster(upstream);
  if (!mirror || !clusters.some((cluster) => isMirrored(upstream, cluster, mirror))) return {};
  const numerator = Math.round(mirror.percent * 100);
  const runtimeFraction = { defaultValue: { numerator, denominator: "TEN_THOUSAND" as const } };
  return { requestMirrorPolicies: [{ cluster: mirror.name, runtimeFraction }] };
}

function isMirrored({ chain }: Upstream, cluster: string, { of }: MirrorCluster): boolean {
  const target = Object.values(chain.Targets).find(({ Name: name }) => name === cluster);
  return cluster !== of && target?.Service === chain.ServiceName;
}

interface Share {
  readonly cluster: string;
  readonly weight: number;
  readonly changes: ReturnType<typeof headerChanges>;
}

function splitOf(shares: readonly Share[]): RouteActionJson {
  const weights = wholeWeights(shares.map((share) => share.weight));
  return {
    weightedClusters: {
      clusters: shares.map(({ cluster, changes }, at) => ({ name: cluster, weight: weights[at] ?? 0, ...changes })),
    },
  };
}

function sharesOf(chain: DiscoveryChain, node: ChainNode, factor: number, depth: number): Share[] {
  return (node.Splits ?? []).flatMap(({ Definition: definition, Weight: weight = 0, NextNode: next }) => {
    const target = chain.Nodes[next];
    if (!target || depth >= DEPTH_MAX) return [];
    if (target.Type === "splitter") return sharesOf(chain, target, (factor * weight) / 100, depth + 1);
    const changes = headerChanges(definition?.RequestHeaders, definition?.ResponseHeaders);
    return [{ cluster: clusterNameOf(chain, target), weight: factor * weight, changes }];
  });
}

/** Hundredths of a per cent that sum up to all of it: what rounding leaves goes to the largest. */
export function wholeWeights(percents: readonly number[]): number[] {
  const whole = percents.map((percent) => Math.round(percent * 100));
  const largest = whole.indexOf(Math.max(...whole));
  const rest = WEIGHT_SUM - whole.reduce((sum, weight) => sum + weight, 0);
  // A sum that is far off is not a matter of rounding and stays as it was said.
  if (largest === -1 || Math.abs(rest) > whole.length) return whole;
  return whole.map((weight, at) => (at === largest ? weight + rest : weight));
}

function destinationOf(destination: RouteDefinition["Destination"] | undefined): RouteActionJson {
  if (!destination) return {};
  const timeout = timeoutOf(destination.RequestTimeout);
  const idleTimeout = timeoutOf(destination.IdleTimeout);
  const retryPolicy = retriesOf(destination);
  return {
    ...(destination.PrefixRewrite && { prefixRewrite: destination.PrefixRewrite }),
    ...(timeout !== undefined && { timeout }),
    ...(idleTimeout !== undefined && { idleTimeout }),
    ...(retryPolicy && { retryPolicy }),
  };
}

/** Negative is none; 0 and absent leave Envoy's own. */
function timeoutOf(value: string | number | undefined): `${number}s` | undefined {
  if (value === undefined || value === "") return undefined;
  const valueNs = typeof value === "number" ? value : parseDuration(value);
  if (typeof valueNs !== "number" || valueNs === 0) return undefined;
  return seconds(Math.max(0, valueNs) / 1e6);
}

function retriesOf(destination: NonNullable<RouteDefinition["Destination"]>): RetryPolicyJson | undefined {
  const codes = destination.RetryOnStatusCodes ?? [];
  const reasons = [
    ...(destination.RetryOnConnectFailure ? ["connect-failure"] : []),
    ...(destination.RetryOn ?? []),
    ...(codes.length > 0 ? ["retriable-status-codes"] : []),
  ];
  if (reasons.length === 0) return undefined;
  return {
    retryOn: [...new Set(reasons)].join(","),
    ...(destination.NumRetries && { numRetries: destination.NumRetries }),
    ...(codes.length > 0 && { retriableStatusCodes: [...codes] }),
  };
}

interface HeaderChangesJson {
  requestHeadersToAdd?: HeaderValueOptionJson[];
  requestHeadersToRemove?: string[];
  responseHeadersToAdd?: HeaderValueOptionJson[];
  responseHeadersToRemove?: string[];
}

function headerChanges(
  request: HeaderModifiers | null | undefined,
  response: HeaderModifiers | null | undefined,
): HeaderChangesJson {
  const [requestAdd, responseAdd] = [additions(request), additions(response)];
  const [requestRemove, responseRemove] = [request?.Remove ?? [], response?.Remove ?? []];
  return {
    ...(requestAdd.length > 0 && { requestHeadersToAdd: requestAdd }),
    ...(requestRemove.length > 0 && { requestHeadersToRemove: [...requestRemove] }),
    ...(responseAdd.length > 0 && { responseHeadersToAdd: responseAdd }),
    ...(responseRemove.length > 0 && { responseHeadersToRemove: [...responseRemove] }),
  };
}

function additions(modifiers: HeaderModifiers | null | undefined): HeaderValueOptionJson[] {
  const of = (
    headers: Readonly<Record<string, string>> | null | undefined,
    appendAction: "APPEND_IF_EXISTS_OR_ADD" | "OVERWRITE_IF_EXISTS_OR_ADD",
  ): HeaderValueOptionJson[] =>
    Object.entries(headers ?? {}).map(([key, value]) => ({ header: { key, value }, appendAction }));
  return [...of(modifiers?.Add, "APPEND_IF_EXISTS_OR_ADD"), ...of(modifiers?.Set, "OVERWRITE_IF_EXISTS_OR_ADD")];
}

function hashing(balancer: LoadBalancer | undefined): RouteActionJson {
  const hashPolicy = (balancer?.HashPolicies ?? []).map((policy): RouteActionHashPolicyJson => {
    const terminal = policy.Terminal ? { terminal: true } : {};
    if (policy.SourceIP) return { connectionProperties: { sourceIp: true }, ...terminal };
    const name = policy.FieldValue ?? "";
    if (policy.Field === "query_parameter") return { queryParameter: { name }, ...terminal };
    if (policy.Field !== "cookie") return { header: { headerName: name }, ...terminal };
    const { Session: session, TTL: ttl, Path: path } = policy.CookieConfig ?? {};
    const lifetime = session ? ("0s" as const) : timeoutOf(ttl);
    return {
      cookie: { name, ...(lifetime !== undefined && { ttl: lifetime }), ...(path && { path }) },
      ...terminal,
    };
  });
  return hashPolicy.length > 0 ? { hashPolicy } : {};
}
