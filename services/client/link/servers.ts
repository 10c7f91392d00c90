import type { Random } from "#core/base";

/** The servers that a client may talk to, one at a time: a failed one goes to the end of the line. */
export class Servers {
  readonly #addresses: string[];

  /** In an order of its own for each client, so that not all of them choose the same server. */
  constructor(addresses: readonly string[], random: Random) {
    this.#addresses = [...new Set(addresses)];
    for (let last = this.#addresses.length - 1; last > 0; last--) this.#swap(last, random.below(last + 1));
  }

  get current(): string | undefined {
    return this.#addresses[0];
  }

  get all(): readonly string[] {
    return this.#addresses;
  }

  failed(address: string): void {
    if (this.#addresses[0] !== address) return;
    this.#addresses.shift();
    this.#addresses.push(address);
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#addresses[left] as string, this.#addresses[right] as string];
    [this.#addresses[left], this.#addresses[right]] = [b, a];
  }
}
