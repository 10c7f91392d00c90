import type { ExposedPath, ProxySnapshot, Upstream } from "#integrations/envoy";
import type { SidecarOptions, UpstreamOption } from "./definition.ts";
import { exposedPathsOf, settingsOf, upstreamSettings } from "./settings.ts";
import { sidecarId } from "./registration.ts";
import { chainKey } from "./chain-watches.ts";
import type { Place } from "./role.ts";
import type { ProxyFacts } from "./source.ts";

/** A snapshot of a sidecar, from what Consul says; undefined while its service is not registered. */
export function snapshotOf(
  options: SidecarOptions,
  facts: ProxyFacts,
  { port, datacenter, defaultAllow }: Place,
): ProxySnapshot | undefined {
  const { parent, roots, leaf, intentions } = facts;
  if (!parent) return undefined;
  const settings = settingsOf(
    facts.proxyDefaults?.["Config"] as Readonly<Record<string, unknown>> | undefined,
    facts.serviceDefaults?.["Protocol"] as string | undefined,
    options.config,
  );
  return {
    id: sidecarId(options),
    service: parent.Service,
    datacenter,
    trustDomain: roots.TrustDomain,
    roots: roots.Roots.map((root) => root.RootCert),
    leaf,
    inbound: {
      address: options.bindAddress,
      port,
      localAddress: parent.Address === "" ? "127.0.0.1" : parent.Address,
      localPort: parent.Port,
      intentions,
      defaultAllow: facts.defaultPolicy === undefined ? defaultAllow : facts.defaultPolicy !== "deny",
      exposedPaths: exposedOf(options, facts),
      ...settings,
    },
    upstreams: options.upstreams.flatMap((upstream) => upstreamOf(upstream, facts) ?? []),
  };
}

/** A port once: what the caller says himself comes first, then what is said for the service, then for all. */
function exposedOf({ exposedPaths }: SidecarOptions, { serviceDefaults, proxyDefaults }: ProxyFacts): ExposedPath[] {
  const entries = [serviceDefaults, proxyDefaults].flatMap((entry) => exposedPathsOf(entry?.["Expose"]));
  const byPort = new Map([...exposedPaths, ...entries].toReversed().map((each) => [each.listenerPort, each]));
  return [...byPort.values()].toReversed();
}

function upstreamOf(option: UpstreamOption, { chains, serviceDefaults }: ProxyFacts): Upstream | undefined {
  const key = chainKey(option);
  const chain = chains.chain(key);
  if (!chain) return undefined;
  return {
    id: key,
    bindAddress: option.bindAddress,
    bindPort: option.bindPort,
    chain,
    instances: chains.instances(key),
    gateways: chains.gateways,
    ...upstreamSettings(serviceDefaults, option),
    mirror: chains.mirror(key),
  };
}
