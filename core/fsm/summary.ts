import { type Job, type JobSummary, TaskGroupSummary } from "#core/model";
import { empty } from "#core/schema";

type Bucket = Exclude<keyof TaskGroupSummary, "queued">;

const buckets: Readonly<Record<string, Bucket>> = {
  pending: "starting",
  running: "running",
  complete: "complete",
  failed: "failed",
  lost: "lost",
  unknown: "unknown",
};

export function emptySummary(job: Job, index: number): JobSummary {
  const children = { pending: 0, running: 0, dead: 0 };
  const summary: JobSummary = {
    jobId: job.id,
    namespace: job.namespace,
    summary: {},
    children,
    createIndex: index,
    modifyIndex: index,
  };
  return withGroups(summary, job);
}

/** A summary that has a row for every group of the job. */
export function withGroups(summary: JobSummary, job: Job): JobSummary {
  const missing = (job.taskGroups ?? []).filter((group) => summary.summary?.[group.name] === undefined);
  if (missing.length === 0) return summary;
  const added = Object.fromEntries(missing.map((group) => [group.name, empty(TaskGroupSummary)]));
  return { ...summary, summary: { ...summary.summary, ...added } };
}

/** Moves one allocation of a group from a status to another; `from` is null for a new one. */
export function moved(summary: JobSummary, group: string, from: string | null, to: string): JobSummary {
  if (from === to) return summary;
  const counts = { ...(summary.summary?.[group] ?? empty(TaskGroupSummary)) };
  const [source, target] = [from === null ? undefined : buckets[from], buckets[to]];
  if (source) counts[source] = Math.max(0, counts[source] - 1);
  if (target) counts[target]++;
  return { ...summary, summary: { ...summary.summary, [group]: counts } };
}

/** How many allocations of each group wait for room, as an evaluation found it. */
export function withQueued(summary: JobSummary, queued: Readonly<Record<string, number>>): JobSummary {
  let result = summary;
  for (const [group, count] of Object.entries(queued)) {
    const counts = summary.summary?.[group];
    if (counts && counts.queued !== count)
      result = { ...result, summary: { ...result.summary, [group]: { ...counts, queued: count } } };
  }
  return result;
}
