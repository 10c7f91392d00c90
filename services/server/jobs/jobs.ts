import { type Clock, err, ok, type Random, type Result, uuidFrom } from "#core/base";
import type { Command, JobVersionTagging } from "#core/fsm";
import { type ParseRequest, warningText } from "#core/jobspec";
import {
  Evaluation,
  type Job,
  type JobPlanResponse,
  type JobSubmission,
  type JobValidateResponse,
  type JobVersionTag,
} from "#core/model";
import { empty } from "#core/schema";
import type { Store } from "#core/store";
import { type Admission, type AdmissionContext, admit, check } from "./admission.ts";
import type { ParseOutcome } from "./parse-text.ts";
import type { JobParser } from "./parser.ts";
import { planJob } from "./plan.ts";

const PRIORITY_MIN = 1;
const PRIORITY_MAX = 100;

export interface JobsPorts {
  readonly store: () => Store;
  readonly propose: (
    command: Command,
  ) => Promise<Result<{ readonly index: number; readonly outcome: { readonly jobModifyIndex?: number } }>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly parser: JobParser;
  /** `server.job_max_source_size`, in bytes. */
  readonly maxSourceBytes: number;
  /** `server.job_tracked_versions`. */
  readonly trackedVersions: number;
}

/** A job as it is to be stored, with what was asked of the write. */
export interface Registration {
  readonly job: Job;
  readonly warnings: readonly string[];
  readonly submission: JobSubmission | null;
  readonly enforceIndex: boolean;
  readonly jobModifyIndex: number;
  readonly preserveCounts: boolean;
  readonly preserveResources: boolean;
  readonly evalPriority: number;
}

export interface Registered {
  readonly evalId: string;
  readonly index: number;
  readonly evalCreateIndex: number;
  readonly jobModifyIndex: number;
  readonly warnings: readonly string[];
}

export interface Reversion {
  readonly namespace: string;
  readonly jobId: string;
  readonly version: number;
  /** The version that the job must have now. */
  readonly priorVersion: number | undefined;
}

export interface VersionMark {
  readonly namespace: string;
  readonly jobId: string;
  readonly version: number;
}

export interface Tagging {
  readonly namespace: string;
  readonly jobId: string;
  readonly name: string;
  readonly description: string;
  readonly version: number | undefined;
}

export interface Tagged {
  readonly index: number;
  readonly tag: JobVersionTag | null;
}

export interface Deregistration {
  readonly namespace: string;
  readonly jobId: string;
  readonly purge: boolean;
  readonly evalPriority: number;
  readonly noShutdownDelay: boolean;
}

export class Jobs {
  readonly #ports: JobsPorts;

  constructor(ports: JobsPorts) {
    this.#ports = ports;
  }

  /** Reads the text of a job, in a thread of its own with bounds on time and memory. */
  parse(request: ParseRequest): Promise<Result<ParseOutcome>> {
    return this.#ports.parser.parse(request);
  }

