import type { AllocatedResources, AllocatedTaskResources } from "#core/model";
import type { HostPort } from "./port-set.ts";

/** What an allocation takes from its node. */
export interface Usage {
  readonly cpuMhz: number;
  readonly memoryMib: number;
  readonly diskMib: number;
  readonly ports: readonly HostPort[];
}

interface Sum {
  cpu: number;
  memory: number;
}

/**
 * The most that an allocation uses at one time: its prestart tasks run before its main tasks, its poststop tasks after
 * them, sidecars all along (semantics §1, "comparable resources").
 */
export function usageOf(resources: AllocatedResources | null): Usage {
  if (resources === null) return { cpuMhz: 0, memoryMib: 0, diskMib: 0, ports: [] };
  const [before, during, after]: [Sum, Sum, Sum] = [emptySum(), emptySum(), emptySum()];
  for (const [name, task] of Object.entries(resources.tasks ?? {})) {
    const lifecycle = resources.taskLifecycles?.[name];
    if (lifecycle?.hook === "prestart") add(before, task);
    if (lifecycle?.hook === "poststop") add(after, task);
    else if (lifecycle?.hook !== "prestart" || lifecycle.sidecar) add(during, task);
  }
  return {
    cpuMhz: Math.max(before.cpu, during.cpu, after.cpu),
    memoryMib: Math.max(before.memory, during.memory, after.memory),
    diskMib: resources.shared.diskMb,
    ports: portsOf(resources),
  };
}

function emptySum(): Sum {
  return { cpu: 0, memory: 0 };
}

function add(sum: Sum, task: AllocatedTaskResources): void {
  sum.cpu += task.cpu.cpuShares;
  sum.memory += task.memory.memoryMb;
}

function portsOf(resources: AllocatedResources): HostPort[] {
  const shared = (resources.shared.ports ?? []).map(({ hostIp, value }) => ({ hostIp, value }));
  const networks = Object.values(resources.tasks ?? {}).flatMap((task) => task.networks ?? []);
  const ofTasks = networks.flatMap((network) =>
    [...(network.reservedPorts ?? []), ...(network.dynamicPorts ?? [])].map((port) => ({
      hostIp: network.ip,
      value: port.value,
    })),
  );
  return [...shared, ...ofTasks].filter((port) => port.value > 0);
}
