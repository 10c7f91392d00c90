import type {
  JobDraft,
  MultiregionDraft,
  PeriodicConfigDraft,
  ScalingPolicyDraft,
  SpreadDraft,
  TaskGroupDraft,
} from "#core/model";
import {
  canonicalJobUpdate,
  canonicalReschedule,
  defaultMigrate,
  defaultRestart,
  overlay,
} from "./canonical-policies.ts";
import { canonicalAffinity, each } from "./canonical-parts.ts";
import { canonicalService } from "./canonical-service.ts";
import { canonicalTask } from "./canonical-task.ts";

/**
 * The defaults that a client fills in before it sends a job (`Canonicalize` of the parse API). Idempotent: what has a
 * value keeps it.
 */
export function canonicalise(written: JobDraft): JobDraft {
  const type = written.type ?? "service";
  const job: JobDraft = {
    ...written,
    id: written.id ?? "",
    name: written.name ?? written.id ?? "",
    type,
    region: written.region ?? "global",
    namespace: written.namespace ?? "default",
    parentId: written.parentId ?? "",
    priority: written.priority ?? 50,
    allAtOnce: written.allAtOnce ?? false,
    nodePool: written.nodePool ?? "",
    consulNamespace: written.consulNamespace ?? "",
    vaultNamespace: written.vaultNamespace ?? "",
    nomadTokenId: written.nomadTokenId ?? "",
    status: written.status ?? "",
    statusDescription: written.statusDescription ?? "",
    stop: written.stop ?? false,
    stable: written.stable ?? false,
    version: written.version ?? 0,
    createIndex: written.createIndex ?? 0,
    modifyIndex: written.modifyIndex ?? 0,
    jobModifyIndex: written.jobModifyIndex ?? 0,
    periodic: written.periodic === null ? null : canonicalPeriodic(written.periodic),
    multiregion: written.multiregion === null ? null : canonicalMultiregion(written.multiregion),
    update: canonicalJobUpdate(type, written.update),
    affinities: each(written.affinities, canonicalAffinity),
    spreads: each(written.spreads, canonicalSpread),
  };
  return { ...job, taskGroups: each(written.taskGroups, (group) => canonicalGroup(group, job)) };
}

function canonicalSpread(spread: SpreadDraft): SpreadDraft {
  return { ...spread, weight: spread.weight ?? 50 };
}

function canonicalPeriodic(periodic: PeriodicConfigDraft): PeriodicConfigDraft {
  return {
    enabled: periodic.enabled ?? true,
    spec: periodic.spec ?? "",
    specs: periodic.specs ?? [],
    specType: periodic.specType ?? "cron",
    prohibitOverlap: periodic.prohibitOverlap ?? false,
    timeZone: periodic.timeZone || "UTC",
  };
}

function canonicalMultiregion({ strategy, regions }: MultiregionDraft): MultiregionDraft {
  return {
    strategy: { maxParallel: strategy?.maxParallel ?? 0, onFailure: strategy?.onFailure ?? "" },
    regions: each(regions, (region) => ({
      ...region,
      count: region.count ?? 1,
      datacenters: region.datacenters ?? [],
      meta: region.meta ?? {},
    })),
  };
}

function canonicalGroup(group: TaskGroupDraft, job: JobDraft): TaskGroupDraft {
  const type = job.type ?? "service";
  const count = group.count ?? group.scaling?.min ?? 1;
  const restart = overlay(group.restartPolicy, defaultRestart(type));
  const { disconnect } = group;
  return {
    ...group,
    count,
    affinities: each(group.affinities, canonicalAffinity),
    spreads: each(group.spreads, canonicalSpread),
    scaling: group.scaling === null ? null : canonicalScaling(group.scaling, count),
    restartPolicy: restart,
    reschedulePolicy: canonicalReschedule(type, group.reschedulePolicy, job.reschedule),
    migrate: canonicalMigrate(group, job, type),
    update:
      group.update === null && job.update === null
        ? null
        : overlay(group.update, job.update, canonicalJobUpdate("service", null)),
    disconnect:
      disconnect === null
        ? null
        : { ...disconnect, replace: disconnect.replace ?? true, reconcile: disconnect.reconcile ?? "best_score" },
    ephemeralDisk: {
      sticky: group.ephemeralDisk?.sticky ?? false,
      migrate: group.ephemeralDisk?.migrate ?? false,
      sizeMb: group.ephemeralDisk?.sizeMb ?? 300,
    },
    consul: group.consul === null ? null : { ...group.consul, cluster: group.consul.cluster || "default" },
    services: each(group.services, (service) => canonicalService(service, `${job.name ?? ""}-${group.name ?? ""}`)),
    tasks: each(group.tasks, (task) =>
      canonicalTask(task, { jobName: job.name ?? "", groupName: group.name ?? "", restart }),
    ),
  };
}

function canonicalMigrate(group: TaskGroupDraft, job: JobDraft, type: string): TaskGroupDraft["migrate"] {
  if (group.migrate === null && job.migrate === null && type !== "service") return null;
  return overlay(group.migrate, job.migrate, defaultMigrate);
}

function canonicalScaling(scaling: ScalingPolicyDraft, count: number): ScalingPolicyDraft {
  return { ...scaling, enabled: scaling.enabled ?? true, min: scaling.min ?? count };
}
