import { assert, type Random, uuidFrom } from "#core/base";
import {
  Allocation,
  type AllocMetric,
  DesiredUpdates,
  type Evaluation,
  type Job,
  type Node,
  type PlanAnnotations,
} from "#core/model";
import { empty } from "#core/schema";
import { type Store, type StoredAllocation, usageOf } from "#core/store";
import { allocated, legacyResources } from "./allocated.ts";
import { candidateSlots } from "./candidates.ts";
import { type Placement, Placer, type PlacerContext } from "./placer.ts";
import {
  type GroupPlan,
  type NodeCondition,
  type Place,
  type Stop,
  reasons,
  reconcileGroup,
  stopAll,
  type Surroundings,
} from "./reconcile.ts";
import { Scratch } from "./scratch.ts";
import { systemGroupPlan } from "./system.ts";

export interface SchedulerInput {
  readonly store: Store;
  readonly random: Random;
  readonly nowMs: number;
  /** Decides for this job instead of the stored one: a dry run. */
  readonly plannedJob?: Job;
}

/** What an evaluation came to. Nothing is written: the plan goes to the plan check, the evaluation to the log. */
export interface Decision {
  readonly job: Job | null;
  readonly placed: readonly Allocation[];
  readonly stopped: readonly Stop[];
  readonly annotations: PlanAnnotations;
  readonly failures: Readonly<Record<string, AllocMetric>>;
  readonly queued: Readonly<Record<string, number>>;
  readonly classEligibility: Readonly<Record<string, boolean>>;
  readonly escapesClass: boolean;
}

/** Decides what should happen for a job: compares what it asks for with what runs, and finds nodes for what is missing. */
export function schedule(evaluation: Evaluation, input: SchedulerInput): Decision {
  const job = input.plannedJob ?? input.store.job(evaluation.namespace, evaluation.jobId) ?? null;
  const allocs = input.store.allocations.byJob(evaluation.namespace, evaluation.jobId);
  const surroundings = surroundingsOf(input.store, evaluation);
  if (job === null || job.stop) return stopDecision(job, stopAll(allocs, surroundings), allocs);
  return new Scheduling(evaluation, job, allocs, surroundings, input).decide();
}

function surroundingsOf(store: Store, { namespace, jobId }: Evaluation): Surroundings {
  return {
    conditionOf: (nodeId) => conditionOf(store.nodes.get(nodeId)),
    jobVersion: (version) => store.jobVersion(namespace, jobId, version),
  };
}

function conditionOf(node: Node | undefined): NodeCondition {
  if (!node) return "gone";
  if (node.status === "down") return "down";
  return node.status === "disconnected" ? "disconnected" : "fine";
}

function stopDecision(job: Job | null, stopped: readonly Stop[], allocs: readonly StoredAllocation[]): Decision {
  const queued = Object.fromEntries((job?.taskGroups ?? []).map((group) => [group.name, 0]));
  return {
    job,
    placed: [],
    stopped,
    annotations: { desiredTgUpdates: Object.fromEntries(stopCounts(allocs, stopped)), preemptedAllocs: null },
    failures: {},
    queued,
    classEligibility: {},
    escapesClass: false,
  };
}

/** What becomes of groups of which nothing may run, by their names. */
function stopCounts(allocs: readonly StoredAllocation[], stopped: readonly Stop[]): Map<string, DesiredUpdates> {
  const counts = new Map<string, number>();
  for (const { alloc } of allocs) counts.set(alloc.taskGroup, 0);
  for (const { alloc } of stopped) counts.set(alloc.taskGroup, (counts.get(alloc.taskGroup) ?? 0) + 1);
  return new Map([...counts].map(([group, stop]) => [group, empty(DesiredUpdates, { stop })]));
}

class Scheduling {
  readonly #evaluation: Evaluation;
  readonly #job: Job;
  readonly #allocs: readonly StoredAllocation[];
  readonly #surroundings: Surroundings;
  readonly #input: SchedulerInput;
  readonly #scratch: Scratch;
  readonly #placed: Allocation[] = [];
  readonly #stopped: Stop[] = [];
  readonly #failures: Record<string, AllocMetric> = {};
  readonly #queued: Record<string, number> = {};
  readonly #classes: Record<string, boolean> = {};
  readonly #templates = new Map<string, Allocation>();
  #escapes = false;

