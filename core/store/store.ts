import type {
  Deployment,
  Evaluation,
  Job,
  JobSubmission,
  JobSummary,
  Namespace,
  Node,
  NodePool,
  SchedulerConfiguration,
} from "#core/model";
import { AllocationTable, type StoredAllocation } from "./allocation-table.ts";
import type { Change, ChangeSet, TableName } from "./change.ts";
import { tableNames } from "./change.ts";
import { NodeTable } from "./node-table.ts";
import { RowTable, rowKey } from "./row-table.ts";
import { isTerminal } from "./statuses.ts";
import { usageOf } from "./usage.ts";

const VERSION_DIGITS = 16;

/**
 * The state of a region. Reading is synchronous and needs no snapshot; writing goes through `core/fsm` alone, which
 * opens a batch with `begin`, calls the writers, and takes the change set with `finish`.
 */
export class Store {
  readonly nodes = new NodeTable();
  readonly allocations = new AllocationTable();
  readonly jobs = new RowTable<Job>();
  readonly jobVersions = new RowTable<Job>();
  readonly summaries = new RowTable<JobSummary>();
  readonly submissions = new RowTable<JobSubmission>();
  readonly evaluations = new RowTable<Evaluation>();
  readonly deployments = new RowTable<Deployment>();
  readonly nodePools = new RowTable<NodePool>();
  readonly namespaces = new RowTable<Namespace>();
  readonly #evaluationsOfJob = new RowTable<string>();
  readonly #indexes = new Map<TableName, number>();
  #configuration: SchedulerConfiguration | undefined;
  #changes: Change[] = [];
  #index = 0;

  /** The index of the last applied entry. */
  get lastIndex(): number {
    return this.#index;
  }

