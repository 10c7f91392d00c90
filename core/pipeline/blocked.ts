import type { Evaluation } from "#core/model";

/** What the arrival of an evaluation did to the set. */
export interface Blocking {
  /** Older evaluations of the same job, now needless. */
  readonly duplicates: readonly Evaluation[];
  /** Room came after the evaluation looked and before it arrived: it goes back to the broker at once. */
  readonly missedRoom: boolean;
}

/**
 * Evaluations that wait for room, at most one a job. They wake when a node of a class that they may use, or that
 * they have not seen, gains room.
 */
export class BlockedEvaluations {
  readonly #byJob = new Map<string, Evaluation>();
  readonly #lastUnblock = new Map<string, number>();

  get size(): number {
    return this.#byJob.size;
  }

  block(evaluation: Evaluation): Blocking {
    const key = `${evaluation.namespace}\u0000${evaluation.jobId}`;
    const known = this.#byJob.get(key);
    if (this.#missedRoom(evaluation)) return { duplicates: [], missedRoom: true };
    if (known && known.snapshotIndex > evaluation.snapshotIndex) return { duplicates: [evaluation], missedRoom: false };
    this.#byJob.set(key, evaluation);
    return { duplicates: known && known.id !== evaluation.id ? [known] : [], missedRoom: false };
  }

  /** Room appeared on a node of `computedClass` at `index`: the evaluations that may use it, taken out. */
  unblock(computedClass: string, index: number): Evaluation[] {
    this.#lastUnblock.set(computedClass, index);
    const woken: Evaluation[] = [];
    for (const [key, evaluation] of this.#byJob) {
      if (!mayUse(evaluation, computedClass)) continue;
      this.#byJob.delete(key);
      woken.push(evaluation);
    }
    return woken;
  }

  /** A job was deregistered or has a newer evaluation: nothing waits for it any more. */
  untrack(namespace: string, jobId: string): void {
    this.#byJob.delete(`${namespace}\u0000${jobId}`);
  }

  #missedRoom(evaluation: Evaluation): boolean {
    for (const [computedClass, index] of this.#lastUnblock) {
      if (index > evaluation.snapshotIndex && mayUse(evaluation, computedClass)) return true;
    }
    return false;
  }
}

function mayUse(evaluation: Evaluation, computedClass: string): boolean {
  return evaluation.escapedComputedClass || evaluation.classEligibility?.[computedClass] !== false;
}
