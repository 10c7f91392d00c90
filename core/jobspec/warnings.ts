import type { Job, Task, TaskGroup, WorkloadIdentity } from "#core/model";
import { grouped, listed, type Problems, quoted, when } from "./problems.ts";

/** What deserves a word although it is accepted. */
export function jobWarnings(job: Job): Problems {
  const groups = job.taskGroups ?? [];
  const promoting = groups.filter((group) => group.update?.autoPromote === true);
  const withCanaries = groups.filter((group) => (group.update?.canary ?? 0) > 0);
  return [
    ...groups.flatMap((group) => titled(`Group ${quoted(group.name)} has warnings`, groupWarnings(group))),
    ...when(
      [
        promoting.length > 0 && promoting.length < withCanaries.length,
        "auto_promote must be true for all groups to enable automatic promotion",
      ],
      [
        (job.periodic?.spec ?? "") !== "",
        "cron is deprecated and may be removed in a future release. Use crons instead",
      ],
    ),
    ...groups.flatMap(shutdownDelayWarnings),
  ];
}

function titled(title: string, warnings: Problems): Problems {
  return warnings.length === 0 ? [] : [`${title}: ${listed(warnings)}`];
}

function groupWarnings(group: TaskGroup): Problems {
  const { update, networks, services } = group;
  const parallel = update?.maxParallel ?? 0;
  return [
    ...when([
      update !== null && group.count > 1 && parallel > group.count,
      `Update max parallel count is greater than task group count (${parallel} > ${group.count}). A destructive change would result in the simultaneous replacement of all allocations.`,
    ]),
    ...(networks ?? []).flatMap((network) =>
      when([
        network.mBits > 0,
        "mbits has been deprecated as of Nomad 0.12.0. Please remove mbits from the network block",
      ]),
    ),
    ...(services ?? []).flatMap((service) =>
      when([
        service.identity !== null && (service.identity.audience ?? []).length === 0,
        `Service ${quoted(service.name)}: identities without an audience are insecure`,
      ]),
    ),
    ...(group.tasks ?? []).flatMap((task) => titled(`Task ${quoted(task.name)} has warnings`, taskWarnings(task))),
  ];
}

function taskWarnings(task: Task): Problems {
  const { resources } = task;
  return [
    ...when(
      [
        (resources?.iops ?? 0) > 0,
        "IOPS has been deprecated as of Nomad 0.9.0. Please remove IOPS from resource block.",
      ],
      [
        (resources?.networks ?? []).length > 0,
        "task network resources have been deprecated as of Nomad 0.12.0. Please configure networking via group network block.",
      ],
    ),
    ...(task.identities ?? []).flatMap((identity) => grouped(identityWarnings(identity))),
  ];
}

function identityWarnings({ name, audience, ttlNs, env, changeMode }: WorkloadIdentity): Problems {
  const audiences = (audience ?? []).length;
  const at = `Identity[${name}]`;
  return when(
    [audiences === 0, `${at} identities without an audience are insecure`],
    [audiences > 1, `${at} while multiple audiences is allowed, it is more secure to use 1 audience per identity`],
    [ttlNs === 0, `${at} identities without an expiration are insecure`],
    [
      env && changeMode !== "restart",
      `${at} using env=true without change_mode="restart" may result in task not getting updated identity`,
    ],
  );
}

/** A service that is deregistered while its task already stops loses requests. */
function shutdownDelayWarnings(group: TaskGroup): Problems {
  if ((group.shutdownDelayNs ?? 0) > 0) return [];
  const tasks = group.tasks ?? [];
  const delays = new Map(tasks.map((task) => [task.name, task.shutdownDelayNs]));
  const services = group.services ?? [];
  const referenced = [...new Set(services.map((service) => service.taskName).filter((name) => name !== ""))];
  const anyDelay = tasks.some((task) => task.shutdownDelayNs > 0);
  return [
    ...when([
      services.some((service) => service.taskName === "") && !anyDelay,
      `group ${quoted(group.name)} defines services, but neither the group nor any of its tasks have shutdown_delay set`,
    ]),
    ...referenced.flatMap((name) =>
      when([
        delays.get(name) === 0,
        `group ${quoted(group.name)} references task ${quoted(name)} in a service definition, but the task has no shutdown_delay set`,
      ]),
    ),
    ...tasks.flatMap((task) =>
      when([
        (task.services ?? []).length > 0 && task.shutdownDelayNs === 0,
        `task ${quoted(task.name)} in group ${quoted(group.name)} defines services, but has no shutdown_delay set`,
      ]),
    ),
  ];
}

/** `2 warnings:` and a bullet for each, as the compatible API puts them in one text; empty without any. */
export function warningText(warnings: Problems): string {
  if (warnings.length === 0) return "";
  const count = `${warnings.length} warning${warnings.length === 1 ? "" : "s"}:`;
  return `${count}\n\n${warnings.map((warning) => `* ${warning.trimEnd()}`).join("\n")}`;
}
