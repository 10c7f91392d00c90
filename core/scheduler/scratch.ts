import type { NodeTable, Usage } from "#core/store";
import { PlannedPorts, portKey } from "./ports.ts";

interface Delta {
  cpuMhz: number;
  memoryMib: number;
  diskMib: number;
}

const NOTHING: Readonly<Delta> = { cpuMhz: 0, memoryMib: 0, diskMib: 0 };

/** What the plan in the making frees and takes, over the live sums of the nodes. */
export class Scratch {
  readonly #nodes: NodeTable;
  readonly #deltas = new Map<number, Delta>();
  readonly #freedPorts = new Map<number, Set<string>>();
  readonly #ports = new Map<number, PlannedPorts>();

  constructor(nodes: NodeTable) {
    this.#nodes = nodes;
  }

  deltaAt(slot: number): Readonly<Delta> {
    return this.#deltas.get(slot) ?? NOTHING;
  }

  /** Free before take: ports that a stop gives back can be given to a placement of the same plan. */
  free(slot: number, usage: Usage): void {
    this.#add(slot, usage, -1);
    const ports = this.#freedPorts.get(slot) ?? new Set<string>();
    for (const port of usage.ports) ports.add(portKey(port));
    this.#freedPorts.set(slot, ports);
  }

  take(slot: number, usage: Usage): void {
    this.#add(slot, usage, 1);
    this.portsAt(slot).take(usage.ports);
  }

  portsAt(slot: number): PlannedPorts {
    const known = this.#ports.get(slot);
    if (known) return known;
    const freed = this.#freedPorts.get(slot) ?? new Set<string>();
    this.#freedPorts.set(slot, freed);
    const ports = new PlannedPorts(this.#nodes.portsAt(slot), freed);
    this.#ports.set(slot, ports);
    return ports;
  }

  #add(slot: number, usage: Usage, sign: 1 | -1): void {
    const delta = this.#deltas.get(slot) ?? { ...NOTHING };
    delta.cpuMhz += sign * usage.cpuMhz;
    delta.memoryMib += sign * usage.memoryMib;
    delta.diskMib += sign * usage.diskMib;
    this.#deltas.set(slot, delta);
  }
}
