import { ok, type Result } from "#core/base";
import type { Allocation, AllocationReport } from "#core/model";
import { isTerminal, type StoredAllocation } from "#core/store";
import { putEvaluation } from "./apply-jobs.ts";
import type { AllocationStop, ClientUpdate, PlanResult } from "./commands.ts";
import type { Applying, Outcome } from "./outcome.ts";
import { moved } from "./summary.ts";

export function applyPlanResult(applying: Applying, plan: PlanResult): Result<Outcome> {
  for (const stop of plan.stopped ?? []) applyStop(applying, stop);
  for (const alloc of plan.placed ?? []) place(applying, alloc, plan.jobVersion);
  return ok({});
}

function place(applying: Applying, alloc: Allocation, jobVersion: number): void {
  const { store, index, timeMs } = applying;
  const known = store.allocations.get(alloc.id)?.alloc;
  const next: Allocation = {
    ...alloc,
    createIndex: known?.createIndex ?? index,
    createTimeMs: known?.createTimeMs ?? timeMs,
    modifyIndex: index,
    allocModifyIndex: index,
    modifyTimeMs: timeMs,
    ...(known && {
      clientStatus: known.clientStatus,
      clientDescription: known.clientDescription,
      taskStates: known.taskStates,
      networkStatus: known.networkStatus,
    }),
  };
  write(applying, { alloc: next, jobVersion }, known?.clientStatus ?? null);
  if (!known && alloc.previousAllocation !== "") link(applying, alloc.previousAllocation, alloc.id);
}

/** The replaced allocation names its successor. */
function link({ store, index }: Applying, previousId: string, nextId: string): void {
  const previous = store.allocations.get(previousId);
  if (!previous) return;
  store.putAllocation({ ...previous, alloc: { ...previous.alloc, nextAllocation: nextId, modifyIndex: index } });
}

function applyStop(applying: Applying, stop: AllocationStop): void {
  const known = applying.store.allocations.get(stop.id);
  if (!known) return;
  const alloc: Allocation = {
    ...known.alloc,
    desiredStatus: stop.desiredStatus,
    desiredDescription: stop.desiredDescription,
    clientStatus: stop.clientStatus || known.alloc.clientStatus,
    followupEvalId: stop.followupEvalId || known.alloc.followupEvalId,
    modifyIndex: applying.index,
    allocModifyIndex: applying.index,
    modifyTimeMs: applying.timeMs,
  };
  write(applying, { ...known, alloc }, known.alloc.clientStatus);
}

export function applyClientUpdate(applying: Applying, update: ClientUpdate): Result<Outcome> {
  for (const report of update.reports ?? []) applyReport(applying, report);
  for (const evaluation of update.evaluations ?? []) {
    putEvaluation(applying, evaluation);
    applying.touchJob(evaluation.namespace, evaluation.jobId);
  }
  noteAllocUpdate(applying, update.nodeId);
  return ok({});
}

/** A node that missed heartbeats becomes ready only after it has reported its allocations since. */
function noteAllocUpdate({ store, index }: Applying, nodeId: string): void {
  const node = store.nodes.get(nodeId);
  if (node && node.lastMissedHeartbeatIndex > node.lastAllocUpdateIndex) {
    store.putNode({ ...node, lastAllocUpdateIndex: index, modifyIndex: index });
  }
}

function applyReport(applying: Applying, report: AllocationReport): void {
  const known = applying.store.allocations.get(report.id);
  if (!known) return;
  const { id: _, ...reported } = report;
  const alloc: Allocation = { ...known.alloc, ...reported, modifyIndex: applying.index, modifyTimeMs: applying.timeMs };
  write(applying, { ...known, alloc }, known.alloc.clientStatus);
}

function write(applying: Applying, stored: StoredAllocation, statusBefore: string | null): void {
  const { store, index } = applying;
  const { namespace, jobId, taskGroup, clientStatus } = stored.alloc;
  store.putAllocation(stored);
  const summary = store.summary(namespace, jobId);
  const next = summary && moved(summary, taskGroup, statusBefore, clientStatus);
  if (next !== undefined && next !== summary) store.putSummary({ ...next, modifyIndex: index });
  if (statusBefore !== clientStatus || isTerminal(stored.alloc)) applying.touchJob(namespace, jobId);
}
