import { err, ok, type Result } from "#core/base";
import type { Admission, AdmissionContext, HttpPorts } from "../ports.ts";
import { type ApiRequest, noPath } from "../request.ts";

/** The parts of a body that say which job is meant, and where. */
export interface SentJob {
  readonly job: unknown;
  readonly region: string;
  readonly namespace: string;
}

/** Completes and checks the job of a body; `id` is the one that the path names. */
export function admitSent(
  sent: SentJob,
  request: ApiRequest,
  ports: HttpPorts,
  id: string | undefined,
): Result<Admission> {
  const { job } = sent;
  if (typeof job !== "object" || job === null) return err("bad_request", "Job must be specified", { field: "Job" });
  const own = fieldsOf(job);
  if (own.id === "") return err("bad_request", "Job ID hasn't been provided", { field: "Job.ID" });
  if (id !== undefined && own.id !== id) return err("bad_request", "Job ID does not match name", { field: "Job.ID" });
  const context = contextOf(sent, job, request, ports);
  return context.ok ? ports.jobs.admit(job, context.value) : context;
}

/** Where the job of a body would go; a region other than this one is not within reach. */
export function contextOf(
  { region, namespace }: SentJob,
  job: object,
  request: ApiRequest,
  ports: HttpPorts,
): Result<AdmissionContext> {
  const wanted = region || fieldsOf(job).region;
  if (wanted !== "" && wanted !== "global" && wanted !== ports.region) return noPath(wanted, ports);
  return ok({ region: ports.region, namespace: request.namedNamespace ?? (namespace || undefined) });
}

/** The few fields that decide where a registration goes, whatever their case. */
function fieldsOf(job: object): { readonly id: string; readonly region: string } {
  const find = (name: string): string => {
    const value = Object.entries(job).find(([key]) => key.toLowerCase() === name)?.[1] as unknown;
    return typeof value === "string" ? value : "";
  };
  return { id: find("id"), region: find("region") };
}
