import { assert } from "#core/base";

const FIRST_CAPACITY = 256;

/**
 * What will happen in a world, by time and, at equal times, in the order of asking. A binary heap over flat arrays,
 * because a run asks for millions of moments and an object for each costs more than the rest of the queue.
 */
export class EventQueue {
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  readonly #acts: (() => void)[] = [];
  #next = 0;

  get size(): number {
    return this.#acts.length;
  }

  /** When the next thing happens; infinity when nothing will. */
  get nextMs(): number {
    return this.#acts.length === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  push(atMs: number, act: () => void): void {
    const order = this.#next++;
    let at = this.#acts.length;
    if (at === this.#times.length) this.#grow();
    this.#acts.push(act);
    const [times, orders, acts] = [this.#times, this.#orders, this.#acts];
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // A newer order never leaves before an older one of the same time.
      if ((times[parent] as number) <= atMs) break;
      times[at] = times[parent] as number;
      orders[at] = orders[parent] as number;
      acts[at] = acts[parent] as () => void;
      at = parent;
    }
    times[at] = atMs;
    orders[at] = order;
    acts[at] = act;
  }

  /** Takes out what happens next. */
  pop(): () => void {
    const first = this.#acts[0];
    const last = this.#acts.pop();
    assert(first !== undefined && last !== undefined, "something is left to happen");
    const size = this.#acts.length;
    if (size > 0) this.#sink(size, this.#times[size] as number, this.#orders[size] as number, last);
    return first;
  }

  /** Lets a hole at the top sink to where (atMs, order) belongs. */
  #sink(size: number, atMs: number, order: number, act: () => void): void {
    const [times, orders, acts] = [this.#times, this.#orders, this.#acts];
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      const right = child + 1;
      if (right < size && this.#isBefore(right, times[child] as number, orders[child] as number)) child = right;
      if (!this.#isBefore(child, atMs, order)) break;
      times[at] = times[child] as number;
      orders[at] = orders[child] as number;
      acts[at] = acts[child] as () => void;
      at = child;
    }
    times[at] = atMs;
    orders[at] = order;
    acts[at] = act;
  }

  #isBefore(at: number, atMs: number, order: number): boolean {
    const time = this.#times[at] as number;
    return time < atMs || (time === atMs && (this.#orders[at] as number) < order);
  }

  #grow(): void {
    const [times, orders] = [this.#times, this.#orders];
    this.#times = new Float64Array(times.length * 2);
    this.#orders = new Float64Array(times.length * 2);
    this.#times.set(times);
    this.#orders.set(orders);
  }
}
