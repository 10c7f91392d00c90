import type { AllocMetric, Job, Node, NodeScoreMeta, TaskGroup } from "#core/model";
import type { Store, Usage } from "#core/store";
import { type Ask, askOf } from "./ask.ts";
import type { SharedNetworks } from "./allocated.ts";
import { distinctHosts, Feasibility } from "./feasibility.ts";
import { MetricBuilder } from "./metric.ts";
import { assignPorts } from "./ports.ts";
import { type Algorithm, exactFit, rankFit } from "./score.ts";
import { ScoreHeap } from "./score-heap.ts";
import type { Scratch } from "./scratch.ts";

const TOP_SCORES = 5;
const PENALTY = -1;

export interface PlacerContext {
  readonly store: Store;
  readonly scratch: Scratch;
  readonly seed: number;
  readonly algorithm: Algorithm;
  /** Live allocations of the job by node slot, and of this group: they repel each other. */
  readonly collisions: Map<number, number>;
  readonly jobSlots: ReadonlySet<number>;
  /** Nodes on which the replaced allocation failed. */
  readonly penalties: ReadonlySet<number>;
}

export type Placement =
  | {
      readonly ok: true;
      readonly node: Node;
      readonly shared: SharedNetworks;
      readonly usage: Usage;
      readonly metric: AllocMetric;
    }
  | { readonly ok: false; readonly metric: AllocMetric };

/** Places the allocations of one group: scans its candidates once, then takes the best node again and again. */
export class Placer {
  readonly #context: PlacerContext;

  readonly #ask: Ask;
  readonly #feasibility: Feasibility;
  readonly #metric: MetricBuilder;
  readonly #heap: ScoreHeap;
  readonly #distinct: "job" | "group" | undefined;

  constructor(job: Job, group: TaskGroup, candidates: readonly number[], context: PlacerContext) {
    this.#context = context;

    this.#ask = askOf(group);
    this.#feasibility = new Feasibility(job, group);
    this.#metric = new MetricBuilder(job.nodePool);
    this.#heap = new ScoreHeap(candidates.length, context.seed);
    this.#distinct = distinctHosts(job, group);
    for (const slot of candidates) this.#consider(slot);
    this.#heap.order();
  }

  get feasibility(): Feasibility {
    return this.#feasibility;
  }

  /** Whether this very node could run one more: for updates in place. */
  isFeasible(slot: number): boolean {
    const node = this.#context.store.nodes.at(slot);
    return node !== undefined && this.#feasibility.refuse(node) === undefined;
  }

