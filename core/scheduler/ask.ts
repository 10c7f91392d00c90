import type { AllocatedResources, TaskGroup } from "#core/model";

import { type Usage, usageOf } from "#core/store";
import { allocated } from "./allocated.ts";

/** What one allocation of a group asks of a node. */
export interface Ask {
  readonly group: TaskGroup;
  readonly usage: Usage;
  readonly drivers: readonly string[];
}

export function askOf(group: TaskGroup): Ask {
  const resources: AllocatedResources = allocated(group, { networks: null, ports: null });
  return {
    group,
    usage: usageOf(resources),
    drivers: [...new Set((group.tasks ?? []).map((task) => task.driver))],
  };
}
