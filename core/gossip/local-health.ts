/**
 * How slow this member itself seems to be (Lifeguard §IV-A): the higher, the longer it waits for others before it
 * accuses them. Raised by unanswered probes, missing nacks and having to refute; lowered by answered probes.
 */
export class LocalHealth {
  readonly #max: number;
  #score = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get score(): number {
    return this.#score;
  }

  change(by: number): void {
    this.#score = Math.min(this.#max, Math.max(0, this.#score + by));
  }

  stretch(ms: number): number {
    return ms * (this.#score + 1);
  }
}