  /** Completes and checks a job in the form of the API. */
  admit(job: unknown, context: AdmissionContext): Result<Admission> {
    return admit(job, context, this.#ports);
  }

  /** What is wrong with a job in the form of the API. Drivers check their own configuration when a task starts. */
  validate(job: unknown, context: AdmissionContext): Result<JobValidateResponse> {
    const checked = check(job, context, this.#ports);
    if (!checked.ok) return checked;
    const { errors, errorText, warnings } = checked.value;
    return ok({
      driverConfigValidated: true,
      validationErrors: errors.length === 0 ? null : [...errors],
      error: errorText,
      warnings: warningText(warnings),
    });
  }

  /** What registering a job would do. */
  plan({ job, warnings }: Admission, wantsDiff: boolean): Result<JobPlanResponse> {
    const { store, random, clock } = this.#ports;
    const refusal = refuseKindChange(store().job(job.namespace, job.id), job);
    if (refusal) return refusal;
    return ok(planJob(job, { store: store(), random, nowMs: clock.nowMs(), warnings, wantsDiff }));
  }

  /** Registers an earlier version again, as a new one. */
  async revert({ namespace, jobId, version, priorVersion }: Reversion): Promise<Result<Registered>> {
    const store = this.#ports.store();
    const current = store.job(namespace, jobId);
    const place = `job ${JSON.stringify(jobId)} in namespace ${JSON.stringify(namespace)}`;
    if (!current) return err("invalid", `job ${JSON.stringify(jobId)} not found`);
    if (priorVersion !== undefined && current.version !== priorVersion)
      return err("invalid", `Current job has version ${current.version}; enforcing version ${priorVersion}`);
    const wanted = store.jobVersion(namespace, jobId, version);
    if (!wanted) return err("invalid", `${place} at version ${version} not found`);
    if (version === current.version) return err("invalid", "can't revert to current version");
    return this.register({
      job: { ...wanted, stop: false, stable: false, submitTimeMs: 0, versionTag: null },
      warnings: [],
      submission: store.submission(namespace, jobId, version) ?? null,
      enforceIndex: true,
      jobModifyIndex: current.jobModifyIndex,
      preserveCounts: false,
      preserveResources: false,
      evalPriority: 0,
    });
  }

  /** Marks a version as one that works, or not. Gives the index of the write. */
  async setStable(mark: VersionMark & { readonly stable: boolean }): Promise<Result<{ readonly index: number }>> {
    const written = await this.#ports.propose({ name: "jobStability", payload: mark });
    return written.ok ? ok({ index: written.value.index }) : written;
  }

  /** Names a version: the newest one without `version`. */
  async tag(tagging: Tagging): Promise<Result<Tagged>> {
    const { namespace, jobId, name, version } = tagging;
    const written = await this.#writeTag({
      ...tagging,
      version: version ?? 0,
      latest: version === undefined,
      remove: false,
    });
    if (!written.ok) return written;
    const versions = this.#ports.store().versionsOf(namespace, jobId);
    const tag = versions.find((job) => job.versionTag?.name === name)?.versionTag ?? null;
    return ok({ index: written.value.index, tag });
  }

  /** Takes the name from the version that has it. */
  async untag(name: Omit<Tagging, "version" | "description">): Promise<Result<Tagged>> {
    const written = await this.#writeTag({ ...name, description: "", version: 0, latest: false, remove: true });
    return written.ok ? ok({ index: written.value.index, tag: null }) : written;
  }