  /** The index of the last entry that changed a table; 0 before any did. */
  tableIndex(...tables: readonly TableName[]): number {
    return Math.max(...tables.map((table) => this.#indexes.get(table) ?? 0));
  }

  begin(index: number): void {
    this.#index = index;
    this.#changes = [];
  }

  finish(): ChangeSet {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  job(namespace: string, id: string): Job | undefined {
    return this.jobs.get(rowKey(namespace, id));
  }

  jobVersion(namespace: string, id: string, version: number): Job | undefined {
    return this.jobVersions.get(versionKey(namespace, id, version));
  }

  /** The versions that are kept of a job, newest first. */
  versionsOf(namespace: string, id: string): Job[] {
    return [...this.jobVersions.values(rowKey(namespace, id, ""))].reverse();
  }

  summary(namespace: string, id: string): JobSummary | undefined {
    return this.summaries.get(rowKey(namespace, id));
  }

  submission(namespace: string, id: string, version: number): JobSubmission | undefined {
    return this.submissions.get(versionKey(namespace, id, version));
  }

  evaluationsOf(namespace: string, jobId: string): Evaluation[] {
    const ids = [...this.#evaluationsOfJob.values(rowKey(namespace, jobId, ""))];
    return ids.map((id) => this.evaluations.get(id)).filter((evaluation) => evaluation !== undefined);
  }

  get schedulerConfiguration(): SchedulerConfiguration | undefined {
    return this.#configuration;
  }

  putJob(job: Job): void {
    this.jobs.set(rowKey(job.namespace, job.id), job);
    this.jobVersions.set(versionKey(job.namespace, job.id, job.version), job);
    this.#note({ table: "jobs", id: job.id, namespace: job.namespace, kind: "upsert" });
    this.#note({ table: "job_versions", id: job.id, namespace: job.namespace, kind: "upsert" });
  }

  putJobVersion(job: Job): void {
    this.jobVersions.set(versionKey(job.namespace, job.id, job.version), job);
    this.#note({ table: "job_versions", id: job.id, namespace: job.namespace, kind: "upsert" });
  }

  deleteJob(namespace: string, id: string): void {
    for (const version of this.versionsOf(namespace, id)) this.deleteJobVersion(version);
    this.jobs.delete(rowKey(namespace, id));
    this.summaries.delete(rowKey(namespace, id));
    this.#note({ table: "jobs", id, namespace, kind: "delete" });
    this.#note({ table: "job_summaries", id, namespace, kind: "delete" });
  }

  deleteJobVersion({ namespace, id, version }: Job): void {
    this.jobVersions.delete(versionKey(namespace, id, version));
    this.submissions.delete(versionKey(namespace, id, version));
    this.#note({ table: "job_versions", id, namespace, kind: "delete" });
  }

  putSummary(summary: JobSummary): void {
    this.summaries.set(rowKey(summary.namespace, summary.jobId), summary);
    this.#note({ table: "job_summaries", id: summary.jobId, namespace: summary.namespace, kind: "upsert" });
  }

  putSubmission(submission: JobSubmission): void {
    const { namespace, jobId, version } = submission;
    this.submissions.set(versionKey(namespace, jobId, version), submission);
    this.#note({ table: "job_submissions", id: jobId, namespace, kind: "upsert" });
  }

  putEvaluation(evaluation: Evaluation): void {
    const { id, namespace, jobId } = evaluation;
    this.evaluations.set(id, evaluation);
    this.#evaluationsOfJob.set(rowKey(namespace, jobId, id), id);
    this.#note({ table: "evals", id, namespace, kind: "upsert", jobId });
  }

  deleteEvaluation({ id, namespace, jobId }: Evaluation): void {
    this.evaluations.delete(id);
    this.#evaluationsOfJob.delete(rowKey(namespace, jobId, id));
    this.#note({ table: "evals", id, namespace, kind: "delete", jobId });
  }

  /** Writes an allocation and moves its usage: off the node when it ends, onto it when it begins. */
  putAllocation(stored: StoredAllocation): void {
    const before = this.allocations.get(stored.alloc.id);
    if (before) this.#account(before, -1);
    this.allocations.upsert(stored);
    this.#account(stored, 1);
    this.#noteAllocation(stored, "upsert");
  }

  deleteAllocation(id: string): void {
    const stored = this.allocations.get(id);
    if (!stored) return;
    this.#account(stored, -1);
    this.allocations.delete(id);
    this.#noteAllocation(stored, "delete");
  }

  putNode(node: Node): void {
    this.nodes.upsert(node);
    this.#note({ table: "nodes", id: node.id, namespace: "", kind: "upsert" });
  }

  deleteNode(id: string): void {
    this.nodes.delete(id);
    this.#note({ table: "nodes", id, namespace: "", kind: "delete" });
  }

  putNodePool(pool: NodePool): void {
    this.nodePools.set(pool.name, pool);
    this.#note({ table: "node_pools", id: pool.name, namespace: "", kind: "upsert" });
  }

  putNamespace(namespace: Namespace): void {
    this.namespaces.set(namespace.name, namespace);
    this.#note({ table: "namespaces", id: namespace.name, namespace: "", kind: "upsert" });
  }

  putSchedulerConfiguration(configuration: SchedulerConfiguration): void {
    this.#configuration = configuration;
    this.#note({ table: "scheduler_config", id: "", namespace: "", kind: "upsert" });
  }

  /** For a restore: an index as the snapshot had it. */
  restoreTableIndex(table: TableName, index: number): void {
    this.#indexes.set(table, index);
  }

  tableIndexes(): readonly (readonly [TableName, number])[] {
    return tableNames.map((table) => [table, this.#indexes.get(table) ?? 0]);
  }

  #account({ alloc }: StoredAllocation, sign: 1 | -1): void {
    if (isTerminal(alloc)) return;
    const slot = this.nodes.slotOf(alloc.nodeId);
    if (slot !== undefined) this.nodes.account(slot, usageOf(alloc.allocatedResources), sign);
  }

  #noteAllocation({ alloc }: StoredAllocation, kind: Change["kind"]): void {
    const { id, namespace, nodeId, jobId, evalId } = alloc;
    this.#note({ table: "allocs", id, namespace, kind, nodeId, jobId, evalId });
  }

  #note(change: Omit<Change, "index">): void {
    this.#indexes.set(change.table, this.#index);
    this.#changes.push({ ...change, index: this.#index });
  }
}

function versionKey(namespace: string, id: string, version: number): string {
  return rowKey(namespace, id, String(version).padStart(VERSION_DIGITS, "0"));
}
