import type { Prng } from "#core/base";
import type { Swarm } from "./swarm.ts";

/** Which way is open, and what happens to a message on it. */
export class SimulatedNetwork {
  readonly #swarm: Swarm;
  readonly #random: Prng;
  readonly #blocked = new Map<string, number>();
  isHostile = true;
  dropped = 0;
  duplicated = 0;
  reordered = 0;

  constructor(swarm: Swarm, random: Prng) {
    this.#swarm = swarm;
    this.#random = random;
  }

  block(from: string, to: string, untilMs: number): void {
    const key = `${from}>${to}`;
    this.#blocked.set(key, Math.max(untilMs, this.#blocked.get(key) ?? 0));
  }

  heal(): void {
    this.#blocked.clear();
  }

  /** Delays after which copies of a message arrive; none when it is lost. */
  deliveries(from: string, to: string, nowMs: number): readonly number[] {
    if (this.#blocked.size > 0 && (this.#blocked.get(`${from}>${to}`) ?? 0) > nowMs) return [];
    if (!this.isHostile) return [this.#delay()];
    if (this.#random.fraction() < this.#swarm.lossRate) {
      this.dropped++;
      return [];
    }
    if (this.#random.fraction() >= this.#swarm.duplicationRate) return [this.#delay()];
    this.duplicated++;
    return [this.#delay(), this.#delay() * 4];
  }

  #delay(): number {
    const delay = this.#swarm.delayMs + this.#random.fraction() * this.#swarm.jitterMs;
    if (!this.isHostile || this.#random.fraction() >= this.#swarm.reorderRate) return delay;
    this.reordered++;
    return delay + this.#random.fraction() * 600;
  }
}
