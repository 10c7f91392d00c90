import type { Clock, TimerHandle, Timers } from "#core/base";

interface Armed {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Time that passes when a test says so. Promises settle between two timers. */
export class ManualTime implements Clock, Timers {
  #nowMs = 0;
  readonly #armed = new Set<Armed>();

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): TimerHandle {
    const armed: Armed = { dueMs: this.#nowMs + delayMs, run };
    this.#armed.add(armed);
    return { cancel: () => void this.#armed.delete(armed) };
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#armed.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): Armed | undefined {
    const due = [...this.#armed].filter((armed) => armed.dueMs <= endMs);
    return due.sort((left, right) => left.dueMs - right.dueMs)[0];
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
