import { pick } from "#core/base";
import {
  AllocListStub,
  type Allocation,
  type Job,
  JobListStub,
  type JobSummary,
  type Node,
  NodeListStub,
} from "#core/model";
import type { Store, StoredAllocation } from "#core/store";
import { empty } from "#core/schema";

export function jobStub(job: Job, summary: JobSummary | undefined, withMeta: boolean): JobListStub {
  return {
    ...pick(
      job,
      "id",
      "parentId",
      "name",
      "namespace",
      "datacenters",
      "nodePool",
      "multiregion",
      "type",
      "priority",
      "stop",
      "status",
      "statusDescription",
      "createIndex",
      "modifyIndex",
      "jobModifyIndex",
      "submitTimeMs",
    ),
    periodic: job.periodic !== null,
    parameterizedJob: job.parameterizedJob !== null,
    jobSummary: summary ?? null,
    meta: withMeta ? job.meta : null,
  };
}

export interface AllocationStubOptions {
  readonly resources: boolean;
  readonly taskStates: boolean;
}

export function allocationStub(
  { alloc, jobVersion }: StoredAllocation,
  store: Store,
  options: AllocationStubOptions,
): AllocListStub {
  const job = store.jobVersion(alloc.namespace, alloc.jobId, jobVersion) ?? store.job(alloc.namespace, alloc.jobId);
  return {
    ...pick(
      alloc,
      "id",
      "evalId",
      "name",
      "namespace",
      "nodeId",
      "nodeName",
      "jobId",
      "taskGroup",
      "desiredStatus",
      "desiredDescription",
      "clientStatus",
      "clientDescription",
      "desiredTransition",
      "deploymentStatus",
      "followupEvalId",
      "nextAllocation",
      "rescheduleTracker",
      "preemptedAllocations",
      "preemptedByAllocation",
      "createIndex",
      "modifyIndex",
      "createTimeMs",
      "modifyTimeMs",
    ),
    jobType: job?.type ?? "",
    jobVersion,
    allocatedResources: options.resources ? alloc.allocatedResources : null,
    taskStates: options.taskStates ? alloc.taskStates : null,
  };
}

/** The allocation with the version of its job that it runs. */
export function withJob({ alloc, jobVersion }: StoredAllocation, store: Store): Allocation {
  const job = store.jobVersion(alloc.namespace, alloc.jobId, jobVersion) ?? store.job(alloc.namespace, alloc.jobId);
  return { ...alloc, job: job ?? null };
}

export function nodeStub(node: Node, options: { readonly resources: boolean; readonly os: boolean }): NodeListStub {
  const { attributes } = node;
  return empty(NodeListStub, {
    ...pick(
      node,
      "id",
      "datacenter",
      "name",
      "nodePool",
      "nodeClass",
      "schedulingEligibility",
      "status",
      "statusDescription",
      "drivers",
      "hostVolumes",
      "lastDrain",
      "createIndex",
      "modifyIndex",
    ),
    address: node.httpAddr.replace(/:\d+$/, ""),
    version: attributes?.["nomad.version"] ?? "",
    drain: node.drainStrategy !== null,
    attributes: options.os ? { "os.name": attributes?.["os.name"] ?? "" } : null,
    nodeResources: options.resources ? node.nodeResources : null,
    reservedResources: options.resources ? node.reservedResources : null,
  });
}
