import type { AllocatedPortMapping, NetworkResource, Node } from "#core/model";
import type { HostPort, PortSet } from "#core/store";
import type { SharedNetworks } from "./allocated.ts";
import type { Ask } from "./ask.ts";

const DYNAMIC_MIN_DEFAULT = 20_000;
const DYNAMIC_MAX_DEFAULT = 32_000;

/** Either the ports an allocation gets, or which dimension ran out. */
export type PortAssignment =
  | { readonly ok: true; readonly shared: SharedNetworks; readonly ports: readonly HostPort[] }
  | { readonly ok: false; readonly dimension: string };

export function portKey({ hostIp, value }: HostPort): string {
  return `${hostIp}:${value}`;
}

/** The ports of a node with what this plan adds and frees. */
export class PlannedPorts {
  readonly #base: PortSet;
  readonly #added = new Map<string, Set<number>>();
  readonly #freed: ReadonlySet<string>;

  constructor(base: PortSet, freed: ReadonlySet<string>) {
    this.#base = base;
    this.#freed = freed;
  }

  isTaken(port: HostPort): boolean {
    if (this.#added.get(port.hostIp)?.has(port.value)) return true;
    return this.#base.has(port) && !this.#freed.has(portKey(port));
  }

  take(ports: readonly HostPort[]): void {
    for (const { hostIp, value } of ports) {
      const values = this.#added.get(hostIp) ?? new Set<number>();
      this.#added.set(hostIp, values.add(value));
    }
  }
}

/** Gives an allocation its ports on a node: static ones as asked, dynamic ones from a seeded start. */
export function assignPorts(node: Node, ask: Ask, taken: PlannedPorts, seed: number): PortAssignment {
  const network = ask.group.networks?.[0];
  if (!network) return { ok: true, shared: { networks: null, ports: null }, ports: [] };
  const addresses = hostAddresses(node);
  const own = new Set<string>();
  const isFree = (port: HostPort): boolean => !taken.isTaken(port) && !own.has(portKey(port));
  const chosen: AllocatedPortMapping[] = [];
  for (const port of [...(network.reservedPorts ?? []), ...(network.dynamicPorts ?? [])]) {
    const isStatic = port.value > 0;
    const found = isStatic
      ? onAnyAddress(addresses, port.value, isFree)
      : pickDynamic(node, addresses, seed + chosen.length, isFree);
    if (!found)
      return {
        ok: false,
        dimension: isStatic
          ? `network: reserved port collision ${port.label}=${port.value}`
          : "network: dynamic port selection failed",
      };
    own.add(portKey(found));
    chosen.push({
      label: port.label,
      value: found.value,
      to: port.to === -1 ? found.value : port.to,
      hostIp: found.hostIp,
      ignoreCollision: port.ignoreCollision,
    });
  }
  return { ok: true, shared: describe(node, network, chosen), ports: chosen };
}

/** A static port may be given once on every address that the node has. */
function onAnyAddress(
  addresses: readonly string[],
  value: number,
  isFree: (port: HostPort) => boolean,
): HostPort | undefined {
  const hostIp = addresses.find((address) => isFree({ hostIp: address, value }));
  return hostIp === undefined ? undefined : { hostIp, value };
}

function pickDynamic(
  node: Node,
  addresses: readonly string[],
  seed: number,
  isFree: (port: HostPort) => boolean,
): HostPort | undefined {
  const low = node.nodeResources?.minDynamicPort || DYNAMIC_MIN_DEFAULT;
  const high = node.nodeResources?.maxDynamicPort || DYNAMIC_MAX_DEFAULT;
  const range = high - low + 1;
  const hostIp = addresses[0] ?? "";
  for (let step = 0; step < range; step++) {
    const port = { hostIp, value: low + ((seed + step) % range) };
    if (isFree(port)) return port;
  }
  return undefined;
}

function describe(node: Node, network: NetworkResource, chosen: readonly AllocatedPortMapping[]): SharedNetworks {
  const values = new Map(chosen.map((port) => [port.label, port.value]));
  const filled = (ports: NetworkResource["reservedPorts"]): NetworkResource["reservedPorts"] =>
    ports === null || ports.length === 0
      ? null
      : ports.map((port) => ({ ...port, value: values.get(port.label) ?? port.value }));
  const host = hostNetworks(node)[0];
  const given: NetworkResource = {
    ...network,
    device: host?.device ?? "",
    ip: host?.ip ?? "",
    reservedPorts: filled(network.reservedPorts),
    dynamicPorts: filled(network.dynamicPorts),
  };
  return { networks: [given], ports: chosen };
}

/** The networks on which host ports are reachable, the preferred one first. */
function hostNetworks(node: Node): NetworkResource[] {
  return (node.nodeResources?.networks ?? []).filter((network) => network.ip !== "" && network.mode !== "bridge");
}

function hostAddresses(node: Node): string[] {
  const addresses = hostNetworks(node).map((network) => network.ip);
  return addresses.length === 0 ? [""] : addresses;
}
