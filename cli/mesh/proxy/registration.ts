import type { AgentService, ServiceRegistration } from "#integrations/consul";
import { registeredUpstreams, type SidecarOptions } from "./definition.ts";

export const CHECK_TTL = "15s";
/** A sidecar whose owner was killed for good is taken out after so long. */
const REAP_AFTER = "10m";

/** The proxy's own id. */
export function sidecarId({ sidecarFor, proxyId }: SidecarOptions): string {
  return proxyId ?? `${sidecarFor}-sidecar-proxy`;
}

export function checkId(options: SidecarOptions): string {
  return `drover-mesh:${sidecarId(options)}`;
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
      ...(upstreams.length > 0 && { Upstreams: upstreams }),
    },
    Checks: [
      {
        CheckID: checkId(options),
        Name: "Envoy serves the mesh",
        TTL: CHECK_TTL,
        Status: isReady ? "passing" : "critical",
        DeregisterCriticalServiceAfter: REAP_AFTER,
      },
      { CheckID: `${checkId(options)}:alias`, Name: `Health of ${parent.ID}`, AliasService: parent.ID },
    ],
  };
}
