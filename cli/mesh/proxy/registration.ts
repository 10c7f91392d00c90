import type { AgentService, CheckDefinition, ServiceRegistration } from "#integrations/consul";
import type { ExposedPath } from "#integrations/envoy";
import { registeredUpstreams, type SidecarOptions } from "./definition.ts";

/**
 * An agent that comes back later than this takes every proxy for critical until it is told otherwise; half a minute is
 * enough for its restart on a busy machine.
 */
const CHECK_TTL = "30s";
/** A sidecar whose owner was killed for good is taken out after so long. */
const REAP_AFTER = "10m";

/** The proxy's own id. */
export function sidecarId({ sidecarFor, proxyId }: SidecarOptions): string {
  return proxyId ?? `${sidecarFor}-sidecar-proxy`;
}

export function checkId(proxyId: string): string {
  return `drover-mesh:${proxyId}`;
}

/** A proxy's own check: well once its Envoy has accepted the listener that others connect to. */
export function ownCheck(proxyId: string, isReady: boolean): CheckDefinition {
  return {
    CheckID: checkId(proxyId),
    Name: "Envoy serves the mesh",
    TTL: CHECK_TTL,
    Status: isReady ? "passing" : "critical",
    DeregisterCriticalServiceAfter: REAP_AFTER,
  };
}

/**
 * The sidecar's registration. It carries Meta, Tags and Weights of its service: subsets are filtered by the sidecar's
 * Meta, and one without matches none. The service's own registration is never written.
 */
export function registrationOf(
  options: SidecarOptions,
  parent: AgentService,
  port: number,
  isReady: boolean,
): ServiceRegistration {
  const address = options.bindAddress === "0.0.0.0" ? parent.Address : options.bindAddress;
  const upstreams = registeredUpstreams(options.upstreams);
  return {
    Kind: "connect-proxy",
    ID: sidecarId(options),
    Name: `${parent.Service}-sidecar-proxy`,
    Port: port,
    ...(address !== "" && { Address: address }),
    Tags: [...(parent.Tags ?? [])],
    Meta: { ...parent.Meta },
    ...(parent.Weights && { Weights: parent.Weights }),
    Proxy: {
      DestinationServiceName: parent.Service,
      DestinationServiceID: parent.ID,
      LocalServiceAddress: parent.Address === "" ? "127.0.0.1" : parent.Address,
      LocalServicePort: parent.Port,
      ...(Object.keys(options.config).length > 0 && { Config: options.config }),
      ...(upstreams.length > 0 && { Upstreams: upstreams }),
      ...(options.exposedPaths.length > 0 && { Expose: { Paths: options.exposedPaths.map(exposedPath) } }),
    },
    Checks: [
      ownCheck(sidecarId(options), isReady),
      {
        CheckID: `${checkId(sidecarId(options))}:alias`,
        Name: `Health of ${parent.ID}`,
        AliasService: parent.ID,
        // Without it each registration anew, after a restart of the agent too, takes a healthy service out for a moment.
        Status: "passing",
      },
    ],
  };
}

function exposedPath({ listenerPort, path, localPort, protocol }: ExposedPath): {
  ListenerPort: number;
  Path: string;
  LocalPathPort: number;
  Protocol: string;
} {
  return { ListenerPort: listenerPort, Path: path, LocalPathPort: localPort, Protocol: protocol };
}
