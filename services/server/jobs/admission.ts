import { ok, type Random, type Result, uuidFrom } from "#core/base";
import { serverForm } from "#core/jobspec";
import { Job } from "#core/model";
import { jsonReader } from "#core/wire";

const readDraft = jsonReader(Job, "draft");

export interface Admission {
  readonly job: Job;
  readonly warnings: readonly string[];
}

export interface AdmissionContext {
  readonly region: string;
  /** From the query or the body; the job's own, else `default`, without one. */
  readonly namespace: string | undefined;
}

/** Completes a job in the form of the API into the one that is stored; `job` is parsed JSON. */
export function admit(job: unknown, context: AdmissionContext, random: Random): Result<Admission> {
  const draft = readDraft(job);
  if (!draft.ok) return draft;
  const namespace = context.namespace ?? (draft.value.namespace || "default");
  const stored = serverForm({ ...draft.value, region: context.region, namespace }, { newId: () => uuidFrom(random) });
  return ok({ job: stored, warnings: [] });
}
