import type { ProxyUpstream } from "#integrations/consul";
import { err, ok, type Result } from "#core/base";
import type { ExposedPath } from "#integrations/envoy";

/** What is known of a sidecar before Consul is asked: the command line. */
export interface SidecarOptions {
  /** The service instance that it stands beside. */
  readonly sidecarFor: string;
  /** Of the sidecar itself; `ID-sidecar-proxy` by default. */
  readonly proxyId: string | undefined;
  readonly upstreams: readonly UpstreamOption[];
  readonly bindAddress: string;
  readonly bindPort: number | undefined;
  /** Consul's opaque `Proxy.Config`. */
  readonly config: Opaque;
  readonly exposedPaths: readonly ExposedPath[];
  /** The name under which mesh gateways stand in the catalogues. */
  readonly gatewayService: string;
}

/** Settings by name, as Consul passes them on. */
export type Opaque = Readonly<Record<string, unknown>>;

/** `db:9191`, `db.dc2:127.0.0.1:9191`. */
export interface UpstreamOption {
  readonly service: string;
  readonly datacenter: string | undefined;
  readonly bindAddress: string;
  readonly bindPort: number;
  /** Consul's opaque `Proxy.Upstreams[].Config`. */
  readonly config?: Opaque;
  /** How another datacenter is reached, in place of what the config entries say. */
  readonly meshGateway?: string;
}

/** As Consul itself calls them unless it is told otherwise. */
export const MESH_GATEWAY = "mesh-gateway";
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
  return upstreams.map(({ service, datacenter, bindAddress, bindPort, config, meshGateway }) => ({
    DestinationType: "service",
    DestinationName: service,
    ...(datacenter !== undefined && { Datacenter: datacenter }),
    LocalBindAddress: bindAddress,
    LocalBindPort: bindPort,
    ...(config && { Config: config }),
    ...(meshGateway !== undefined && { MeshGateway: { Mode: meshGateway } }),
  }));
}
