import type { Job, Service, Task, TaskGroup } from "#core/model";

/**
 * The blocks of a job that change what a task is, sees or when it starts, and that this version does not act on: a task
 * must not run as if they were not there. Each is named with its place.
 */
export function notActedOn(job: Job, group: TaskGroup, task: Task): string[] {
  const groupPlace = `job "${job.id}", group "${group.name}"`;
  const taskPlace = `${groupPlace}, task "${task.name}"`;
  return [
    ...ofGroup(group).map((block) => `${block} (${groupPlace})`),
    ...ofTask(task).map((block) => `${block} (${taskPlace})`),
  ].map((block) => `this version does not act on ${block}`);
}

function ofGroup(group: TaskGroup): string[] {
  const network = group.networks?.[0];
  return present({
    [`volume "${Object.keys(group.volumes ?? {})[0]}"`]: Object.keys(group.volumes ?? {}).length > 0,
    [`network.mode = "${network?.mode}"`]: !["", "host", undefined].includes(network?.mode),
    "network.dns": (network?.dns?.servers ?? []).length > 0,
    consul: isCustomCluster(group.consul),
    "service.connect": (group.services ?? []).some(hasConnect),
  });
}

function ofTask(task: Task): string[] {
  return present({
    template: isFilled(task.templates),
    artifact: isFilled(task.artifacts),
    volume_mount: isFilled(task.volumeMounts),
    vault: task.vault !== null,
    consul: task.consul !== null,
    secret: isFilled(task.secrets),
    csi_plugin: task.csiPluginConfig !== null,
    schedule: task.schedule !== null,
    "resources.device": isFilled(task.resources?.devices),
    "resources.secrets": (task.resources?.secretsMb ?? 0) > 0,
    "service.connect": (task.services ?? []).some(hasConnect),
    identity: exposesIdentity(task),
  });
}

/** Every task has a default identity; only one that the task is to see matters here. */
function exposesIdentity(task: Task): boolean {
  const all = [...(task.identity ? [task.identity] : []), ...(task.identities ?? [])];
  return all.some((identity) => identity.env || identity.file);
}

function isCustomCluster(consul: TaskGroup["consul"]): boolean {
  if (consul === null) return false;
  return consul.namespace !== "" || consul.partition !== "" || !["", "default"].includes(consul.cluster);
}

function hasConnect(service: Service): boolean {
  return service.connect !== null;
}

function isFilled(list: readonly unknown[] | null | undefined): boolean {
  return (list ?? []).length > 0;
}

function present(found: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(found).filter((name) => found[name]);
}