  constructor(
    evaluation: Evaluation,
    job: Job,
    allocs: readonly StoredAllocation[],
    surroundings: Surroundings,
    input: SchedulerInput,
  ) {
    this.#evaluation = evaluation;
    this.#job = job;
    this.#allocs = allocs;
    this.#surroundings = surroundings;
    this.#input = input;
    this.#scratch = new Scratch(input.store.nodes);
  }

  decide(): Decision {
    const candidates = candidateSlots(this.#input.store, this.#job);
    const plans = this.#groupPlans(candidates);
    for (const plan of plans) this.#stopGroup(plan);
    const strays = this.#stopStrays();
    for (const plan of plans) this.#placeGroup(plan, candidates);
    const updates = plans.map((plan): [string, DesiredUpdates] => [plan.group.name, desiredUpdates(plan)]);
    return {
      job: this.#job,
      placed: this.#placed,
      stopped: this.#stopped,
      annotations: { desiredTgUpdates: Object.fromEntries([...strays, ...updates]), preemptedAllocs: null },
      failures: this.#failures,
      queued: this.#queued,
      classEligibility: this.#classes,
      escapesClass: this.#escapes,
    };
  }

  #groupPlans(candidates: readonly number[]): GroupPlan[] {
    const isSystem = this.#job.type === "system" || this.#job.type === "sysbatch";
    return (this.#job.taskGroups ?? []).map((group) => {
      const allocs = this.#allocs.filter(({ alloc }) => alloc.taskGroup === group.name);
      if (!isSystem) return reconcileGroup(this.#job, group, allocs, this.#surroundings);
      const nodes = candidates.map((slot) => (this.#input.store.nodes.at(slot) as Node).id);
      return systemGroupPlan(this.#job, group, allocs, nodes, this.#surroundings);
    });
  }

  /** Stops first: what they give back, placements of the same plan may take. */
  #stopGroup(plan: GroupPlan): void {
    for (const stop of plan.stop) this.#stop(stop);
    for (const { alloc } of plan.destructive) this.#stop({ alloc, description: reasons.updated, clientStatus: "" });
  }

  /** Stops allocations of groups that the job no longer has; how many of each group. */
  #stopStrays(): ReadonlyMap<string, DesiredUpdates> {
    const known = new Set((this.#job.taskGroups ?? []).map((group) => group.name));
    const strays = this.#allocs.filter(({ alloc }) => !known.has(alloc.taskGroup));
    const stops = stopAll(strays, this.#surroundings);
    for (const stop of stops) this.#stop(stop);
    return stopCounts(strays, stops);
  }

  #stop(stop: Stop): void {
    this.#stopped.push(stop);
    const slot = this.#input.store.nodes.slotOf(stop.alloc.nodeId);
    if (slot !== undefined) this.#scratch.free(slot, usageOf(stop.alloc.allocatedResources));
  }

  #placeGroup(plan: GroupPlan, candidates: readonly number[]): void {
    const wanted: Place[] = [
      ...plan.place,
      ...plan.destructive.map(({ alloc }) => ({ name: alloc.name, previous: alloc })),
    ];
    this.#queued[plan.group.name] = 0;
    if (wanted.length === 0 && plan.inPlace.length === 0) return;
    for (const stored of plan.inPlace) this.#updateInPlace(plan, stored);
    const free = wanted.filter((place) => place.nodeId === undefined);
    if (free.length > 0) this.#placeAll(plan, free, candidates);
    for (const place of wanted) if (place.nodeId !== undefined) this.#placeOnNode(plan, place, place.nodeId);
  }

  #placeAll(plan: GroupPlan, places: readonly Place[], candidates: readonly number[]): void {
    const placer = new Placer(this.#job, plan.group, candidates, this.#placerContext(plan));
    for (const place of places) this.#record(plan, place, placer.place());
    this.#learn(placer);
  }

  /** A node that cannot run a system job is no failure; one that has no room is. */
  #placeOnNode(plan: GroupPlan, place: Place, nodeId: string): void {
    const slot = this.#input.store.nodes.slotOf(nodeId);
    assert(slot !== undefined, () => `candidate node ${nodeId} does not exist`);
    const placer = new Placer(this.#job, plan.group, [slot], this.#placerContext(plan));
    const placement = placer.place();
    if (placement.ok || placement.metric.nodesFiltered === 0) this.#record(plan, place, placement);
    this.#learn(placer);
  }

  #learn(placer: Placer): void {
    for (const [name, isEligible] of placer.feasibility.classes) this.#classes[name] = isEligible;
    this.#escapes ||= placer.feasibility.escapesClass;
  }

  #placerContext(plan: GroupPlan): PlacerContext {
    const { store, random } = this.#input;
    const leaving = new Set(this.#stopped.map(({ alloc }) => alloc.id));
    const staying = this.#allocs.filter(
      ({ alloc }) => alloc.desiredStatus === "run" && !leaving.has(alloc.id) && !ended(alloc),
    );
    const slotOf = ({ alloc }: StoredAllocation): number => store.nodes.slotOf(alloc.nodeId) ?? -1;
    const collisions = new Map<number, number>();
    for (const stored of staying) {
      if (stored.alloc.taskGroup === plan.group.name)
        collisions.set(slotOf(stored), (collisions.get(slotOf(stored)) ?? 0) + 1);
    }
    const algorithm = store.schedulerConfiguration?.schedulerAlgorithm === "spread" ? "spread" : "binpack";
    const seed = random.below(2 ** 32);
    return {
      store,
      scratch: this.#scratch,
      seed,
      algorithm,
      collisions,
      jobSlots: new Set(staying.map(slotOf)),
      penalties: new Set(),
    };
  }

