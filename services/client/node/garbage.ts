import type { Logger, TimerHandle, Timers } from "#core/base";
import { diskSpace } from "#client/fingerprint";
import type { Allocations } from "./allocations.ts";
import type { GarbageConfig } from "./config.ts";

export interface GarbageOptions {
  readonly config: GarbageConfig;
  readonly allocations: Allocations;
  readonly allocDirectory: string;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Removes finished allocations, the oldest first, while there are too many or the disk is too full. */
export class GarbageCollector {
  readonly #options: GarbageOptions;
  #timer: TimerHandle | undefined;
  #isStopped = false;

  constructor(options: GarbageOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.timers.after(this.#options.config.intervalMs, () => {
      void this.collect().finally(() => {
        if (!this.#isStopped) this.start();
      });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** One pass; returns how many were removed. */
  async collect(): Promise<number> {
    let removed = 0;
    for (;;) {
      const reason = this.#reason();
      const batch = reason === undefined ? [] : this.#oldest();
      if (reason === undefined || batch.length === 0) return removed;
      this.#options.logger.log("info", `collecting ${batch.length} finished allocations: ${reason}`);
      removed += await this.#destroy(batch);
    }
  }

  /** Removes every finished allocation, as `system gc` and `client/gc` ask. */
  async collectAll(): Promise<number> {
    let removed = 0;
    for (let batch = this.#oldest(); batch.length > 0; batch = this.#oldest()) {
      const count = await this.#destroy(batch);
      if (count === 0) break;
      removed += count;
    }
    return removed;
  }

  #oldest(): readonly string[] {
    return this.#options.allocations.endedIds.slice(0, this.#options.config.parallelDestroys);
  }

  async #destroy(batch: readonly string[]): Promise<number> {
    const done = await Promise.all(batch.map((id) => this.#options.allocations.destroy(id)));
    return done.filter(Boolean).length;
  }

  #reason(): string | undefined {
    const { config, allocations, allocDirectory } = this.#options;
    if (allocations.size > config.maxAllocs)
      return `${allocations.size} allocations, gc_max_allocs is ${config.maxAllocs}`;
    const disk = diskSpace(allocDirectory);
    if (disk.usedPercent > config.diskUsagePercent) return `the disk is ${Math.round(disk.usedPercent)} % full`;
    if (disk.inodesUsedPercent > config.inodeUsagePercent)
      return `${Math.round(disk.inodesUsedPercent)} % of the inodes are used`;
    return undefined;
  }
}
