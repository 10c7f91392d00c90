import { assert } from "#core/base";
import { Allocation } from "#core/model";
import { decodeBinary, encodeBinary } from "#core/wire";
import { Column } from "./column.ts";
import { IdIndex } from "./id-index.ts";
import { Interner } from "./interner.ts";
import { Links } from "./links.ts";
import { clientStatuses, codeOf, desiredStatuses } from "./statuses.ts";

/** An allocation with the version of the job that it runs; its job itself is kept once, by reference. */
export interface StoredAllocation {
  readonly alloc: Allocation;
  readonly jobVersion: number;
}

/** What is hot is a column; the rest is one run of encoded bytes a row, decoded when it is read. */
interface AllocationColumns {
  readonly job: Column;
  readonly node: Column;
  readonly evaluation: Column;
  readonly group: Column;
  readonly jobVersion: Column;
  readonly clientStatus: Column;
  readonly desiredStatus: Column;
  readonly createIndex: Column;
  readonly modifyIndex: Column;
  readonly allocModifyIndex: Column;
  readonly createTimeMs: Column;
  readonly modifyTimeMs: Column;
}

export class AllocationTable {
  readonly #columns: AllocationColumns = makeColumns();
  readonly #ids: string[] = [];
  readonly #cold: (Uint8Array | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #index = new IdIndex((slot) => this.#ids[slot] as string);
  readonly #jobs = new Interner();
  readonly #groups = new Interner();
  readonly #nodes = new Interner();
  readonly #evaluations = new Interner();
  readonly #byJob = new Links();
  readonly #byNode = new Links();
  readonly #byEvaluation = new Links();

  get size(): number {
    return this.#index.size;
  }

  get(id: string): StoredAllocation | undefined {
    const slot = this.#index.find(id);
    return slot === undefined ? undefined : this.#read(slot);
  }

  /** Allocations whose ids begin with `prefix`, in id order. */
  *values(prefix = ""): Generator<StoredAllocation> {
    for (const slot of this.#index.withPrefix(prefix)) yield this.#read(slot);
  }

  byJob(namespace: string, jobId: string): StoredAllocation[] {
    return this.#linked(this.#byJob, this.#jobs.find(jobKey(namespace, jobId)));
  }

  byNode(nodeId: string): StoredAllocation[] {
    return this.#linked(this.#byNode, this.#nodes.find(nodeId));
  }

  byEvaluation(evalId: string): StoredAllocation[] {
    return this.#linked(this.#byEvaluation, this.#evaluations.find(evalId));
  }

  upsert({ alloc, jobVersion }: StoredAllocation): void {
    const known = this.#index.find(alloc.id);
    const slot = known ?? this.#insert(alloc.id);
    if (known !== undefined) this.#unlink(slot);
    this.#write(slot, alloc, jobVersion);
    this.#byJob.add(this.#columns.job.get(slot), slot);
    this.#byNode.add(this.#columns.node.get(slot), slot);
    this.#byEvaluation.add(this.#columns.evaluation.get(slot), slot);
  }

  delete(id: string): void {
    const slot = this.#index.find(id);
    if (slot === undefined) return;
    this.#unlink(slot);
    this.#index.remove(id);
    this.#cold[slot] = undefined;
    this.#ids[slot] = "";
    this.#free.push(slot);
  }

  #linked(links: Links, owner: number | undefined): StoredAllocation[] {
    if (owner === undefined) return [];
    return [...links.of(owner)].map((slot) => this.#read(slot));
  }

  #insert(id: string): number {
    const slot = this.#free.pop() ?? this.#ids.length;
    this.#ids[slot] = id;
    for (const column of Object.values(this.#columns) as Column[]) column.reserve(slot + 1);
    this.#index.insert(id, slot);
    return slot;
  }

  #unlink(slot: number): void {
    this.#byJob.remove(this.#columns.job.get(slot), slot);
    this.#byNode.remove(this.#columns.node.get(slot), slot);
    this.#byEvaluation.remove(this.#columns.evaluation.get(slot), slot);
  }

  #write(slot: number, alloc: Allocation, jobVersion: number): void {
    assert(alloc.job === null, () => `allocation ${alloc.id} carries its job: jobs are kept by reference`);
    const columns = this.#columns;
    columns.job.set(slot, this.#jobs.intern(jobKey(alloc.namespace, alloc.jobId)));
    columns.node.set(slot, this.#nodes.intern(alloc.nodeId));
    columns.evaluation.set(slot, this.#evaluations.intern(alloc.evalId));
    columns.group.set(slot, this.#groups.intern(alloc.taskGroup));
    columns.jobVersion.set(slot, jobVersion);
    columns.clientStatus.set(slot, codeOf(clientStatuses, alloc.clientStatus));
    columns.desiredStatus.set(slot, codeOf(desiredStatuses, alloc.desiredStatus));
    columns.createIndex.set(slot, alloc.createIndex);
    columns.modifyIndex.set(slot, alloc.modifyIndex);
    columns.allocModifyIndex.set(slot, alloc.allocModifyIndex);
    columns.createTimeMs.set(slot, alloc.createTimeMs);
    columns.modifyTimeMs.set(slot, alloc.modifyTimeMs);
    this.#cold[slot] = encodeBinary(Allocation, { ...alloc, ...hotBlank });
  }

  #read(slot: number): StoredAllocation {
    const cold = decodeBinary(Allocation, this.#cold[slot] as Uint8Array);
    assert(cold.ok, () => `allocation ${this.#ids[slot]}: its cold bytes do not decode`);
    const columns = this.#columns;
    const [namespace, jobId] = this.#jobs.text(columns.job.get(slot)).split("\u0000") as [string, string];
    const alloc: Allocation = {
      ...cold.value,
      id: this.#ids[slot] as string,
      namespace,
      jobId,
      nodeId: this.#nodes.text(columns.node.get(slot)),
      evalId: this.#evaluations.text(columns.evaluation.get(slot)),
      taskGroup: this.#groups.text(columns.group.get(slot)),
      clientStatus: clientStatuses[columns.clientStatus.get(slot)] as string,
      desiredStatus: desiredStatuses[columns.desiredStatus.get(slot)] as string,
      createIndex: columns.createIndex.get(slot),
      modifyIndex: columns.modifyIndex.get(slot),
      allocModifyIndex: columns.allocModifyIndex.get(slot),
      createTimeMs: columns.createTimeMs.get(slot),
      modifyTimeMs: columns.modifyTimeMs.get(slot),
    };
    return { alloc, jobVersion: columns.jobVersion.get(slot) };
  }
}

const hotBlank = {
  id: "",
  namespace: "",
  jobId: "",
  nodeId: "",
  evalId: "",
  taskGroup: "",
  clientStatus: "",
  desiredStatus: "",
  createIndex: 0,
  modifyIndex: 0,
  allocModifyIndex: 0,
  createTimeMs: 0,
  modifyTimeMs: 0,
} satisfies Partial<Allocation>;

function jobKey(namespace: string, jobId: string): string {
  return `${namespace}\u0000${jobId}`;
}

function makeColumns(): AllocationColumns {
  return {
    job: Column.int32(),
    node: Column.int32(),
    evaluation: Column.int32(),
    group: Column.int32(),
    jobVersion: Column.int32(),
    clientStatus: Column.uint8(),
    desiredStatus: Column.uint8(),
    createIndex: Column.float64(),
    modifyIndex: Column.float64(),
    allocModifyIndex: Column.float64(),
    createTimeMs: Column.float64(),
    modifyTimeMs: Column.float64(),
  };
}
