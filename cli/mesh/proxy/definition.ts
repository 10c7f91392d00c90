import type { AgentService, ProxyUpstream } from "#integrations/consul";
import { err, ok, type Result } from "#core/base";
import type { Protocol } from "#integrations/envoy";

/** What is known of a sidecar before Consul is asked: the command line. */
export interface SidecarOptions {
  /** The service instance that it stands beside. */
  readonly sidecarFor: string;
  /** Of the sidecar itself; `ID-sidecar-proxy` by default. */
  readonly proxyId: string | undefined;
  readonly upstreams: readonly UpstreamOption[];
  readonly bindAddress: string;
  readonly bindPort: number | undefined;
}

/** `db:9191`, `db.dc2:127.0.0.1:9191`. */
export interface UpstreamOption {
  readonly service: string;
  readonly datacenter: string | undefined;
  readonly bindAddress: string;
  readonly bindPort: number;
}

const LOOPBACK = "127.0.0.1";
const PORT_MAX = 65_535;

/** `NAME[.DATACENTER]:[ADDRESS:]PORT`. */
export function parseUpstream(text: string): Result<UpstreamOption> {
  const match = /^([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+))?:(?:([0-9.]+):)?(\d+)$/.exec(text);
  const port = Number(match?.[4] ?? 0);
  if (!match || port < 1 || port > PORT_MAX)
    return err("invalid", `-upstream ${JSON.stringify(text)} is not NAME:PORT`, {
      field: "-upstream",
      hint: "write NAME:PORT, NAME.DATACENTER:PORT or NAME:ADDRESS:PORT, for example db:9191",
    });
  return ok({
    service: match[1] as string,
    datacenter: match[2],
    bindAddress: match[3] ?? LOOPBACK,
    bindPort: port,
  });
}

/** Two upstreams on one port would be refused by Envoy, one of them silently missing. */
export function checkUpstreams(upstreams: readonly UpstreamOption[]): Result<void> {
  const seen = new Map<string, string>();
  for (const { service, bindAddress, bindPort } of upstreams) {
    const place = `${bindAddress}:${bindPort}`;
    const other = seen.get(place);
    if (other !== undefined)
      return err("invalid", `upstreams ${other} and ${service} both want ${place}`, { field: "-upstream" });
    seen.set(place, service);
  }
  return ok(undefined);
}

/** Upstreams as a registration lists them. */
export function registeredUpstreams(upstreams: readonly UpstreamOption[]): ProxyUpstream[] {
  return upstreams.map(({ service, datacenter, bindAddress, bindPort }) => ({
    DestinationType: "service",
    DestinationName: service,
    ...(datacenter !== undefined && { Datacenter: datacenter }),
    LocalBindAddress: bindAddress,
    LocalBindPort: bindPort,
  }));
}

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
  proxyDefaults: Readonly<Record<string, unknown>> | undefined,
  serviceProtocol: string | undefined,
  registered: AgentService["Proxy"],
): ProxySettings {
  const config = { ...proxyDefaults, ...registered?.Config };
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
