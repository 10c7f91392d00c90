import { assert } from "#core/base";
import type { Node } from "#core/model";
import { Column } from "./column.ts";
import { IdIndex } from "./id-index.ts";
import { Interner } from "./interner.ts";
import { PortSet } from "./port-set.ts";
import { codeOf, eligibilities, nodeStatuses } from "./statuses.ts";
import type { Usage } from "./usage.ts";

/** What a scheduler reads of nodes: a column each, by slot. Capacities are what is left after reservations. */
export interface NodeColumns {
  readonly status: Column;
  readonly eligibility: Column;
  readonly computedClass: Column;
  readonly datacenter: Column;
  readonly pool: Column;
  readonly cpuMhz: Column;
  readonly memoryMib: Column;
  readonly diskMib: Column;
  readonly usedCpuMhz: Column;
  readonly usedMemoryMib: Column;
  readonly usedDiskMib: Column;
  readonly allocations: Column;
  /** Goes up with every change of the node or of what runs on it: what a plan checks first. */
  readonly version: Column;
}

/** Nodes: the row as it was registered, and columns with running sums of what its allocations use. */
export class NodeTable {
  readonly names = new Interner();
  readonly columns: NodeColumns = makeColumns();
  readonly #rows: (Node | undefined)[] = [];
  readonly #ports: (PortSet | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #ids = new IdIndex((slot) => (this.#rows[slot] as Node).id);

  get size(): number {
    return this.#ids.size;
  }

  /** Slots in use are below this; a slot may be free. */
  get slotEnd(): number {
    return this.#rows.length;
  }

  slotOf(id: string): number | undefined {
    return this.#ids.find(id);
  }

  at(slot: number): Node | undefined {
    return this.#rows[slot];
  }

  get(id: string): Node | undefined {
    const slot = this.#ids.find(id);
    return slot === undefined ? undefined : this.#rows[slot];
  }

  /** Nodes whose ids begin with `prefix`, in id order. */
  *values(prefix = ""): Generator<Node> {
    for (const slot of this.#ids.withPrefix(prefix)) yield this.#rows[slot] as Node;
  }

  /** Ports in use on a node: its allocations' and those that it reserves. */
  portsAt(slot: number): PortSet {
    return (this.#ports[slot] ??= new PortSet());
  }

  upsert(node: Node): number {
    const slot = this.#ids.find(node.id) ?? this.#insert(node);
    this.#rows[slot] = node;
    this.#writeColumns(slot, node);
    return slot;
  }

  delete(id: string): void {
    const slot = this.#ids.find(id);
    if (slot === undefined) return;
    assert(this.columns.allocations.get(slot) === 0, () => `node ${id} still has allocations`);
    this.#ids.remove(id);
    this.#rows[slot] = undefined;
    this.#ports[slot] = undefined;
    this.columns.status.set(slot, codeOf(nodeStatuses, "down"));
    this.#free.push(slot);
  }

  /** Adds an allocation's usage to the node's sums (`sign` 1), or takes it off (−1). */
  account(slot: number, usage: Usage, sign: 1 | -1): void {
    this.columns.usedCpuMhz.add(slot, sign * usage.cpuMhz);
    this.columns.usedMemoryMib.add(slot, sign * usage.memoryMib);
    this.columns.usedDiskMib.add(slot, sign * usage.diskMib);
    this.columns.allocations.add(slot, sign);
    this.columns.version.add(slot, 1);
    const ports = this.portsAt(slot);
    for (const port of usage.ports) {
      if (sign === 1) ports.add(port);
      else ports.delete(port);
    }
  }

  #insert(node: Node): number {
    const slot = this.#free.pop() ?? this.#rows.length;
    this.#rows[slot] = node;
    for (const column of Object.values(this.columns) as Column[]) {
      column.reserve(slot + 1);
      column.set(slot, 0);
    }
    this.#ids.insert(node.id, slot);
    return slot;
  }

  #writeColumns(slot: number, node: Node): void {
    const { columns, names } = this;
    const [total, reserved] = [node.nodeResources, node.reservedResources];
    columns.status.set(slot, codeOf(nodeStatuses, node.status));
    columns.eligibility.set(slot, codeOf(eligibilities, node.schedulingEligibility));
    columns.computedClass.set(slot, names.intern(node.computedClass));
    columns.datacenter.set(slot, names.intern(node.datacenter));
    columns.pool.set(slot, names.intern(node.nodePool));
    columns.cpuMhz.set(slot, (total?.cpu.cpuShares ?? 0) - (reserved?.cpu.cpuShares ?? 0));
    columns.memoryMib.set(slot, (total?.memory.memoryMb ?? 0) - (reserved?.memory.memoryMb ?? 0));
    columns.diskMib.set(slot, (total?.disk.diskMb ?? 0) - (reserved?.disk.diskMb ?? 0));
    columns.version.add(slot, 1);
    for (const value of parsePortRanges(reserved?.networks.reservedHostPorts ?? ""))
      this.portsAt(slot).add({ hostIp: "", value });
  }
}

function makeColumns(): NodeColumns {
  return {
    status: Column.uint8(),
    eligibility: Column.uint8(),
    computedClass: Column.int32(),
    datacenter: Column.int32(),
    pool: Column.int32(),
    cpuMhz: Column.float64(),
    memoryMib: Column.float64(),
    diskMib: Column.float64(),
    usedCpuMhz: Column.float64(),
    usedMemoryMib: Column.float64(),
    usedDiskMib: Column.float64(),
    allocations: Column.int32(),
    version: Column.float64(),
  };
}

/** `22,80,8000-8010` as numbers; what is not a port is left out. */
export function parsePortRanges(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [low, high = low] = part.trim().split("-").map(Number);
    if (low === undefined || high === undefined || !(low > 0) || !(high < 65_536) || low > high) return [];
    return Array.from({ length: high - low + 1 }, (_, offset) => low + offset);
  });
}