  place(): Placement {
    while (this.#heap.size > 0) {
      const slot = this.#heap.bestSlot();
      const node = this.#context.store.nodes.at(slot) as Node;
      const ports = assignPorts(node, this.#ask, this.#context.scratch.portsAt(slot), this.#portSeed(slot));
      if (!ports.ok) {
        this.#metric.exhaust(ports.dimension, node.nodeClass);
        this.#heap.dropBest();
        continue;
      }
      const metric = this.#metric.finish(this.#ask, this.#scores());
      const usage: Usage = { ...this.#ask.usage, ports: ports.ports };
      this.#taken(slot, node, usage);
      return { ok: true, node, shared: ports.shared, usage, metric };
    }
    return { ok: false, metric: this.#metric.finish(this.#ask, null) };
  }

  #consider(slot: number): void {
    const node = this.#context.store.nodes.at(slot) as Node;
    this.#metric.available(node.datacenter);
    const refusal = this.#feasibility.refuse(node) ?? this.#refuseDistinct(slot);
    if (refusal !== undefined) return this.#metric.filter(refusal, node.nodeClass);
    const dimension = this.#exhaustedAt(slot);
    if (dimension !== undefined) return this.#metric.exhaust(dimension, node.nodeClass);
    this.#heap.append(slot, this.#rank(slot));
  }

  #refuseDistinct(slot: number): string | undefined {
    if (this.#distinct === undefined) return undefined;
    const isTaken =
      (this.#context.collisions.get(slot) ?? 0) > 0 || (this.#distinct === "job" && this.#context.jobSlots.has(slot));
    return isTaken ? "distinct_hosts" : undefined;
  }

  #exhaustedAt(slot: number): string | undefined {
    const { columns } = this.#context.store.nodes;
    const delta = this.#context.scratch.deltaAt(slot);
    const { usage } = this.#ask;
    if (columns.usedCpuMhz.get(slot) + delta.cpuMhz + usage.cpuMhz > columns.cpuMhz.get(slot)) return "cpu";
    if (columns.usedMemoryMib.get(slot) + delta.memoryMib + usage.memoryMib > columns.memoryMib.get(slot))
      return "memory";
    if (columns.usedDiskMib.get(slot) + delta.diskMib + usage.diskMib > columns.diskMib.get(slot)) return "disk";
    return undefined;
  }

  /** The chosen node is looked at again, and it alone: it may be full now, or no longer the best. */
  #taken(slot: number, node: Node, usage: Usage): void {
    this.#context.scratch.take(slot, usage);
    this.#context.collisions.set(slot, (this.#context.collisions.get(slot) ?? 0) + 1);
    const distinct = this.#refuseDistinct(slot);
    if (distinct !== undefined) {
      this.#metric.filter(distinct, node.nodeClass);
      return this.#heap.dropBest();
    }
    const dimension = this.#exhaustedAt(slot);
    if (dimension === undefined) return this.#heap.rescoreBest(this.#rank(slot));
    this.#metric.exhaust(dimension, node.nodeClass);
    this.#heap.dropBest();
  }

  #rank(slot: number): number {
    const { freeCpu, freeMemory } = this.#fractions(slot);
    return this.#mean(rankFit(freeCpu, freeMemory, this.#context.algorithm), slot);
  }

  /** What would be free of the node with one more allocation on it. */
  #fractions(slot: number): { freeCpu: number; freeMemory: number } {
    const { columns } = this.#context.store.nodes;
    const delta = this.#context.scratch.deltaAt(slot);
    const { usage } = this.#ask;
    const cpu = columns.usedCpuMhz.get(slot) + delta.cpuMhz + usage.cpuMhz;
    const memory = columns.usedMemoryMib.get(slot) + delta.memoryMib + usage.memoryMib;
    return { freeCpu: 1 - cpu / columns.cpuMhz.get(slot), freeMemory: 1 - memory / columns.memoryMib.get(slot) };
  }

  /** The arithmetic mean of the scores that apply (semantics §1, "Ranking"). */
  #mean(fit: number, slot: number): number {
    let [sum, count] = [fit, 1];
    const collisions = this.#context.collisions.get(slot) ?? 0;
    if (collisions > 0) {
      sum -= (collisions + 1) / Math.max(1, this.#ask.group.count);
      count++;
    }
    if (this.#context.penalties.has(slot)) {
      sum += PENALTY;
      count++;
    }
    return sum / count;
  }

  #scores(): NodeScoreMeta[] {
    return this.#heap.top(TOP_SCORES).map(({ slot }) => {
      const fit = exactFit(this.#fractions(slot), this.#context.algorithm);
      const collisions = this.#context.collisions.get(slot) ?? 0;
      const scores = {
        binpack: fit,
        "job-anti-affinity": collisions > 0 ? -(collisions + 1) / Math.max(1, this.#ask.group.count) : 0,
        "node-affinity": 0,
        "node-reschedule-penalty": this.#context.penalties.has(slot) ? PENALTY : 0,
      };
      return { nodeId: (this.#context.store.nodes.at(slot) as Node).id, scores, normScore: this.#mean(fit, slot) };
    });
  }

  #portSeed(slot: number): number {
    return (Math.imul(this.#context.seed ^ slot, 0x9e3779b1) >>> 0) + (this.#context.collisions.get(slot) ?? 0);
  }
}