  #writeTag(tagging: Omit<JobVersionTagging, "trackedVersions">): Promise<Result<{ readonly index: number }>> {
    const { trackedVersions } = this.#ports;
    return this.#ports.propose({ name: "jobVersionTagging", payload: { ...tagging, trackedVersions } });
  }

  async register(registration: Registration): Promise<Result<Registered>> {
    const { job } = registration;
    const refusal =
      this.#refusePriority(registration.evalPriority) ??
      refuseKindChange(this.#ports.store().job(job.namespace, job.id), job);
    if (refusal) return refusal;
    const { submission, warnings } = this.#keepSource(registration);
    const evaluation = isEvaluated(job) ? this.#evaluation(job, "job-register", registration.evalPriority) : null;
    const { enforceIndex, jobModifyIndex, preserveCounts, preserveResources } = registration;
    const written = await this.#ports.propose({
      name: "jobRegister",
      payload: {
        job,
        submission,
        evaluation,
        enforceIndex,
        jobModifyIndex,
        preserveCounts,
        preserveResources,
        trackedVersions: this.#ports.trackedVersions,
      },
    });
    if (!written.ok) return written;
    const { index, outcome } = written.value;
    return ok({
      evalId: evaluation?.id ?? "",
      index,
      evalCreateIndex: evaluation ? index : 0,
      jobModifyIndex: outcome.jobModifyIndex ?? index,
      warnings,
    });
  }

  async deregister(request: Deregistration): Promise<Result<Registered>> {
    const refusal = this.#refusePriority(request.evalPriority);
    if (refusal) return refusal;
    const { namespace, jobId, purge, noShutdownDelay } = request;
    const job = this.#ports.store().job(namespace, jobId);
    const none = { evalId: "", index: 0, evalCreateIndex: 0, jobModifyIndex: 0, warnings: [] };
    if (!job) return ok(none);
    const evaluation = isEvaluated(job) ? this.#evaluation(job, "job-deregister", request.evalPriority) : null;
    const written = await this.#ports.propose({
      name: "jobDeregister",
      payload: { namespace, jobId, purge, evaluation, noShutdownDelay },
    });
    if (!written.ok) return written;
    const { index } = written.value;
    return ok({
      evalId: evaluation?.id ?? "",
      index,
      evalCreateIndex: evaluation ? index : 0,
      jobModifyIndex: index,
      warnings: [],
    });
  }

  /** Looks at a job again without changing it. */
  async evaluate(namespace: string, jobId: string): Promise<Result<Registered>> {
    const job = this.#ports.store().job(namespace, jobId);
    if (!job) return err("invalid", "job not found");
    if (job.periodic) return err("invalid", "can't evaluate periodic job");
    if (job.parameterizedJob) return err("invalid", "can't evaluate parameterized job");
    const evaluation = { ...this.#evaluation(job, "job-register", 0), jobModifyIndex: job.modifyIndex };
    const written = await this.#ports.propose({ name: "evaluationUpdate", payload: { evaluations: [evaluation] } });
    if (!written.ok) return written;
    const { index } = written.value;
    return ok({ evalId: evaluation.id, index, evalCreateIndex: index, jobModifyIndex: job.modifyIndex, warnings: [] });
  }

  #evaluation(job: Job, triggeredBy: string, evalPriority: number): Evaluation {
    const nowMs = this.#ports.clock.nowMs();
    const { namespace, id: jobId, type } = job;
    const identity = {
      id: uuidFrom(this.#ports.random),
      namespace,
      jobId,
      type,
      priority: evalPriority || job.priority,
    };
    return empty(Evaluation, { ...identity, triggeredBy, status: "pending", createTimeMs: nowMs, modifyTimeMs: nowMs });
  }

  /** A source that is too large is dropped, and the answer says so. */
  #keepSource({ submission, warnings }: Registration): Pick<Registration, "submission" | "warnings"> {
    const bytes = submission?.source.length ?? 0;
    if (bytes <= this.#ports.maxSourceBytes) return { submission, warnings };
    const warning = `job source size of ${humanBytes(bytes)} exceeds maximum of ${humanBytes(this.#ports.maxSourceBytes)} and will be discarded`;
    return { submission: null, warnings: [...warnings, warning] };
  }

  #refusePriority(priority: number): Result<never> | undefined {
    const isFine = priority === 0 || (priority >= PRIORITY_MIN && priority <= PRIORITY_MAX);
    return isFine
      ? undefined
      : err("bad_request", "Eval priority must be between 1 and 100 inclusively", { field: "EvalPriority" });
  }
}

/** Periodic and parameterized jobs run through their children. */
function isEvaluated(job: Job): boolean {
  return job.periodic === null && job.parameterizedJob === null;
}

function refuseKindChange(existing: Job | undefined, job: Job): Result<never> | undefined {
  if (!existing) return undefined;
  if (existing.type !== job.type)
    return err(
      "invalid",
      `cannot update job from type ${JSON.stringify(existing.type)} to ${JSON.stringify(job.type)}`,
      { field: "Job.Type" },
    );
  const kinds = [
    ["periodic", existing.periodic !== null, job.periodic !== null],
    ["parameterized", existing.parameterizedJob !== null, job.parameterizedJob !== null],
  ] as const;
  for (const [word, was, is] of kinds) {
    if (was && !is) return err("invalid", `cannot update ${word} job to being non-${word}`);
    if (!was && is) return err("invalid", `cannot update non-${word} job to being ${word}`);
  }
  return undefined;
}

/** `1.5 kB`: powers of a thousand, as the compatible server says it. */
function humanBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** power;
  return power === 0
    ? `${bytes} B`
    : `${amount < 10 ? (Math.floor(amount * 10 + 0.5) / 10).toFixed(1) : Math.round(amount)} ${units[power]}`;
}
