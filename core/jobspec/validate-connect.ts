import type { ConsulGateway, ConsulTransparentProxy, Job, Service, TaskGroup } from "#core/model";
import { parseCidr } from "#core/values";
import { firstOf, grouped, type Problems, quoted, when } from "./problems.ts";

/** The Connect block of one service, by itself. */
export function connectProblems({ connect, taskName, portLabel }: Service): Problems {
  if (connect === null) return [];
  const kinds = [connect.native, connect.sidecarService !== null, connect.gateway !== null].filter(Boolean).length;
  if (kinds !== 1) return ["Consul Connect must be exclusively native, make use of a sidecar, or represent a Gateway"];
  if (connect.native)
    return firstOf(
      [taskName === "", "Consul Connect Native service requires setting task"],
      [portLabel === "", "Consul Connect Native service requires a port"],
    );
  if (connect.gateway !== null) return gatewayFaults(connect.gateway);
  const transparent = connect.sidecarService?.proxy?.transparentProxy ?? null;
  return transparent === null ? [] : grouped(transparentFaults(transparent));
}

function transparentFaults(proxy: ConsulTransparentProxy): Problems {
  const notNumber = (text: string): boolean => text !== "" && !/^\d+$/.test(text);
  return [
    ...when([
      notNumber(proxy.uid),
      `transparent proxy block has invalid UID field: invalid user ID ${quoted(proxy.uid)}: invalid syntax`,
    ]),
    ...(proxy.excludeOutboundCidrs ?? [])
      .filter((text) => parseCidr(text) === undefined)
      .map((text) => `could not parse transparent proxy excluded outbound CIDR as network prefix: ${cidrFault(text)}`),
    ...(proxy.excludeUids ?? [])
      .filter(notNumber)
      .map(
        (text) =>
          `transparent proxy block has invalid ExcludeUIDs field: invalid user ID ${quoted(text)}: invalid syntax`,
      ),
  ];
}

function cidrFault(text: string): string {
  return `netip.ParsePrefix(${quoted(text)}): ${text.includes("/") ? "bad bits after slash" : "no '/'"}`;
}

function gatewayFaults(gateway: ConsulGateway): Problems {
  const kinds = [gateway.ingress, gateway.terminating, gateway.mesh].filter((kind) => kind !== null).length;
  const discovery = gateway.proxy?.envoyDnsDiscoveryType ?? "";
  return firstOf(
    [kinds !== 1, "One Consul Gateway Configuration must be set"],
    [
      !["", "STRICT_DNS", "LOGICAL_DNS"].includes(discovery),
      "Consul Gateway Proxy Envoy DNS Discovery type must be STRICT_DNS or LOGICAL_DNS",
    ],
    ...Object.values(gateway.proxy?.envoyGatewayBindAddresses ?? {}).flatMap((address) => [
      [address.address === "", "Consul Gateway Bind Address must be set"] as const,
      [address.port <= 0 && address.port !== -1, "Consul Gateway Bind Address must set valid Port"] as const,
    ]),
    ...ingressFaults(gateway).map((text) => [true, text] as const),
    ...(gateway.terminating === null ? [] : terminatingFaults(gateway)).map((text) => [true, text] as const),
  );
}

const listenerProtocols = ["tcp", "http", "http2", "grpc"];

function ingressFaults({ ingress }: ConsulGateway): Problems {
  if (ingress === null) return [];
  const listeners = ingress.listeners ?? [];
  return firstOf(
    [listeners.length === 0, "Consul Ingress Gateway requires at least one listener"],
    ...listeners.flatMap((listener) => {
      const services = listener.services ?? [];
      const { protocol } = listener;
      return [
        [listener.port <= 0, "Consul Ingress Listener requires valid Port"] as const,
        [
          !listenerProtocols.includes(protocol),
          `Consul Ingress Listener requires protocol of tcp, http, http2, or grpc, got ${quoted(protocol)}`,
        ] as const,
        [services.length === 0, "Consul Ingress Listener requires one or more services"] as const,
        ...services.flatMap((service) => [
          [service.name === "", "Consul Ingress Service requires a name"] as const,
          [
            protocol === "tcp" && (service.hosts ?? []).length > 0,
            `Consul Ingress Service doesn't support associating hosts to a service for the "tcp" protocol`,
          ] as const,
          [
            service.name === "*" && protocol === "tcp",
            `Consul Ingress Service supports wildcard names only with an HTTP protocol`,
          ] as const,
          [
            service.name === "*" && (service.hosts ?? []).length > 0,
            'Consul Ingress Service with a wildcard "*" service name can not also specify hosts',
          ] as const,
        ]),
      ];
    }),
  );
}

function terminatingFaults({ terminating }: ConsulGateway): Problems {
  const services = terminating?.services ?? [];
  return firstOf(
    [services.length === 0, "Consul Terminating Gateway requires at least one service"],
    ...services.flatMap((service) => [
      [service.name === "", "Consul Linked Service requires Name"] as const,
      [
        (service.certFile !== "") !== (service.keyFile !== ""),
        "Consul Linked Service TLS Cert and Key must both be set",
      ] as const,
    ]),
  );
}

