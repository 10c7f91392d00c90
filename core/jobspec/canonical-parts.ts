import {
  type AffinityDraft,
  LogConfig,
  type LogConfigDraft,
  Resources,
  type ResourcesDraft,
  type VolumeMountDraft,
} from "#core/model";
import { emptyDraft } from "#core/schema";

/** Applies `apply` to the items of a list that was written. */
export function each<T>(items: readonly T[] | null, apply: (item: T) => T): readonly T[] | null {
  return items?.map(apply) ?? null;
}

export function canonicalAffinity(affinity: AffinityDraft): AffinityDraft {
  return { ...affinity, weight: affinity.weight ?? 50 };
}

export function canonicalResources(written: ResourcesDraft | null): ResourcesDraft {
  const resources = written ?? emptyDraft(Resources);
  const cores = resources.cores ?? 0;
  return {
    ...resources,
    cores,
    cpu: resources.cpu ?? (cores > 0 ? 0 : 100),
    memoryMb: resources.memoryMb ?? 300,
    devices: each(resources.devices, (device) => ({
      ...device,
      count: device.count ?? 1,
      affinities: each(device.affinities, canonicalAffinity),
    })),
    numa: resources.numa === null ? null : { ...resources.numa, affinity: resources.numa.affinity || "none" },
  };
}

export function canonicalLogs(written: LogConfigDraft | null): LogConfigDraft {
  const logs = written ?? emptyDraft(LogConfig);
  return {
    ...logs,
    maxFiles: logs.maxFiles ?? 10,
    maxFileSizeMb: logs.maxFileSizeMb ?? 10,
    disabled: logs.disabled ?? false,
  };
}

export function canonicalMount(mount: VolumeMountDraft): VolumeMountDraft {
  return {
    ...mount,
    readOnly: mount.readOnly ?? false,
    propagationMode: mount.propagationMode ?? "private",
    seLinuxLabel: mount.seLinuxLabel ?? "",
  };
}
