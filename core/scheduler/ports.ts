import type { AllocatedPortMapping, NetworkResource, Node, TaskGroup } from "#core/model";
import type { PortSet } from "#core/store";
import type { SharedNetworks } from "./allocated.ts";
import type { Ask } from "./ask.ts";

const DYNAMIC_MIN_DEFAULT = 20_000;
const DYNAMIC_MAX_DEFAULT = 32_000;

/** Either the ports an allocation gets, or which dimension ran out. */
export type PortAssignment =
  | { readonly ok: true; readonly shared: SharedNetworks; readonly values: readonly number[] }
  | { readonly ok: false; readonly dimension: string };

export interface PortView {
  isTaken(port: number): boolean;
}

/** The ports of a node with what this plan adds and frees. */
export class PlannedPorts implements PortView {
  readonly #base: PortSet;
  readonly #added = new Set<number>();
  readonly #freed: ReadonlySet<number>;

  constructor(base: PortSet, freed: ReadonlySet<number>) {
    this.#base = base;
    this.#freed = freed;
  }

  isTaken(port: number): boolean {
    return this.#added.has(port) || (this.#base.has(port) && !this.#freed.has(port));
  }

  take(ports: readonly number[]): void {
    for (const port of ports) this.#added.add(port);
  }
}

/** Gives an allocation of the group its ports on a node: static ones as asked, dynamic ones from a seeded start. */
export function assignPorts(node: Node, ask: Ask, taken: PortView, seed: number): PortAssignment {
  const network = ask.group.networks?.[0];
  if (!network) return { ok: true, shared: { networks: null, ports: null }, values: [] };
  const values: number[] = [];
  for (const port of ask.staticPorts) {
    if (taken.isTaken(port.value))
      return { ok: false, dimension: `network: reserved port collision ${port.label}=${port.value}` };
    values.push(port.value);
  }
  const dynamic = pickDynamic(node, ask.dynamicPorts.length, taken, new Set(values), seed);
  if (!dynamic) return { ok: false, dimension: "network: dynamic port selection failed" };
  return { ok: true, shared: describe(node, ask, network, dynamic), values: [...values, ...dynamic] };
}

function pickDynamic(node: Node, count: number, taken: PortView, own: Set<number>, seed: number): number[] | undefined {
  const low = node.nodeResources?.minDynamicPort || DYNAMIC_MIN_DEFAULT;
  const high = node.nodeResources?.maxDynamicPort || DYNAMIC_MAX_DEFAULT;
  const range = high - low + 1;
  const picked: number[] = [];
  for (let step = 0; step < range && picked.length < count; step++) {
    const port = low + ((seed + step) % range);
    if (!taken.isTaken(port) && !own.has(port)) picked.push(port);
  }
  return picked.length === count ? picked : undefined;
}

function describe(
  node: Node,
  ask: Ask,
  network: NonNullable<TaskGroup["networks"]>[number],
  dynamic: readonly number[],
): SharedNetworks {
  const host = hostNetwork(node);
  const ip = host?.ip ?? "";
  const reserved = (network.reservedPorts ?? []).map((port) => ({ ...port }));
  const chosen = (network.dynamicPorts ?? []).map((port, index) => ({ ...port, value: dynamic[index] as number }));
  const mapping = [...reserved, ...chosen].map(
    (port): AllocatedPortMapping => ({
      label: port.label,
      value: port.value,
      to: port.to === -1 ? port.value : port.to,
      hostIp: ip,
      ignoreCollision: port.ignoreCollision,
    }),
  );
  const given: NetworkResource = {
    ...network,
    device: host?.device ?? "",
    ip,
    reservedPorts: orNull(reserved),
    dynamicPorts: orNull(chosen),
  };
  return { networks: [given], ports: mapping };
}

function orNull<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}

/** The address on which host ports are reachable. */
function hostNetwork(node: Node): NetworkResource | undefined {
  return (node.nodeResources?.networks ?? []).find((network) => network.ip !== "" && network.mode !== "bridge");
}
