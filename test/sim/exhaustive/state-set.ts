const FIRST_CAPACITY = 1 << 16;

/**
 * Which states were seen, as 64-bit fingerprints in flat arrays: 8 bytes a state. With 10^8 states two different ones
 * share a fingerprint with a chance of about 1 in 3,700; then one of them is not tried.
 */
export class StateSet {
  #low = new Uint32Array(FIRST_CAPACITY);
  #high = new Uint32Array(FIRST_CAPACITY);
  size = 0;

  /** True when the state is new. */
  add(state: Uint32Array, length: number): boolean {
    if (2 * this.size > this.#low.length) this.#grow();
    const low = hashOf(state, length, 0x9747b28c) || 1;
    const high = hashOf(state, length, 0x1b873593);
    const isNew = this.#insert(low, high);
    if (isNew) this.size++;
    return isNew;
  }

  #insert(low: number, high: number): boolean {
    const mask = this.#low.length - 1;
    let at = (low ^ (high << 7)) & mask;
    while (this.#low[at] !== 0) {
      if (this.#low[at] === low && this.#high[at] === high) return false;
      at = (at + 1) & mask;
    }
    this.#low[at] = low;
    this.#high[at] = high;
    return true;
  }

  #grow(): void {
    const [low, high] = [this.#low, this.#high];
    this.#low = new Uint32Array(low.length * 2);
    this.#high = new Uint32Array(high.length * 2);
    for (let at = 0; at < low.length; at++) if (low[at] !== 0) this.#insert(low[at] as number, high[at] as number);
  }
}

/** MurmurHash3 of the words. */
function hashOf(state: Uint32Array, length: number, seed: number): number {
  let hash = seed;
  for (let at = 0; at < length; at++) {
    let word = Math.imul(state[at] as number, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
