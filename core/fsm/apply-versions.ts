import { err, ok, type Result } from "#core/base";
import type { Job } from "#core/model";
import { pruneVersions } from "./apply-jobs.ts";
import type { JobStability, JobVersionTagging } from "./commands.ts";
import type { Applying, Outcome } from "./outcome.ts";

/** Marks a version as one that worked, or no longer: what a deployment that fails goes back to. */
export function applyJobStability(applying: Applying, command: JobStability): Result<Outcome> {
  const { namespace, jobId, version, stable } = command;
  const job = applying.store.jobVersion(namespace, jobId, version);
  if (!job) {
    const place = `job ${JSON.stringify(jobId)} in namespace ${JSON.stringify(namespace)}`;
    return err("invalid", `${place} at version ${version} not found`);
  }
  if (job.stable !== stable) putVersion(applying, { ...job, stable });
  return ok({});
}

/** Names a version, which then is kept; a name stands for one version of a job. */
export function applyVersionTagging(applying: Applying, command: JobVersionTagging): Result<Outcome> {
  const { namespace, jobId, name } = command;
  const versions = applying.store.versionsOf(namespace, jobId);
  const holder = versions.find((job) => job.versionTag?.name === name);
  if (command.remove) return untag(applying, command, holder);
  const job = command.latest ? versions[0] : versions.find((each) => each.version === command.version);
  if (!job) return err("invalid", `job ${JSON.stringify(jobId)} version ${command.version} not found`);
  if (holder && holder.version !== job.version) {
    const message = `tag ${JSON.stringify(name)} already exists on a different version of job ${JSON.stringify(jobId)}`;
    return err("invalid", message, { hint: `version ${holder.version} has it` });
  }
  putVersion(applying, {
    ...job,
    versionTag: { name, description: command.description, taggedTimeMs: applying.timeMs },
  });
  return ok({});
}

function untag(applying: Applying, command: JobVersionTagging, holder: Job | undefined): Result<Outcome> {
  const { name, jobId, trackedVersions } = command;
  if (!holder) return err("invalid", `tag ${JSON.stringify(name)} not found on job ${JSON.stringify(jobId)}`);
  putVersion(applying, { ...holder, versionTag: null });
  pruneVersions(applying.store, holder, trackedVersions);
  return ok({});
}

/** The newest version is also the job itself. */
function putVersion({ store, index }: Applying, job: Job): void {
  const changed = { ...job, modifyIndex: index };
  if (store.job(job.namespace, job.id)?.version === job.version) store.putJob(changed);
  else store.putJobVersion(changed);
}
