import type { AllocatedResources, TaskGroup } from "#core/model";

import { type Usage, usageOf } from "#core/store";
import { allocated } from "./allocated.ts";

/** What one allocation of a group asks of a node. */
export interface Ask {
  readonly group: TaskGroup;
  readonly usage: Usage;
  readonly drivers: readonly string[];
  readonly staticPorts: readonly { readonly label: string; readonly value: number; readonly to: number }[];
  readonly dynamicPorts: readonly { readonly label: string; readonly to: number }[];
}

export function askOf(group: TaskGroup): Ask {
  const network = group.networks?.[0];
  const resources: AllocatedResources = allocated(group, { networks: null, ports: null });
  return {
    group,
    usage: usageOf(resources),
    drivers: [...new Set((group.tasks ?? []).map((task) => task.driver))],
    staticPorts: (network?.reservedPorts ?? []).map(({ label, value, to }) => ({ label, value, to })),
    dynamicPorts: (network?.dynamicPorts ?? []).map(({ label, to }) => ({ label, to })),
  };
}
