import { type Random, uuidFrom } from "#core/base";
import { jobDiff } from "#core/diff";
import { hasSameSpec } from "#core/fsm";
import { warningText } from "#core/jobspec";
import { Evaluation, type Job, type JobPlanResponse } from "#core/model";
import { blockedEvaluation, schedule } from "#core/scheduler";
import { empty } from "#core/schema";
import type { Store } from "#core/store";
import { nextLaunchMs, parseCron } from "#core/values";

export interface PlanInput {
  readonly store: Store;
  readonly random: Random;
  readonly nowMs: number;
  readonly warnings: readonly string[];
  readonly wantsDiff: boolean;
}

/** What registering the job now would do. Nothing is written. */
export function planJob(wanted: Job, input: PlanInput): JobPlanResponse {
  const { store, random, nowMs } = input;
  const existing = store.job(wanted.namespace, wanted.id);
  const job = asRegistered(wanted, existing);
  const evaluation = dryEvaluation(job, input);
  const decision = schedule(evaluation, { store, random, nowMs, plannedJob: job });
  const blocked = blockedEvaluation(evaluation, decision, { id: uuidFrom(random), snapshotIndex: 0, nowMs });
  return {
    annotations: decision.annotations,
    failedTgAllocs: blocked ? decision.failures : null,
    jobModifyIndex: existing?.jobModifyIndex ?? 0,
    createdEvals: blocked ? [blocked] : null,
    diff: input.wantsDiff ? jobDiff(existing ?? null, wanted, decision.annotations) : null,
    nextPeriodicLaunchMs: nextPeriodicLaunchMs(job, nowMs),
    warnings: warningText(input.warnings),
    index: existing?.modifyIndex ?? 0,
  };
}

/** The version that the job would get decides which allocations are its own already. */
function asRegistered(job: Job, existing: Job | undefined): Job {
  if (!existing) return job;
  const isUnchanged = hasSameSpec(existing, job) && !existing.stop;
  return isUnchanged ? existing : { ...job, version: existing.version + 1, createIndex: existing.createIndex };
}

function dryEvaluation(job: Job, { store, random, nowMs }: PlanInput): Evaluation {
  const { namespace, id: jobId, type, priority } = job;
  const existing = store.job(namespace, jobId);
  return empty(Evaluation, {
    id: uuidFrom(random),
    namespace,
    jobId,
    type,
    priority,
    triggeredBy: "job-register",
    jobModifyIndex: existing?.modifyIndex ?? 0,
    status: "pending",
    annotatePlan: true,
    createTimeMs: nowMs,
    modifyTimeMs: nowMs,
  });
}

function nextPeriodicLaunchMs({ periodic }: Job, nowMs: number): number | null {
  if (!periodic?.enabled) return null;
  const specs = [periodic.spec, ...(periodic.specs ?? [])].filter((spec) => spec !== "");
  const expressions = specs.flatMap((spec) => {
    const parsed = parseCron(spec);
    return parsed.ok ? [parsed.value] : [];
  });
  return nextLaunchMs(expressions, periodic.timeZone || "UTC", nowMs) ?? null;
}
