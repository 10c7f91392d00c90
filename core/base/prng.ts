import type { Random } from "./contracts.ts";

/** xoshiro128** (Blackman and Vigna 2018), seeded through SplitMix32: the same seed gives the same run everywhere. */
export class Prng implements Random {
  readonly #state = new Uint32Array(4);

  constructor(seed: number) {
    let mix = seed >>> 0;
    for (let index = 0; index < 4; index++) {
      mix = (mix + 0x9e3779b9) >>> 0;
      let value = mix;
      value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
      value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
      this.#state[index] = (value ^ (value >>> 16)) >>> 0;
    }
  }

  /** The next 32 bits. */
  next(): number {
    const s = this.#state;
    const s0 = s[0] as number;
    const s1 = s[1] as number;
    const second = (s[2] as number) ^ s0;
    const third = (s[3] as number) ^ s1;
    s[0] = s0 ^ third;
    s[1] = s1 ^ second;
    s[2] = second ^ (s1 << 9);
    s[3] = rotateLeft(third, 11);
    return Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
  }

  below(bound: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * bound);
  }

  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 0xff);
  }
}

function rotateLeft(value: number, count: number): number {
  return ((value << count) | (value >>> (32 - count))) >>> 0;
}
