/** A binary heap; `before(a, b)` says that a leaves first. Equal items leave in no particular order. */
export class Heap<T> {
  readonly #before: (left: T, right: T) => boolean;
  readonly #items: T[] = [];

  constructor(before: (left: T, right: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (this.#items.length > 0 && last !== undefined) {
      this.#items[0] = last;
      this.#sink(0);
    }
    return first;
  }

  /** Takes out every item that matches and returns them; linear. */
  removeWhere(matches: (item: T) => boolean): T[] {
    const kept: T[] = [];
    const removed: T[] = [];
    for (const item of this.#items) (matches(item) ? removed : kept).push(item);
    this.#items.length = 0;
    for (const item of kept) this.push(item);
    return removed;
  }

  #rise(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(this.#items[at] as T, this.#items[parent] as T)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(start: number): void {
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const rightWins = right < this.#items.length && this.#before(this.#items[right] as T, this.#items[left] as T);
      const child = rightWins ? right : left;
      if (!this.#before(this.#items[child] as T, this.#items[at] as T)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(left: number, right: number): void {
    const item = this.#items[left] as T;
    this.#items[left] = this.#items[right] as T;
    this.#items[right] = item;
  }
}
