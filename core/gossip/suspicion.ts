/** Time before a suspect is declared failed, in two bounds (Lifeguard §IV-B). */
export interface SuspicionBounds {
  readonly minMs: number;
  readonly maxMs: number;
  /** Independent confirmations that bring it down to `minMs`. */
  readonly confirmations: number;
}

export function suspicionBounds(
  members: number,
  profile: {
    readonly suspicionMultiplier: number;
    readonly suspicionMaxMultiplier: number;
    readonly probeIntervalMs: number;
  },
): SuspicionBounds {
  const minMs = profile.suspicionMultiplier * Math.max(1, Math.log10(Math.max(1, members))) * profile.probeIntervalMs;
  const wanted = profile.suspicionMultiplier - 2;
  const confirmations = members - 2 < wanted ? 0 : wanted;
  return { minMs, maxMs: profile.suspicionMaxMultiplier * minMs, confirmations };
}

const QUESTIONS_MAX = 3;

/** One suspicion: it waits long while one member alone holds it, and shorter the more confirm it independently. */
export class Suspicion {
  readonly incarnation: number;
  readonly #bounds: SuspicionBounds;
  #startedMs: number;
  #questions = 0;
  readonly #confirmedBy = new Set<string>();

  constructor(incarnation: number, from: string, bounds: SuspicionBounds, nowMs: number) {
    this.incarnation = incarnation;
    this.#bounds = bounds;
    this.#startedMs = nowMs;
    this.#confirmedBy.add(from);
  }

  get deadlineMs(): number {
    const { minMs, maxMs, confirmations } = this.#bounds;
    if (confirmations === 0) return this.#startedMs + minMs;
    const count = this.#confirmedBy.size - 1;
    const waitMs = maxMs - (maxMs - minMs) * (Math.log(count + 1) / Math.log(confirmations + 1));
    return this.#startedMs + Math.max(minMs, waitMs);
  }

  /** When the suspect itself is asked next: at 1/2, 3/4 and 7/8 of the time that it has; then no more. */
  get questionMs(): number {
    if (this.#questions >= QUESTIONS_MAX) return Number.POSITIVE_INFINITY;
    return this.#startedMs + (this.deadlineMs - this.#startedMs) * (1 - 0.5 ** (this.#questions + 1));
  }

  asked(): void {
    this.#questions++;
  }

  /** This member stood still meanwhile: nobody could have told it better. */
  postpone(byMs: number): void {
    this.#startedMs += byMs;
  }

  /** True when this is a new confirmation, worth telling on. */
  confirm(from: string): boolean {
    if (this.#confirmedBy.size > this.#bounds.confirmations || this.#confirmedBy.has(from)) return false;
    this.#confirmedBy.add(from);
    return true;
  }
}
