import { err, ok, type Result } from "#core/base";
import type { Evaluation, Job, TaskGroup } from "#core/model";
import { rowKey, type Store } from "#core/store";
import type { JobDeregister, JobRegister } from "./commands.ts";
import type { Applying, Outcome } from "./outcome.ts";
import { hasSameSpec } from "./spec.ts";
import { emptySummary, withGroups } from "./summary.ts";

/** What a registration became: the index of the job's last change, and the evaluation that it caused. */
export function applyJobRegister(applying: Applying, command: JobRegister): Result<Outcome> {
  const { store, index } = applying;
  const existing = store.job(command.job.namespace, command.job.id);
  const refusal = refuseByIndex(command, existing);
  if (refusal !== undefined) return err("invalid", refusal);
  const wanted = existing ? preserve(command, existing) : command.job;
  const isUnchanged = existing !== undefined && hasSameSpec(existing, command.job) && !existing.stop;
  const job = isUnchanged ? existing : nextVersion(wanted, existing, index, applying.timeMs);
  if (!isUnchanged) storeVersion(applying, command, job);
  // An unchanged job is only looked at again: such an evaluation rests on no write of the job.
  putEvaluation(applying, command.evaluation, isUnchanged ? 0 : job.modifyIndex);
  applying.touchJob(job.namespace, job.id);
  return ok({ jobModifyIndex: job.jobModifyIndex });
}

function refuseByIndex({ enforceIndex, jobModifyIndex }: JobRegister, existing: Job | undefined): string | undefined {
  if (!enforceIndex) return undefined;
  const prefix = `Enforcing job modify index ${jobModifyIndex}: job`;
  if (jobModifyIndex === 0) return existing ? `${prefix} already exists` : undefined;
  if (!existing) return `${prefix} does not exist`;
  if (existing.jobModifyIndex === jobModifyIndex) return undefined;
  return `${prefix} exists with conflicting job modify index: ${existing.jobModifyIndex}`;
}

/** Keeps what the running job has where the registration asked for it. */
function preserve({ job, preserveCounts, preserveResources }: JobRegister, existing: Job): Job {
  if (!preserveCounts && !preserveResources) return job;
  const known = new Map((existing.taskGroups ?? []).map((group) => [group.name, group]));
  const groups = (job.taskGroups ?? []).map((group) => {
    const before = known.get(group.name);
    if (!before) return group;
    const counted = preserveCounts ? { ...group, count: before.count } : group;
    return preserveResources ? keepResources(counted, before) : counted;
  });
  return { ...job, taskGroups: groups };
}

function keepResources(group: TaskGroup, before: TaskGroup): TaskGroup {
  const known = new Map((before.tasks ?? []).map((task) => [task.name, task.resources]));
  return {
    ...group,
    tasks: (group.tasks ?? []).map((task) => ({ ...task, resources: known.get(task.name) ?? task.resources })),
  };
}

function nextVersion(job: Job, existing: Job | undefined, index: number, timeMs: number): Job {
  return {
    ...job,
    version: existing ? existing.version + 1 : 0,
    createIndex: existing?.createIndex ?? index,
    modifyIndex: index,
    jobModifyIndex: index,
    status: existing?.status ?? "pending",
    statusDescription: "",
    stable: false,
    versionTag: null,
    submitTimeMs: job.submitTimeMs || timeMs,
  };
}

function storeVersion({ store, index }: Applying, command: JobRegister, job: Job): void {
  store.putJob(job);
  const summary = store.summary(job.namespace, job.id);
  const next = summary ? withGroups(summary, job) : emptySummary(job, index);
  if (next !== summary) store.putSummary({ ...next, modifyIndex: index });
  if (command.submission) {
    const { namespace, id: jobId, version } = job;
    store.putSubmission({ ...command.submission, namespace, jobId, version, jobModifyIndex: index });
  }
  pruneVersions(store, job, command.trackedVersions);
}

/** A version lives while it is tagged, among the newest, or run by an allocation. */
export function pruneVersions(store: Store, { namespace, id }: Job, tracked: number): void {
  const candidates = store
    .versionsOf(namespace, id)
    .slice(tracked)
    .filter((version) => version.versionTag === null);
  if (candidates.length === 0) return;
  const running = new Set(store.allocations.byJob(namespace, id).map((stored) => stored.jobVersion));
  for (const version of candidates) if (!running.has(version.version)) store.deleteJobVersion(version);
}

export function putEvaluation(
  { store, index }: Applying,
  evaluation: Evaluation | null,
  jobModifyIndex?: number,
): void {
  if (!evaluation) return;
  const known = store.evaluations.get(evaluation.id);
  const rested = jobModifyIndex === undefined ? evaluation : { ...evaluation, jobModifyIndex };
  store.putEvaluation({ ...rested, createIndex: known?.createIndex ?? index, modifyIndex: index });
}

export function applyJobDeregister(applying: Applying, command: JobDeregister): Result<Outcome> {
  const { store, index } = applying;
  const job = store.jobs.get(rowKey(command.namespace, command.jobId));
  if (!job) return ok({ jobModifyIndex: 0 });
  if (command.purge) store.deleteJob(job.namespace, job.id);
  else {
    const next = { version: job.version + 1, modifyIndex: index, jobModifyIndex: index, versionTag: null };
    store.putJob({ ...job, stop: true, ...next });
    const submission = store.submission(job.namespace, job.id, job.version);
    if (submission) store.putSubmission({ ...submission, version: next.version, jobModifyIndex: index });
  }
  putEvaluation(applying, command.evaluation, index);
  if (!command.purge) applying.touchJob(job.namespace, job.id);
  return ok({ jobModifyIndex: index });
}