  #updateInPlace(plan: GroupPlan, { alloc }: StoredAllocation): void {
    const shared = alloc.allocatedResources?.shared;
    assert(shared !== undefined, () => `allocation ${alloc.id} has no resources`);
    this.#placed.push({
      ...alloc,
      ...legacyResources(plan.group),
      evalId: this.#evaluation.id,
      allocatedResources: allocated(plan.group, shared),
    });
  }

  #record(plan: GroupPlan, place: Place, placement: Placement): void {
    if (placement.ok) this.#placed.push(this.#allocationOf(plan, place, placement));
    else this.#fail(plan.group.name, placement.metric);
  }

  #fail(group: string, metric: AllocMetric): void {
    const failed = this.#failures[group];
    this.#failures[group] = failed ? { ...failed, coalescedFailures: failed.coalescedFailures + 1 } : metric;
    this.#queued[group] = (this.#queued[group] ?? 0) + 1;
  }

  #allocationOf(
    plan: GroupPlan,
    place: Place,
    { node, shared, metric }: Placement & { readonly ok: true },
  ): Allocation {
    const like = this.#templateOf(plan);
    const resources = like.allocatedResources;
    assert(resources !== null, "a template has resources");
    return {
      ...like,
      id: uuidFrom(this.#input.random),
      name: place.name,
      nodeId: node.id,
      nodeName: node.name,
      allocatedResources: { ...resources, shared: { ...resources.shared, ...shared } },
      metrics: metric,
      previousAllocation: place.previous?.id ?? "",
    };
  }

  /** What all new allocations of a group share, made once. */
  #templateOf({ group }: GroupPlan): Allocation {
    const known = this.#templates.get(group.name);
    if (known) return known;
    const { namespace, id: jobId } = this.#job;
    const template = empty(Allocation, {
      ...legacyResources(group),
      namespace,
      evalId: this.#evaluation.id,
      jobId,
      taskGroup: group.name,
      allocatedResources: allocated(group, { networks: null, ports: null }),
      desiredStatus: "run",
      clientStatus: "pending",
    });
    this.#templates.set(group.name, template);
    return template;
  }
}

function ended(alloc: Allocation): boolean {
  return alloc.clientStatus === "complete" || alloc.clientStatus === "failed" || alloc.clientStatus === "lost";
}

function desiredUpdates(plan: GroupPlan): DesiredUpdates {
  return empty(DesiredUpdates, {
    ignore: plan.ignored,
    place: plan.place.length,
    stop: plan.stop.length,
    inPlaceUpdate: plan.inPlace.length,
    destructiveUpdate: plan.destructive.length,
  });
}
