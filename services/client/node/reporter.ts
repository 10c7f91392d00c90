import { type Clock, type Logger, retryClass, type TimerHandle, type Timers } from "#core/base";
import { AllocNetworkStatus } from "#core/model";
import { empty } from "#core/schema";
import type { AllocReport } from "#client/alloc";
import type { AllocationUpdate, ServerLink } from "#client/link";

const BATCH_MS = 200;
const RETRY_MS = 1_000;
const BATCH_MAX = 1_000;

export interface ReporterOptions {
  readonly link: ServerLink;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Tells the servers what became of allocations, in batches: only the newest state of each is kept, so that a server that
 * is away costs one entry an allocation.
 */
export class StatusReporter {
  readonly #options: ReporterOptions;
  readonly #waiting = new Map<string, AllocationUpdate>();
  readonly #told = new Map<string, string>();
  #timer: TimerHandle | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  report(report: AllocReport): void {
    const update = this.#updateOf(report);
    const digest = digestOf(update);
    if (this.#told.get(update.id) === digest) return;
    this.#told.set(update.id, digest);
    this.#waiting.set(update.id, update);
    this.#wake(BATCH_MS);
  }

  forget(allocId: string): void {
    this.#told.delete(allocId);
    this.#waiting.delete(allocId);
  }

  /** Sends what waits, now; for leaving. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#sending;
    await this.#send();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #updateOf({ allocation, status, taskStates }: AllocReport): AllocationUpdate {
    return {
      id: allocation.id,
      nodeId: this.#options.nodeId,
      jobId: allocation.jobId,
      namespace: allocation.namespace,
      clientStatus: status.status,
      clientDescription: status.description,
      taskStates,
      deploymentStatus: allocation.deploymentStatus,
      networkStatus: allocation.networkStatus ?? empty(AllocNetworkStatus),
      modifyTimeMs: this.#options.clock.nowMs(),
    };
  }

  #wake(delayMs: number): void {
    if (this.#timer || this.#sending || this.#options.signal.aborted) return;
    this.#timer = this.#options.timers.after(delayMs, () => {
      this.#timer = undefined;
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
      });
    });
  }

  async #send(): Promise<void> {
    const batch = [...this.#waiting.values()].slice(0, BATCH_MAX);
    if (batch.length === 0) return;
    for (const update of batch) this.#waiting.delete(update.id);
    const sent = await this.#options.link.updateAllocations(batch, this.#options.signal);
    if (!sent.ok) {
      this.#options.logger.log("warn", `allocation status was not taken: ${sent.failure.message}`);
      if (retryClass(sent.failure.code) !== "never") this.#putBack(batch);
    }
    this.#sending = undefined;
    if (this.#waiting.size > 0) this.#wake(sent.ok ? 0 : RETRY_MS);
  }

  /** What has changed again meanwhile is newer than what could not be sent. */
  #putBack(batch: readonly AllocationUpdate[]): void {
    for (const update of batch) if (!this.#waiting.has(update.id)) this.#waiting.set(update.id, update);
  }
}

/** Changes when anything that the servers keep does. */
function digestOf(update: AllocationUpdate): string {
  return JSON.stringify({ ...update, modifyTimeMs: 0 });
}
