const BUCKET_HEX_DIGITS = 3;
const BUCKETS = 16 ** BUCKET_HEX_DIGITS;

/**
 * Ids to slots, bucketed by their leading twelve bits: a look-up is a binary search in one bucket, a prefix look-up
 * or a walk in id order is a walk over buckets. Ids are lower-case hexadecimal with dashes (UUIDs).
 */
export class IdIndex {
  readonly #buckets: (number[] | undefined)[] = Array.from({ length: BUCKETS }, () => undefined);
  readonly #idOf: (slot: number) => string;
  #size = 0;

  constructor(idOf: (slot: number) => string) {
    this.#idOf = idOf;
  }

  get size(): number {
    return this.#size;
  }

  find(id: string): number | undefined {
    const bucket = this.#buckets[bucketOf(id)];
    if (bucket === undefined) return undefined;
    const at = this.#lowerBound(bucket, id);
    const slot = bucket[at];
    return slot !== undefined && this.#idOf(slot) === id ? slot : undefined;
  }

  insert(id: string, slot: number): void {
    const at = bucketOf(id);
    const bucket = (this.#buckets[at] ??= []);
    bucket.splice(this.#lowerBound(bucket, id), 0, slot);
    this.#size++;
  }

  remove(id: string): void {
    const bucket = this.#buckets[bucketOf(id)];
    if (bucket === undefined) return;
    const at = this.#lowerBound(bucket, id);
    if (bucket[at] === undefined || this.#idOf(bucket[at]) !== id) return;
    bucket.splice(at, 1);
    this.#size--;
  }

  /** Slots whose ids begin with `prefix`, in id order. */
  *withPrefix(prefix: string): Generator<number> {
    const digits = prefix.slice(0, BUCKET_HEX_DIGITS);
    const first = digits === "" ? 0 : Number.parseInt(digits.padEnd(BUCKET_HEX_DIGITS, "0"), 16);
    const last = digits === "" ? BUCKETS - 1 : Number.parseInt(digits.padEnd(BUCKET_HEX_DIGITS, "f"), 16);
    for (let at = first; at <= last; at++) {
      for (const slot of this.#buckets[at] ?? []) {
        if (this.#idOf(slot).startsWith(prefix)) yield slot;
      }
    }
  }

  #lowerBound(bucket: readonly number[], id: string): number {
    let low = 0;
    let high = bucket.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#idOf(bucket[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function bucketOf(id: string): number {
  const bucket = Number.parseInt(id.slice(0, BUCKET_HEX_DIGITS), 16);
  return Number.isNaN(bucket) ? 0 : bucket;
}
