/**
 * Node slots by score, best first, in typed arrays: built in O(n), and each placement costs O(log n) because only
 * the chosen node is scored again. Equal scores are ordered by a hash of slot and seed, so that evaluations that
 * meet equal nodes spread over them, and the same evaluation always takes the same one.
 */
export class ScoreHeap {
  readonly #slots: Int32Array;
  readonly #scores: Float64Array;
  readonly #ties: Uint32Array;
  readonly #seed: number;
  #size = 0;

  constructor(capacity: number, seed: number) {
    this.#slots = new Int32Array(capacity);
    this.#scores = new Float64Array(capacity);
    this.#ties = new Uint32Array(capacity);
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  /** Puts a slot at the end without ordering; call `order` once after the last. */
  append(slot: number, score: number): void {
    this.#put(this.#size++, slot, score, mix(slot ^ this.#seed));
  }

  order(): void {
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  bestSlot(): number {
    return this.#slots[0] as number;
  }

  bestScore(): number {
    return this.#scores[0] as number;
  }

  /** Scores the best slot anew. */
  rescoreBest(score: number): void {
    this.#scores[0] = score;
    this.#sink(0);
  }

  dropBest(): void {
    this.#size--;
    this.#move(this.#size, 0);
    this.#sink(0);
  }

  /** The best few, best first, without taking them out. */
  top(count: number): { slot: number; score: number }[] {
    const pending = this.#size > 0 ? [0] : [];
    const found: { slot: number; score: number }[] = [];
    while (pending.length > 0 && found.length < count) {
      pending.sort((left, right) => (this.#isBefore(left, right) ? -1 : 1));
      const at = pending.shift() as number;
      found.push({ slot: this.#slots[at] as number, score: this.#scores[at] as number });
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.#size) pending.push(child);
    }
    return found;
  }

  #isBefore(left: number, right: number): boolean {
    const difference = (this.#scores[left] as number) - (this.#scores[right] as number);
    return difference !== 0 ? difference > 0 : (this.#ties[left] as number) < (this.#ties[right] as number);
  }

  #sink(start: number): void {
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#size) return;
      const right = left + 1;
      const child = right < this.#size && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(left: number, right: number): void {
    const [slot, score, tie] = [this.#slots[left] as number, this.#scores[left] as number, this.#ties[left] as number];
    this.#move(right, left);
    this.#put(right, slot, score, tie);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#slots[from] as number, this.#scores[from] as number, this.#ties[from] as number);
  }

  #put(at: number, slot: number, score: number, tie: number): void {
    this.#slots[at] = slot;
    this.#scores[at] = score;
    this.#ties[at] = tie;
  }
}

/** A 32-bit finaliser (MurmurHash3, Appleby 2011). */
function mix(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
