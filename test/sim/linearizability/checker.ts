import type { Operation } from "./history.ts";

/** `unknown` when the search was given up: never to be counted as good. */
export type Verdict =
  | { readonly type: "linearizable" }
  | { readonly type: "violation"; readonly key: string; readonly message: string; readonly operation: Operation }
  | { readonly type: "unknown"; readonly key: string };

const STEPS_MAX = 2_000_000;
export const INITIAL_VALUE = "";

/** Linearizability is local (Herlihy and Wing 1990, §3.1): every key is checked by itself. */
export function checkHistory(history: readonly Operation[], stepsMax = STEPS_MAX): Verdict {
  const keys = new Map<string, Operation[]>();
  for (const operation of history) keys.set(operation.key, [...(keys.get(operation.key) ?? []), operation]);
  for (const [key, operations] of keys) {
    const stale = checkStaleReads(key, operations);
    if (stale !== undefined) return stale;
    const verdict = checkKey(
      key,
      operations.filter((one) => !isStale(one) && !isLostRead(one)),
      stepsMax,
    );
    if (verdict.type !== "linearizable") return verdict;
  }
  return { type: "linearizable" };
}

/**
 * Operations of unknown outcome whose value nobody saw need not have happened: an order without them is an order. Only
 * when there is none must they be tried too, since one of them may be why a compare-and-set failed.
 */
function checkKey(key: string, operations: readonly Operation[], stepsMax: number): Verdict {
  const seen = new Set(operations.flatMap(({ action }) => seenBy(action)));
  const isNeeded = ({ action, returnedAt }: Operation): boolean =>
    returnedAt !== undefined || action.type === "read" || seen.has(action.value);
  const needed = operations.filter(isNeeded);
  const verdict = new KeySearch(key, needed, stepsMax).run();
  return verdict.type === "linearizable" || needed.length === operations.length
    ? verdict
    : new KeySearch(key, operations, stepsMax).run();
}

function seenBy(action: Operation["action"]): string[] {
  if (action.type === "read") return [action.value];
  return action.type === "compare-and-set" && action.isOk !== false ? [action.expected] : [];
}

function isStale({ action }: Operation): boolean {
  return action.type === "read" && action.mode === "stale";
}

function isLostRead({ action, returnedAt }: Operation): boolean {
  return returnedAt === undefined && action.type === "read";
}

/** A stale read answers with a value that somebody began to write before it returned. */
function checkStaleReads(key: string, operations: readonly Operation[]): Verdict | undefined {
  for (const read of operations) {
    const { action, returnedAt } = read;
    if (action.type !== "read" || action.mode !== "stale" || returnedAt === undefined) continue;
    const isKnown = operations.some(
      ({ action: other, calledAt }) => other.type !== "read" && other.value === action.value && calledAt <= returnedAt,
    );
    if (!isKnown && action.value !== INITIAL_VALUE)
      return {
        type: "violation",
        key,
        message: `a stale read saw "${action.value}", which nobody had written`,
        operation: read,
      };
  }
  return undefined;
}

/**
 * Wing and Gong's search with Lowe's memory: linearize one operation after another among those that no finished one
 * precedes; a set of done operations with a value is never tried twice.
 */
class KeySearch {
  readonly #key: string;
  readonly #operations: readonly Operation[];
  readonly #tried = new Set<string>();
  readonly #stepsMax: number;
  #steps = 0;
  #furthest: Operation | undefined = undefined;
  #furthestCount = -1;

  constructor(key: string, operations: readonly Operation[], stepsMax: number) {
    this.#key = key;
    this.#stepsMax = stepsMax;
    this.#operations = operations.toSorted((left, right) => left.calledAt - right.calledAt);
  }

  run(): Verdict {
    const found = this.#search();
    if (found === undefined) return { type: "unknown", key: this.#key };
    if (found) return { type: "linearizable" };
    const operation = this.#furthest as Operation;
    const message = `no order explains ${JSON.stringify(operation.action)} of process ${operation.process}`;
    return { type: "violation", key: this.#key, message, operation };
  }

  /** Depth first with an explicit stack. */
  #search(): boolean | undefined {
    const stack: { readonly done: ReadonlySet<number>; readonly value: string }[] = [
      { done: new Set(), value: INITIAL_VALUE },
    ];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (++this.#steps > this.#stepsMax) return undefined;
      if (this.#isFinished(state.done)) return true;
      for (const next of this.#candidates(state.done)) {
        const value = apply(this.#operations[next] as Operation, state.value);
        if (value === undefined) this.#note(state.done.size, next);
        else this.#push(stack, new Set([...state.done, next]), value);
      }
    }
    return false;
  }

  #returnOf(position: number): number {
    return this.#operations[position]?.returnedAt ?? Number.MAX_VALUE;
  }

  #note(count: number, position: number): void {
    if (count <= this.#furthestCount) return;
    this.#furthestCount = count;
    this.#furthest = this.#operations[position];
  }

  #push(
    stack: { readonly done: ReadonlySet<number>; readonly value: string }[],
    done: ReadonlySet<number>,
    value: string,
  ): void {
    const key = `${[...done].sort((left, right) => left - right).join(",")}|${value}`;
    if (this.#tried.has(key)) return;
    this.#tried.add(key);
    stack.push({ done, value });
  }

  /** Operations of unknown outcome need not happen. */
  #isFinished(done: ReadonlySet<number>): boolean {
    return this.#operations.every((operation, position) => operation.returnedAt === undefined || done.has(position));
  }

  /** Operations that were called before any operation that is still to come had returned. */
  #candidates(done: ReadonlySet<number>): number[] {
    let firstReturn = Number.POSITIVE_INFINITY;
    this.#operations.forEach((operation, position) => {
      if (!done.has(position)) firstReturn = Math.min(firstReturn, operation.returnedAt ?? Number.POSITIVE_INFINITY);
    });
    const candidates: number[] = [];
    this.#operations.forEach((operation, position) => {
      if (!done.has(position) && operation.calledAt <= firstReturn) candidates.push(position);
    });
    // The last is tried first: whoever returned first most likely happened first, who never returned perhaps never.
    return candidates.sort((left, right) => this.#returnOf(right) - this.#returnOf(left));
  }
}

/** The value afterwards, or undefined when the operation cannot happen at this value with its outcome. */
function apply({ action }: Operation, value: string): string | undefined {
  if (action.type === "write") return action.value;
  if (action.type === "read") return action.value === value ? value : undefined;
  const succeeds = value === action.expected;
  if (action.isOk !== undefined && action.isOk !== succeeds) return undefined;
  return succeeds ? action.value : value;
}
