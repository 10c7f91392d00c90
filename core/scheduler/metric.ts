import { AllocMetric, type NodeScoreMeta, Resources } from "#core/model";
import { empty } from "#core/schema";
import type { Ask } from "./ask.ts";

/** Counts why nodes were not taken while one group is placed. */
export class MetricBuilder {
  readonly #pool: string;
  readonly #available = new Map<string, number>();
  readonly #constraints = new Map<string, number>();
  readonly #classesFiltered = new Map<string, number>();
  readonly #classesExhausted = new Map<string, number>();
  readonly #dimensions = new Map<string, number>();
  #evaluated = 0;
  #filtered = 0;
  #exhausted = 0;
  /** The metric as it stands, until something more is counted. */
  #built: AllocMetric | undefined;

  constructor(pool: string) {
    this.#pool = pool;
  }

  /** A node that is looked at. */
  available(datacenter: string): void {
    bump(this.#available, datacenter);
    this.#evaluated++;
    this.#built = undefined;
  }

  filter(reason: string, nodeClass: string): void {
    this.#filtered++;
    this.#built = undefined;
    bump(this.#constraints, reason);
    if (nodeClass !== "") bump(this.#classesFiltered, nodeClass);
  }

  exhaust(dimension: string, nodeClass: string): void {
    this.#exhausted++;
    this.#built = undefined;
    bump(this.#dimensions, dimension);
    if (nodeClass !== "") bump(this.#classesExhausted, nodeClass);
  }

  /** The metric of a placement, or of a failure (`scores` null). */
  finish(ask: Ask, scores: readonly NodeScoreMeta[] | null): AllocMetric {
    this.#built ??= this.#build(ask);
    return { ...this.#built, scoreMetaData: scores };
  }

  #build(ask: Ask): AllocMetric {
    return empty(AllocMetric, {
      nodesEvaluated: this.#evaluated,
      nodesFiltered: this.#filtered,
      nodesInPool: this.#evaluated,
      nodePool: this.#pool,
      nodesAvailable: Object.fromEntries(this.#available),
      classFiltered: orNull(this.#classesFiltered),
      constraintFiltered: orNull(this.#constraints),
      nodesExhausted: this.#exhausted,
      classExhausted: orNull(this.#classesExhausted),
      dimensionExhausted: orNull(this.#dimensions),
      resourcesExhausted: this.#resources(ask),
    });
  }

  /** What the group's tasks asked of the dimensions that ran out. */
  #resources(ask: Ask): AllocMetric["resourcesExhausted"] {
    const [cpu, memory] = [this.#dimensions.has("cpu"), this.#dimensions.has("memory")];
    if (!cpu && !memory) return null;
    const entries = (ask.group.tasks ?? []).map((task): [string, Resources] => [
      task.name,
      empty(Resources, {
        ...(cpu && { cpu: task.resources?.cpu ?? 0 }),
        ...(memory && { memoryMb: task.resources?.memoryMb ?? 0 }),
      }),
    ]);
    return Object.fromEntries(entries);
  }
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function orNull(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> | null {
  return counts.size === 0 ? null : Object.fromEntries(counts);
}
