import { err, ok, type Result } from "#core/base";
import { JobListStub } from "#core/model";
import { columns } from "#cli/render";
import type { Context } from "#cli/shell";

/** The one job that an id or the beginning of one means. */
export async function findJob(context: Context, wanted: string): Promise<Result<JobListStub>> {
  const found = await context.api.list("jobs.list", JobListStub, { query: { prefix: wanted } });
  if (!found.ok) return found;
  const exact = found.value.filter((job) => job.id === wanted);
  const candidates = exact.length === 1 ? exact : found.value;
  if (candidates.length === 0) return err("not_found", `No job(s) with prefix or ID ${JSON.stringify(wanted)} found`);
  if (candidates.length > 1) {
    const rows = candidates.map((job) => [job.id, job.type, job.priority, statusText(job)]);
    return err(
      "invalid",
      `Prefix matched multiple jobs\n\n${columns([["ID", "Type", "Priority", "Status"], ...rows])}`,
    );
  }
  return ok(candidates[0] as JobListStub);
}

export function statusText(job: { readonly status: string; readonly stop: boolean }): string {
  return job.stop ? `${job.status} (stopped)` : job.status;
}

/** Jobs are named together with their namespace in the web UI. */
export function jobPage(job: { readonly id: string; readonly namespace: string }): string {
  return `jobs/${encodeURIComponent(job.id)}@${job.namespace || "default"}`;
}
