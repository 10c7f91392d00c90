import {
  type AllocatedPortMapping,
  type AllocatedResources,
  type NetworkResource,
  Resources,
  type Task,
  type TaskGroup,
} from "#core/model";
import { empty } from "#core/schema";

export interface SharedNetworks {
  readonly networks: readonly NetworkResource[] | null;
  readonly ports: readonly AllocatedPortMapping[] | null;
}

/** What an allocation of the group is given: its tasks' cpu and memory, its disk, its ports. */
export function allocated(group: TaskGroup, { networks, ports }: SharedNetworks): AllocatedResources {
  const tasks = group.tasks ?? [];
  return {
    tasks: Object.fromEntries(tasks.map((task) => [task.name, ofTask(task)])),
    // A main task has no lifecycle block: the compatible form of that is a null in the map.
    taskLifecycles: Object.fromEntries(tasks.map((task) => [task.name, task.lifecycle])),
    shared: { networks, diskMb: group.ephemeralDisk?.sizeMb ?? 0, ports },
  };
}

function ofTask({ resources }: Task): NonNullable<AllocatedResources["tasks"]>[string] {
  return {
    cpu: { cpuShares: resources?.cpu ?? 0, reservedCores: null },
    memory: {
      memoryMb: (resources?.memoryMb ?? 0) + (resources?.secretsMb ?? 0),
      memoryMaxMb: resources?.memoryMaxMb ?? 0,
    },
    networks: null,
    devices: null,
  };
}

/** The three older spellings of the same, which clients of the compatible API still read. */
export function legacyResources(group: TaskGroup): {
  readonly resources: Resources;
  readonly sharedResources: Resources;
  readonly taskResources: Readonly<Record<string, Resources>>;
} {
  const tasks = group.tasks ?? [];
  const diskMb = group.ephemeralDisk?.sizeMb ?? 0;
  const sum = (of: (resources: Resources) => number): number =>
    tasks.reduce((total, task) => total + (task.resources ? of(task.resources) : 0), 0);
  const resources = empty(Resources, {
    cpu: sum((each) => each.cpu),
    memoryMb: sum((each) => each.memoryMb),
    memoryMaxMb: sum((each) => each.memoryMaxMb || each.memoryMb),
    diskMb,
  });
  const ofTasks = tasks.map((task): [string, Resources] => [task.name, task.resources ?? empty(Resources)]);
  return { resources, sharedResources: empty(Resources, { diskMb }), taskResources: Object.fromEntries(ofTasks) };
}
