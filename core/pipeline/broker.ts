import { assert, Heap } from "#core/base";
import type { Evaluation } from "#core/model";

/** How long a worker may hold an evaluation before it is taken back. */
const NACK_TIMEOUT_MS = 60_000;
const DELIVERY_LIMIT = 3;
const FIRST_REQUEUE_DELAY_MS = 1000;
const REQUEUE_DELAY_STEP_MS = 20_000;

/** An evaluation in a worker's hands; the token proves that the hands are still the right ones. */
export interface Delivery {
  readonly evaluation: Evaluation;
  readonly token: string;
}

interface Outstanding extends Delivery {
  readonly deadlineMs: number;
  readonly deliveries: number;
}

interface Waiting {
  readonly evaluation: Evaluation;
  readonly deliveries: number;
  readonly readyAtMs: number;
}

/** What the passing of time brought: evaluations that nobody could finish. */
export interface BrokerTick {
  readonly exhausted: readonly Evaluation[];
}

/**
 * Hands evaluations to workers: by priority, then oldest first; one of a job at a time, the others of that job wait
 * and only the newest of them is kept. What is not acknowledged in time is delivered again, three times at most.
 */
export class Broker {
  readonly #newToken: () => string;
  readonly #ready = new Map<string, Heap<Waiting>>();
  readonly #delayed = new Heap<Waiting>((left, right) => left.readyAtMs < right.readyAtMs);
  readonly #outstanding = new Map<string, Outstanding>();
  readonly #busyJobs = new Map<string, string>();
  readonly #pendingOfJob = new Map<string, Evaluation[]>();
  readonly #known = new Set<string>();
  #cancelled: Evaluation[] = [];

  constructor(newToken: () => string) {
    this.#newToken = newToken;
  }

  /** Evaluations that wait, are delayed, or are in a worker's hands. */
  get size(): number {
    return this.#known.size;
  }

  /** `delayMs`: how long it must not be given out yet. */
  enqueue(evaluation: Evaluation, nowMs: number, delayMs = 0): void {
    if (this.#known.has(evaluation.id)) return;
    this.#known.add(evaluation.id);
    const readyAtMs = nowMs + delayMs;
    if (delayMs > 0) this.#delayed.push({ evaluation, deliveries: 0, readyAtMs });
    else this.#makeReady({ evaluation, deliveries: 0, readyAtMs });
  }

  /** The next evaluation of one of `types`, or undefined. */
  dequeue(types: readonly string[], nowMs: number): Delivery | undefined {
    let best: Heap<Waiting> | undefined;
    for (const type of types) {
      const heap = this.#ready.get(type);
      const first = heap?.peek();
      const leader = best?.peek();
      if (heap && first && (!leader || isBefore(first, leader))) best = heap;
    }
    const waiting = best?.pop();
    if (!waiting) return undefined;
    const { evaluation } = waiting;
    const token = this.#newToken();
    const outstanding = { evaluation, token, deadlineMs: nowMs + NACK_TIMEOUT_MS, deliveries: waiting.deliveries + 1 };
    this.#outstanding.set(evaluation.id, outstanding);
    return { evaluation, token };
  }

  /** Whether `token` still holds the evaluation: a plan of a lost delivery must not be applied. */
  holds(evalId: string, token: string): boolean {
    return this.#outstanding.get(evalId)?.token === token;
  }

  ack(evalId: string, token: string): boolean {
    if (!this.holds(evalId, token)) return false;
    const { evaluation } = this.#outstanding.get(evalId) as Outstanding;
    this.#forget(evaluation);
    this.#releaseJob(evaluation);
    return true;
  }

  /** Gives an evaluation back; it comes again after a delay, or is reported as exhausted by the next tick. */
  nack(evalId: string, token: string, nowMs: number): boolean {
    if (!this.holds(evalId, token)) return false;
    const { evaluation, deliveries } = this.#outstanding.get(evalId) as Outstanding;
    this.#outstanding.delete(evalId);
    const delayMs = deliveries === 1 ? FIRST_REQUEUE_DELAY_MS : (deliveries - 1) * REQUEUE_DELAY_STEP_MS;
    this.#delayed.push({ evaluation, deliveries, readyAtMs: nowMs + delayMs });
    return true;
  }

  /** Moves what is due, takes back what is overdue. */
  tick(nowMs: number): BrokerTick {
    const exhausted: Evaluation[] = [];
    for (const held of this.#outstanding.values())
      if (held.deadlineMs <= nowMs) this.nack(held.evaluation.id, held.token, nowMs);
    for (let next = this.#delayed.peek(); next !== undefined && next.readyAtMs <= nowMs; next = this.#delayed.peek()) {
      this.#delayed.pop();
      if (next.deliveries >= DELIVERY_LIMIT) {
        this.#forget(next.evaluation);
        this.#releaseJob(next.evaluation);
        exhausted.push(next.evaluation);
      } else this.#makeReady(next);
    }
    return { exhausted };
  }

  /** When `tick` is next of use, or undefined. */
  nextDueMs(): number | undefined {
    const held = [...this.#outstanding.values()].map((each) => each.deadlineMs);
    const delayed = this.#delayed.peek()?.readyAtMs;
    const due = Math.min(...held, delayed ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(due) ? due : undefined;
  }

  /** Evaluations that a newer one of their job made needless; each is given out once. */
  takeCancelled(): Evaluation[] {
    const cancelled = this.#cancelled;
    this.#cancelled = [];
    return cancelled;
  }

  #makeReady(waiting: Waiting): void {
    const { evaluation } = waiting;
    const holder = this.#busyJobs.get(jobKey(evaluation));
    if (holder !== undefined && holder !== evaluation.id) {
      const pending = this.#pendingOfJob.get(jobKey(evaluation)) ?? [];
      this.#pendingOfJob.set(jobKey(evaluation), [...pending, evaluation]);
      return;
    }
    if (evaluation.jobId !== "") this.#busyJobs.set(jobKey(evaluation), evaluation.id);
    const heap = this.#ready.get(evaluation.type) ?? new Heap(isBefore);
    heap.push(waiting);
    this.#ready.set(evaluation.type, heap);
  }

  #releaseJob(evaluation: Evaluation): void {
    const key = jobKey(evaluation);
    if (this.#busyJobs.get(key) !== evaluation.id) return;
    this.#busyJobs.delete(key);
    const pending = this.#pendingOfJob.get(key) ?? [];
    this.#pendingOfJob.delete(key);
    const newest = pending.toSorted(
      (left, right) => right.modifyIndex - left.modifyIndex || right.priority - left.priority,
    );
    const [next, ...older] = newest;
    for (const each of older) this.#forget(each);
    this.#cancelled.push(...older);
    if (next) this.#makeReady({ evaluation: next, deliveries: 0, readyAtMs: 0 });
  }

  #forget(evaluation: Evaluation): void {
    assert(this.#known.delete(evaluation.id), () => `broker: evaluation ${evaluation.id} is not known`);
    this.#outstanding.delete(evaluation.id);
  }
}

function isBefore(left: Waiting, right: Waiting): boolean {
  const [a, b] = [left.evaluation, right.evaluation];
  return a.priority !== b.priority ? a.priority > b.priority : a.createIndex < b.createIndex;
}

function jobKey(evaluation: Evaluation): string {
  return `${evaluation.namespace}\u0000${evaluation.jobId}`;
}
