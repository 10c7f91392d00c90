import { err, ok, type Result } from "#core/base";
import type { Allocation, Job, Task, TaskGroup } from "#core/model";
import type { LaunchRequest } from "#client/driver/contract";
import { findUser, type User } from "#client/process";
import {
  allocPlaces,
  droppedByShell,
  interpolate,
  interpolateDeep,
  makeAllocDirectory,
  makeTaskDirectory,
  notActedOn,
  taskPlaces,
  taskScope,
  writePayload,
} from "#client/task";
import type { AllocEnvironment } from "./contract.ts";

/** One task of an allocation with the job and group that it belongs to. */
export interface TaskInJob {
  readonly allocation: Allocation;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly task: Task;
}

const MIB = 1024 * 1024;
const DEFAULT_LOGS = { maxFiles: 10, maxFileSizeMb: 10, disabled: false };

/** Why the task must not be started at all; undefined when there is nothing to object to. */
export function validate({ job, group, task }: TaskInJob, environment: AllocEnvironment): string | undefined {
  if (!environment.drivers.has(task.driver)) return `driver "${task.driver}" is not available on this node`;
  const refused = notActedOn(job, group, task);
  return refused.length === 0 ? undefined : refused.join("; ");
}

/** Makes the folders of the allocation and of the task, and what else has to be there before its first start. */
export function makeFolders(of: TaskInJob, environment: AllocEnvironment, isFirst: boolean): Result<void> {
  const alloc = allocPlaces(environment.allocDirectory, of.allocation.id);
  const places = taskPlaces(alloc, of.task.name);
  const made = makeAllocDirectory(alloc);
  if (!made.ok) return made;
  const madeTask = makeTaskDirectory(places, ownerOf(of.task.user));
  if (!madeTask.ok) return madeTask;
  const file = of.task.dispatchPayload?.file ?? "";
  if (!isFirst || file === "" || of.job.payload === null) return ok(undefined);
  return writePayload(places.local, file, of.job.payload);
}

/** Only root can give folders away; a user that does not exist is the driver's to refuse. */
function ownerOf(user: string): User | undefined {
  const found = user === "" || process.getuid?.() !== 0 ? undefined : findUser(user);
  return found?.ok === true ? found.value : undefined;
}

export function launchRequest(of: TaskInJob, environment: AllocEnvironment, runId: string): LaunchRequest {
  const alloc = allocPlaces(environment.allocDirectory, of.allocation.id);
  const places = taskPlaces(alloc, of.task.name);
  const scope = taskScope({
    ...of,
    node: environment.node(),
    region: environment.region,
    hostEnv: environment.hostEnv,
    envDenylist: environment.envDenylist,
    directories: { alloc: alloc.shared, task: places.local, secrets: places.secrets },
  });
  const logs = of.task.logConfig ?? DEFAULT_LOGS;
  return {
    runId,
    taskDirectory: places.root,
    allocDirectory: alloc.shared,
    env: scope.env,
    user: interpolate(of.task.user, scope),
    config: interpolateDeep(of.task.config ?? {}, scope) as Readonly<Record<string, unknown>>,
    logs: {
      directory: alloc.logs,
      prefix: of.task.name,
      maxFiles: Math.max(1, logs.maxFiles),
      maxFileSizeBytes: Math.max(1, logs.maxFileSizeMb) * MIB,
      disabled: logs.disabled,
    },
  };
}

/** Variables of the job that the task will not see, which its author should know. */
export function lostVariables(of: TaskInJob): string[] {
  return droppedByShell(of.task.env ?? {});
}

/** The job, group and tasks of an allocation as the servers sent it. */
export function groupOf(allocation: Allocation): Result<{ job: Job; group: TaskGroup; tasks: readonly Task[] }> {
  const { job } = allocation;
  if (job === null) return err("invalid", `allocation ${allocation.id} came without its job`);
  const group = (job.taskGroups ?? []).find((candidate) => candidate.name === allocation.taskGroup);
  if (group === undefined) return err("invalid", `job "${job.id}" has no group "${allocation.taskGroup}"`);
  const tasks = group.tasks ?? [];
  return tasks.length > 0 ? ok({ job, group, tasks }) : err("invalid", `group "${group.name}" has no task`);
}
