import type { Job, TaskGroup } from "#core/model";
import { parseCron } from "#core/values";
import { failed, firstPlaces, grouped, type Problems, quoted, when } from "./problems.ts";
import { networkProblems, volumeProblems } from "./validate-network.ts";
import { affinityProblems, constraintProblems, spreadProblems } from "./validate-placement.ts";
import {
  disconnectProblems,
  diskProblems,
  migrateProblems,
  rescheduleProblems,
  restartProblems,
  scalingProblems,
  updateProblems,
} from "./validate-policies.ts";
import { groupServiceProblems } from "./validate-service.ts";
import { taskProblems } from "./validate-task.ts";

/** Whether the platform knows a time zone. */
export type KnowsTimeZone = (name: string) => boolean;

/** Jobs of the servers themselves. */
const CORE_TYPE = "_core";
const jobTypes = ["service", "batch", "system", "sysbatch"];

/** Everything that is wrong with a job by itself. */
export function jobProblems(job: Job, knowsTimeZone: KnowsTimeZone): Problems {
  const groups = job.taskGroups ?? [];
  return [
    ...headProblems(job),
    ...constraintProblems(job.constraints),
    ...(job.type === "system"
      ? when([(job.affinities ?? []).length > 0, "System jobs may not have an affinity block"])
      : affinityProblems(job.affinities)),
    ...(job.type === "system"
      ? when([(job.spreads ?? []).length > 0, "System jobs may not have a spread block"])
      : spreadProblems(job.spreads)),
    ...groupListProblems(job),
    ...groups.flatMap((group) => failed(`Task group ${group.name}`, groupProblems(group, job))),
    ...grouped(periodicProblems(job, knowsTimeZone)),
    ...when([
      job.periodic?.enabled === true && !isBatch(job.type),
      `Periodic can only be used with "batch" or "sysbatch" scheduler`,
    ]),
    ...parameterizedProblems(job),
  ];
}

function isBatch(type: string): boolean {
  return type === "batch" || type === "sysbatch";
}

function headProblems(job: Job): Problems {
  const description = job.ui?.description ?? "";
  return when(
    [job.region === "", "Missing job region"],
    [job.id === "", "Missing job ID"],
    [job.id.includes(" "), "Job ID contains a space"],
    [job.id.includes("\0"), "Job ID contains a null character"],
    [job.name === "", "Missing job name"],
    [job.name.includes("\0"), "Job Name contains a null character"],
    [job.namespace === "", "Job must be in a namespace"],
    [job.type === "", "Missing job type"],
    [job.type === CORE_TYPE, "job type cannot be core"],
    [
      job.type !== "" && job.type !== CORE_TYPE && !jobTypes.includes(job.type),
      `Invalid job type: ${quoted(job.type)}`,
    ],
    [(job.datacenters ?? []).length === 0, "Missing job datacenters"],
    [(job.datacenters ?? []).includes(""), "Job datacenter must be non-empty string"],
    [(job.taskGroups ?? []).length === 0, "Missing job task groups"],
    [description.length > 1000, `UI description must be under 1000 characters, currently ${description.length}`],
  );
}

function groupListProblems({ taskGroups, type }: Job): Problems {
  const firsts = firstPlaces((taskGroups ?? []).map((group) => group.name));
  return (taskGroups ?? []).flatMap((group, index) => {
    const first = firsts[index] as number;
    return when(
      [group.name === "", `Job task group ${index + 1} missing name`],
      [
        group.name !== "" && first < index,
        `Job task group ${index + 1} redefines '${group.name}' from group ${first + 1}`,
      ],
      [group.shutdownDelayNs !== null && group.shutdownDelayNs < 0, "ShutdownDelay must be a positive value"],
      [
        type === "system" && group.count > 1,
        `Job task group ${group.name} has count ${group.count}. Count cannot exceed 1 with system scheduler`,
      ],
    );
  });
}

