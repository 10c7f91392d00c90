import { assert } from "./assert.ts";

/** A first-in first-out queue that never grows past its bound; a full queue refuses and the caller decides. */
export class BoundedQueue<T> {
  readonly #capacity: number;
  readonly #slots: (T | undefined)[];
  #head = 0;
  #size = 0;

  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity > 0, "BoundedQueue: capacity must be a positive integer");
    this.#capacity = capacity;
    this.#slots = Array.from({ length: capacity }, () => undefined);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === this.#capacity;
  }

  /** False when there is no room: nothing was queued. */
  push(item: T): boolean {
    if (this.isFull) return false;
    this.#slots[(this.#head + this.#size) % this.#capacity] = item;
    this.#size++;
    return true;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#capacity;
    this.#size--;
    return item;
  }
}
