import type { ServerId } from "./entry.ts";
import type { RequestId } from "./event.ts";

/** A read whose index is confirmed and not yet applied. */
export interface ConfirmedRead {
  readonly id: RequestId;
  readonly readIndex: number;
}

const nothing: readonly ConfirmedRead[] = [];

/**
 * ReadIndex (thesis §6.4) without leases: a read is linearizable at the commit index noted when a round of heartbeats
 * begins *after* the read arrived, once a quorum has answered that very round in this term. Reads that arrive
 * while a round is out wait together for the next one; no answer to an earlier round ever counts for them.
 */
export class ReadRounds {
  #waiting: RequestId[] = [];
  #round = 0;
  #roundIndex = 0;
  #inRound: RequestId[] = [];
  readonly #answered = new Set<ServerId>();
  #confirmed: ConfirmedRead[] = [];

  /** The number that heartbeats carry. */
  get round(): number {
    return this.#round;
  }

  get size(): number {
    return this.#waiting.length + this.#inRound.length + this.#confirmed.length;
  }

  add(id: RequestId): void {
    this.#waiting.push(id);
  }

  /** True when there are reads to ask for and no round is out. */
  get canBegin(): boolean {
    return this.#waiting.length > 0 && this.#inRound.length === 0;
  }

  begin(commitIndex: number): void {
    this.#round++;
    this.#roundIndex = commitIndex;
    this.#inRound = this.#waiting;
    this.#waiting = [];
    this.#answered.clear();
  }

  /** Notes an answer; true when the round that is out now has a quorum. */
  answer(from: ServerId, round: number, isConfirmed: (answered: ReadonlySet<ServerId>) => boolean): boolean {
    if (round !== this.#round || this.#inRound.length === 0) return false;
    this.#answered.add(from);
    return isConfirmed(this.#answered);
  }

  confirm(): void {
    for (const id of this.#inRound) this.#confirmed.push({ id, readIndex: this.#roundIndex });
    this.#inRound = [];
  }

  /** Takes out the confirmed reads that the state machine has reached. */
  ready(appliedIndex: number): readonly ConfirmedRead[] {
    if (this.#confirmed.length === 0) return nothing;
    const ready = this.#confirmed.filter((read) => read.readIndex <= appliedIndex);
    this.#confirmed = this.#confirmed.filter((read) => read.readIndex > appliedIndex);
    return ready;
  }

  /** Every read that is still open: leadership is lost. */
  drain(): RequestId[] {
    return [...this.#confirmed.map((read) => read.id), ...this.#inRound, ...this.#waiting];
  }
}