/** What Connect needs of the groups; the first fault of each group. */
export function connectGroupProblems(job: Job): Problems {
  return (job.taskGroups ?? []).flatMap((group) => {
    const meshed = (group.services ?? []).filter((service) => service.connect !== null);
    return meshed.length === 0 ? [] : firstProblem(group, meshed);
  });
}

function firstProblem(group: TaskGroup, services: readonly Service[]): Problems {
  return firstOf(
    ...services.flatMap((service) => networkFaults(group, service)).map((text) => [true, text] as const),
    ...transparentGroupFaults(group, services).map((text) => [true, text] as const),
    ...sharedUpstreams(group, services).map((text) => [true, text] as const),
  );
}

function networkFaults(group: TaskGroup, { connect }: Service): Problems {
  const networks = group.networks ?? [];
  const mode = networks[0]?.mode || "host";
  const isNamespaced = mode === "bridge" || mode.startsWith("cni/");
  const where = `group ${quoted(group.name)}`;
  if (connect?.sidecarService)
    return firstOf(
      [
        networks.length !== 1,
        `connect sidecar: must have exactly one network for Consul Connect: ${where} has ${networks.length} networks`,
      ],
      [
        !isNamespaced,
        `connect sidecar: invalid network mode for Consul Connect: ${where} uses network mode ${quoted(mode)}; must be "bridge" or "cni/*"`,
      ],
    );
  if (connect?.gateway)
    return firstOf(
      [
        networks.length !== 1,
        `connect gateway: must have exactly one network for Consul Connect: ${where} has ${networks.length} networks`,
      ],
      [
        !isNamespaced && mode !== "host",
        `connect gateway: invalid network mode for Consul Connect: ${where} uses network mode ${quoted(mode)}; must be "bridge", "cni/*" or "host"`,
      ],
    );
  return [];
}

function transparentGroupFaults(group: TaskGroup, services: readonly Service[]): Problems {
  const network = group.networks?.[0];
  const statics = new Set((network?.reservedPorts ?? []).map((port) => port.label));
  return services.flatMap((service) => {
    const proxy = service.connect?.sidecarService?.proxy?.transparentProxy ?? null;
    if (proxy === null) return [];
    const unknown = (proxy.excludeInboundPorts ?? []).filter((port) => !/^\d+$/.test(port) && !statics.has(port));
    return [
      ...unknown.map(
        (port) => `Consul Connect transparent proxy port ${quoted(port)} must be numeric or one of network.port labels`,
      ),
      ...when([
        (network?.dns ?? null) !== null && !proxy.noDns,
        "Consul Connect transparent proxy cannot be used with network.dns unless no_dns=true",
      ]),
    ];
  });
}

/** Two upstreams of a group cannot listen on one address. */
function sharedUpstreams(group: TaskGroup, services: readonly Service[]): Problems {
  const seen = new Map<string, string>();
  const problems: string[] = [];
  for (const service of services)
    for (const upstream of service.connect?.sidecarService?.proxy?.upstreams ?? []) {
      if (upstream.localBindPort === 0) continue;
      const address = `${upstream.localBindAddress}:${upstream.localBindPort}`;
      const other = seen.get(address);
      if (other !== undefined)
        problems.push(
          `Consul Connect services ${quoted(service.name)} and ${quoted(other)} in group ${quoted(group.name)} using same address for upstreams (${address})`,
        );
      seen.set(address, service.name);
    }
  return problems;
}

/** Checks with `expose` need a sidecar and a namespace; the first fault. */
export function exposeProblems(job: Job): Problems {
  const faults = (job.taskGroups ?? []).flatMap((group) =>
    (group.services ?? []).flatMap((service) =>
      (service.checks ?? []).flatMap((check) => {
        if (!check.expose || (check.type !== "http" && check.type !== "grpc")) return [];
        const where = `${group.name}->${service.name}->${check.name}`;
        const mode = group.networks?.[0]?.mode ?? "";
        return when(
          [
            (service.connect?.sidecarService ?? null) === null,
            `exposed service check ${where} requires use of sidecar_proxy`,
          ],
          [mode !== "bridge" && !mode.startsWith("cni/"), `exposed service check ${where} requires bridge network`],
        );
      }),
    ),
  );
  return faults.slice(0, 1);
}

/** A native service that does not say which task it is in a group of several stops the registration. */
export function ambiguousNative(job: Job): string | undefined {
  for (const group of job.taskGroups ?? [])
    for (const service of group.services ?? []) {
      const { connect } = service;
      if (connect?.native !== true || connect.sidecarService !== null || service.taskName !== "") continue;
      if ((group.tasks ?? []).length !== 1)
        return `error in job mutator connect: task for Consul Connect Native service ${group.name}->${service.name} is ambiguous and must be set`;
    }
  return undefined;
}
