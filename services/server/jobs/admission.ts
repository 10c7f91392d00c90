import { err, ok, type Random, type Result, uuidFrom } from "#core/base";
import { type JobValidation, validateJob } from "#core/jobspec";
import { Job } from "#core/model";
import type { Store } from "#core/store";
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

export interface AdmissionPorts {
  readonly store: () => Store;
  readonly random: Random;
}

const BUILT_IN_POOLS = new Set(["default", "all"]);

/** Completes a job in the form of the API into the one that is stored, and checks it; `job` is parsed JSON. */
export function admit(job: unknown, context: AdmissionContext, ports: AdmissionPorts): Result<Admission> {
  const checked = check(job, context, ports);
  if (!checked.ok) return checked;
  const { errorText, warnings } = checked.value;
  return errorText === "" ? ok({ job: checked.value.job, warnings }) : err("invalid", errorText);
}

/** All that is wrong with a job, and the job as it would be stored; fails when it cannot be read at all. */
export function check(job: unknown, context: AdmissionContext, ports: AdmissionPorts): Result<JobValidation> {
  const draft = readDraft(job);
  if (!draft.ok) return draft;
  const namespace = context.namespace ?? (draft.value.namespace || "default");
  const store = ports.store();
  const checked = validateJob(
    { ...draft.value, region: context.region, namespace },
    {
      newId: () => uuidFrom(ports.random),
      namespaceExists: (name) => name === "default" || store.namespaces.get(name) !== undefined,
      nodePoolExists: (name) => BUILT_IN_POOLS.has(name) || store.nodePools.get(name) !== undefined,
      allowsMultiregion: false,
    },
  );
  return checked.fatal === undefined ? ok(checked) : err("invalid", checked.fatal);
}