function groupProblems(group: TaskGroup, job: Job): Problems {
  const tasks = group.tasks ?? [];
  const maxRun = group.maxRunDurationNs;
  return [
    ...when(
      [group.name === "", "Missing task group name"],
      [group.name.includes("\0"), "Task group name contains null character"],
      [group.count < 0, "Task group count can't be negative"],
      [tasks.length === 0, "Missing tasks for task group"],
      [maxRun !== null && !isBatch(job.type), `Job type ${quoted(job.type)} does not allow max_run_duration`],
      [maxRun !== null && isBatch(job.type) && maxRun <= 0, "MaxRunDuration must be greater than zero"],
    ),
    ...constraintProblems(group.constraints),
    ...placementOf(group, job),
    ...restartProblems(group.restartPolicy, group.name),
    ...rescheduleProblems(group.reschedulePolicy, job),
    ...disconnectProblems(group.disconnect, job),
    ...diskProblems(group.ephemeralDisk, group.name),
    ...updateProblems(group.update, job),
    ...migrateProblems(group.migrate, job),
    ...scalingProblems(group.scaling, group),
    ...networkProblems(group),
    ...volumeProblems(group, job.type),
    ...groupServiceProblems(group),
    ...taskListProblems(group),
    ...tasks.flatMap((_, index) => taskProblems(group, index, job)),
  ];
}

function placementOf(group: TaskGroup, job: Job): Problems {
  if (job.type !== "system") return [...affinityProblems(group.affinities), ...spreadProblems(group.spreads)];
  return when(
    [(group.affinities ?? []).length > 0, "System jobs may not have an affinity block"],
    [(group.spreads ?? []).length > 0, "System jobs may not have a spread block"],
  );
}

function taskListProblems({ name: groupName, tasks }: TaskGroup): Problems {
  const all = tasks ?? [];
  const firsts = firstPlaces(all.map((task) => task.name));
  const isMain = (hook: string | undefined): boolean => hook === undefined;
  return [
    ...all.flatMap((task, index) => {
      const first = firsts[index] as number;
      return when(
        [task.name === "", `Task ${index + 1} missing name`],
        [task.name !== "" && first < index, `Task ${index + 1} redefines '${task.name}' from task ${first + 1}`],
      );
    }),
    ...when(
      [all.filter((task) => task.leader).length > 1, "Only one task may be marked as leader"],
      [
        all.length > 0 && !all.some((task) => isMain(task.lifecycle?.hook)),
        `Task group ${groupName} must have at least one main task`,
      ],
    ),
  ];
}

function periodicProblems({ periodic }: Job, knowsTimeZone: KnowsTimeZone): Problems {
  if (periodic === null || !periodic.enabled) return [];
  const { spec, specs, specType, timeZone } = periodic;
  const all = [...(spec === "" ? [] : [spec]), ...(specs ?? [])];
  return [
    ...when(
      [spec !== "" && (specs ?? []).length > 0, "Only cron or crons may be used"],
      [all.length === 0, "Must specify a spec"],
      [
        timeZone !== "" && !knowsTimeZone(timeZone),
        `Invalid time zone ${quoted(timeZone)}: unknown time zone ${timeZone}`,
      ],
      [specType !== "cron", `Unknown periodic specification type ${quoted(specType)}`],
    ),
    ...(spec !== "" && (specs ?? []).length > 0 ? [] : all.flatMap(cronFaults)),
  ];
}

function cronFaults(spec: string): Problems {
  const parsed = parseCron(spec);
  return parsed.ok ? [] : [`Invalid cron spec ${quoted(spec)}: ${parsed.failure.message}`];
}

function parameterizedProblems(job: Job): Problems {
  const config = job.parameterizedJob;
  if (config === null) return [];
  const { payload, metaRequired, metaOptional } = config;
  const optional = new Set(metaOptional);
  const both = (metaRequired ?? []).filter((key) => optional.has(key));
  return [
    ...when([!isBatch(job.type), `Parameterized job can only be used with "batch" or "sysbatch" scheduler`]),
    ...grouped(
      when(
        [
          !["optional", "required", "forbidden", ""].includes(payload),
          `Unknown payload requirement: ${quoted(payload)}`,
        ],
        [
          both.length > 0,
          `Required and optional meta keys should be disjoint. Following keys exist in both: [${both.join(" ")}]`,
        ],
      ),
    ),
  ];
}
