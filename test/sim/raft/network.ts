import { Prng } from "#core/base";
import { decodeFrame, encodeFrame, type Message } from "#core/raft";
import { Violation } from "./ledger.ts";
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
  corrupted = 0;
  readonly #corruption: Prng;

  constructor(swarm: Swarm, random: Prng) {
    this.#swarm = swarm;
    this.#random = random;
    this.#corruption = new Prng(swarm.seed);
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

  /** True when the message was damaged on the way: as a frame it must then be dropped, never read as something else. */
  corrupts(message: Message): boolean {
    const { corruptionRate } = this.#swarm;
    if (corruptionRate === 0 || !this.isHostile || this.#corruption.fraction() >= corruptionRate) return false;
    this.corrupted++;
    const frame = encodeFrame(message, { clusterId: "cluster", incarnation: 1 });
    const at = this.#corruption.below(frame.length);
    frame[at] = (frame[at] as number) ^ (1 << this.#corruption.below(8));
    if (decodeFrame(frame, "cluster").type === "message")
      throw new Violation("frames", `a damaged ${message.type} was read as a message`);
    return true;
  }

  #delay(): number {
    const delay = this.#swarm.delayMs + this.#random.fraction() * this.#swarm.jitterMs;
    if (!this.isHostile || this.#random.fraction() >= this.#swarm.reorderRate) return delay;
    this.reordered++;
    return delay + this.#random.fraction() * 600;
  }
}
