import type { Scope, Step } from "./scope.ts";
import { StateSet } from "./state-set.ts";
import { ScopeWorld } from "./world.ts";

export interface SearchResult {
  readonly states: number;
  /** Steps of the longest history that was tried. */
  readonly depth: number;
  readonly localStates: number;
  /** True when there was nothing left to try. */
  readonly isClosed: boolean;
  readonly violation: { readonly message: string; readonly history: readonly string[] } | undefined;
}

export interface SearchLimits {
  readonly states: number;
  readonly isOver: () => boolean;
  /** Told after each whole depth. */
  readonly onDepth?: (depth: number, states: number) => void;
}

/** A list of numbers that grows without copying objects. */
class Column {
  #values: Uint32Array;
  length = 0;

  constructor(capacity: number) {
    this.#values = new Uint32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow();
    this.#values[this.length++] = value;
  }

  append(row: Uint32Array): void {
    while (this.length + row.length > this.#values.length) this.#grow();
    this.#values.set(row, this.length);
    this.length += row.length;
  }

  at(position: number): number {
    return this.#values[position] as number;
  }

  row(position: number, width: number): Uint32Array {
    return this.#values.subarray(position * width, (position + 1) * width);
  }

  #grow(): void {
    const grown = new Uint32Array(this.#values.length * 2);
    grown.set(this.#values);
    this.#values = grown;
  }
}

/** Breadth first over all histories: the first violation found is a shortest one. */
class Search {
  readonly #world: ScopeWorld;
  readonly #limits: SearchLimits;
  readonly #seen = new StateSet();
  /** How each state was reached, in the order of finding. */
  readonly #parents = new Column(1 << 16);
  readonly #steps = new Column(1 << 16);
  #level = new Column(1 << 16);
  #levelStart = 0;
  #depth = 0;

  constructor(scope: Scope, limits: SearchLimits) {
    this.#world = new ScopeWorld(scope);
    this.#limits = limits;
  }

  run(): SearchResult {
    const first = this.#world.first();
    this.#seen.add(first, first.length);
    this.#found(this.#level, first, 0, 0);
    for (;;) {
      const next = new Column(Math.max(1 << 16, this.#level.length));
      const start = this.#parents.length;
      const end = this.#expandLevel(next);
      if (end !== undefined) return end;
      if (next.length === 0) return this.#result(true, undefined);
      this.#level = next;
      this.#levelStart = start;
      this.#depth++;
      this.#limits.onDepth?.(this.#depth, this.#seen.size);
    }
  }

  #found(level: Column, state: Uint32Array, parent: number, step: Step): void {
    level.append(state);
    this.#parents.push(parent);
    this.#steps.push(step);
  }

  #expandLevel(next: Column): SearchResult | undefined {
    const { width } = this.#world;
    const state = new Uint32Array(width);
    for (let position = 0; position * width < this.#level.length; position++) {
      if (this.#seen.size >= this.#limits.states || (position % 1024 === 0 && this.#limits.isOver()))
        return this.#result(false, undefined);
      const from = this.#level.row(position, width);
      for (const step of this.#world.steps(from)) {
        state.set(from);
        const problem = this.#world.take(state, step);
        if (problem !== undefined) return this.#violation(problem, this.#levelStart + position, step);
        if (this.#seen.add(state, width)) this.#found(next, state, this.#levelStart + position, step);
      }
    }
    return undefined;
  }

  /** The history, step by step, found by going back and then played forward for its words. */
  #violation(message: string, at: number, last: Step): SearchResult {
    const steps: Step[] = [last];
    for (let position = at; position > 0; position = this.#parents.at(position)) steps.push(this.#steps.at(position));
    const state = this.#world.first();
    const history = steps.reverse().map((step) => {
      const words = this.#world.describe(state, step);
      this.#world.take(state, step);
      return words;
    });
    return this.#result(false, { message, history });
  }

  #result(isClosed: boolean, violation: SearchResult["violation"]): SearchResult {
    const { localStates } = this.#world;
    return { states: this.#seen.size, depth: this.#depth, localStates, isClosed, violation };
  }
}

export function search(scope: Scope, limits: SearchLimits): SearchResult {
  return new Search(scope, limits).run();
}
