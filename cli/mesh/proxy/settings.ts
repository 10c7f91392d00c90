import type { ConfigEntry } from "#integrations/consul";
import {
  type ExposedPath,
  noLimits,
  noPassiveHealthCheck,
  type PassiveHealthCheck,
  type Protocol,
  type UpstreamLimits,
} from "#integrations/envoy";
import { parseDuration } from "#core/values";
import type { Opaque, UpstreamOption } from "./definition.ts";

/** The parts of a service's opaque proxy configuration that are acted on. */
export interface ProxySettings {
  readonly protocol: Protocol;
  readonly localConnectTimeoutMs: number;
  readonly localRequestTimeoutMs: number | undefined;
  readonly maxConnections: number | undefined;
}

const protocols: readonly string[] = ["tcp", "http", "http2", "grpc"];
const LOCAL_CONNECT_MS = 5_000;

/** From proxy-defaults, then service-defaults, then the registration: the later wins. */
export function settingsOf(
  proxyDefaults: Opaque | undefined,
  serviceProtocol: string | undefined,
  registered: Opaque,
): ProxySettings {
  const config = { ...proxyDefaults, ...registered };
  const named = typeof config["protocol"] === "string" ? config["protocol"] : "tcp";
  const protocol = serviceProtocol && serviceProtocol !== "" ? serviceProtocol : named;
  return {
    protocol: (protocols.includes(protocol) ? protocol : "tcp") as Protocol,
    localConnectTimeoutMs: numberOf(config["local_connect_timeout_ms"]) ?? LOCAL_CONNECT_MS,
    localRequestTimeoutMs: numberOf(config["local_request_timeout_ms"]),
    maxConnections: numberOf(config["max_inbound_connections"]),
  };
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** How an upstream is called. */
export interface UpstreamSettings {
  readonly limits: UpstreamLimits;
  readonly passiveHealthCheck: PassiveHealthCheck;
  readonly connectTimeoutMs: number | undefined;
}

interface UpstreamConfig {
  readonly Defaults?: Opaque | null;
  readonly Overrides?: readonly (Opaque & { readonly Name?: string })[] | null;
}

/** From the caller's service-defaults (all upstreams, then this one), then its own configuration: the later wins. */
export function upstreamSettings(serviceDefaults: ConfigEntry | null, option: UpstreamOption): UpstreamSettings {
  const { Defaults: all, Overrides: overrides } = (serviceDefaults?.["UpstreamConfig"] ?? {}) as UpstreamConfig;
  const own = overrides?.find((each) => each.Name === option.service);
  const layers = [all, own, option.config].map(plainNames);
  const read = (group: string, name: string): unknown =>
    layers.map((layer) => plainNames(layer[group])[name]).findLast((value) => value !== undefined && value !== null);
  const number = (group: string, name: string): number | undefined => numberOf(read(group, name));
  const connect = layers.map((layer) => numberOf(layer["connecttimeoutms"])).findLast((value) => value !== undefined);
  return {
    limits: {
      ...noLimits,
      maxConnections: number("limits", "maxconnections"),
      maxPendingRequests: number("limits", "maxpendingrequests"),
      maxConcurrentRequests: number("limits", "maxconcurrentrequests"),
    },
    passiveHealthCheck: {
      ...noPassiveHealthCheck,
      intervalMs: durationMs(read("passivehealthcheck", "interval")),
      maxFailures: number("passivehealthcheck", "maxfailures"),
      enforcingConsecutive5xx: number("passivehealthcheck", "enforcingconsecutive5xx"),
      maxEjectionPercent: number("passivehealthcheck", "maxejectionpercent"),
      baseEjectionTimeMs: durationMs(read("passivehealthcheck", "baseejectiontime")),
    },
    connectTimeoutMs: connect === 0 ? undefined : connect,
  };
}

/** `MaxConnections` of entries and `max_connections` of registrations are one name. */
function plainNames(group: unknown): Opaque {
  if (typeof group !== "object" || group === null) return {};
  const named = Object.entries(group).map(([name, value]) => [name.replaceAll("_", "").toLowerCase(), value]);
  return Object.fromEntries(named) as Opaque;
}

/** Consul writes durations as text or as nanoseconds. */
function durationMs(value: unknown): number | undefined {
  const valueNs = typeof value === "string" ? parseDuration(value) : value;
  return typeof valueNs === "number" && valueNs > 0 ? valueNs / 1e6 : undefined;
}

interface Expose {
  readonly Paths?:
    | readonly {
        readonly ListenerPort?: number;
        readonly Path?: string;
        readonly LocalPathPort?: number;
        readonly Protocol?: string;
      }[]
    | null;
}

/** Paths of an `Expose` block. */
export function exposedPathsOf(block: unknown): ExposedPath[] {
  return ((block as Expose | null | undefined)?.Paths ?? []).map((each) => ({
    listenerPort: each.ListenerPort ?? 0,
    path: each.Path ?? "/",
    localPort: each.LocalPathPort ?? 0,
    protocol: each.Protocol === "http2" ? "http2" : "http",
  }));
}
