import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, ok, type Result } from "#core/base";
import type { Allocation } from "#core/model";
import { type AllocEnvironment, type AllocReport, AllocRunner, type AllocStore } from "#client/alloc";
import { allocPlaces, handOnData } from "#client/task";
import type { AllocationBatch } from "#client/link";

const TERMINAL = ["complete", "failed", "lost"];

export interface AllocationsOptions {
  readonly environment: AllocEnvironment;
  readonly store: AllocStore;
  readonly report: (report: AllocReport) => void;
  readonly forget: (allocId: string) => void;
}

/** The allocations of this client: what the servers asked for against what runs here. */
export class Allocations {
  readonly #options: AllocationsOptions;
  readonly #logger: Logger;
  readonly #runners = new Map<string, AllocRunner>();
  /** Replacements that wait for the allocation they replace to free its ports and files. */
  readonly #waiting = new Map<string, AllocRunner[]>();
  /** When each ended, in order of ending. */
  readonly #ended = new Map<string, number>();
  readonly #destroying = new Set<string>();
  /** The servers no longer know these; they go as soon as they have ended. */
  readonly #unwanted = new Set<string>();

  constructor(options: AllocationsOptions) {
    this.#options = options;
    this.#logger = options.environment.logger;
  }

  get size(): number {
    return this.#runners.size;
  }

  get(allocId: string): AllocRunner | undefined {
    return this.#runners.get(allocId);
  }

  get all(): Iterable<AllocRunner> {
    return this.#runners.values();
  }

  /** Allocations that are over, the longest ago first. */
  get endedIds(): readonly string[] {
    return [...this.#ended.keys()];
  }

  get isQuiet(): boolean {
    return [...this.#runners.values()].every((runner) => runner.isDone);
  }

  /** Takes up what an earlier agent left. */
  restore(): Result<void> {
    const stored = this.#options.store.readAll(this.#logger);
    if (!stored.ok) return stored;
    const fresh: AllocRunner[] = [];
    for (const { allocation, progress } of stored.value) {
      const runner = this.#create(allocation, progress);
      if (runner === undefined) continue;
      // The last agent may have died between noting an end and telling it.
      if (runner.isDone) this.#changed(runner.report);
      else if (progress === undefined) fresh.push(runner);
      else runner.resume();
    }
    for (const runner of fresh) this.#beginAfterPrevious(runner);
    return ok(undefined);
  }

  apply(batch: AllocationBatch): void {
    for (const allocation of batch.changed) this.#take(allocation);
    const listed = new Set(batch.changed.map((allocation) => allocation.id));
    const missing = batch.isFull ? [...this.#runners.keys()].filter((id) => !listed.has(id)) : [];
    for (const id of [...batch.removed, ...missing]) this.#drop(id);
  }

  stopAll(): void {
    for (const runner of this.#runners.values()) if (!runner.isDone) runner.stop(true);
  }

  detachAll(): void {
    for (const runner of this.#runners.values()) runner.detach();
  }

  /** Removes a finished allocation's files and state; false when there is none such. */
  async destroy(allocId: string): Promise<boolean> {
    const runner = this.#runners.get(allocId);
    if (runner === undefined || !runner.isDone || this.#destroying.has(allocId)) return false;
    this.#destroying.add(allocId);
    runner.detach();
    await rm(join(this.#options.environment.allocDirectory, allocId), { recursive: true, force: true }).catch(
      (error: Error) => this.#logger.log("warn", `cannot remove the files of ${allocId}: ${error.message}`),
    );
    this.#options.store.remove(allocId);
    this.#runners.delete(allocId);
    this.#ended.delete(allocId);
    this.#unwanted.delete(allocId);
    this.#destroying.delete(allocId);
    this.#options.forget(allocId);
    return true;
  }

  #take(allocation: Allocation): void {
    const runner = this.#runners.get(allocation.id);
    if (runner) return this.#update(runner, allocation);
    if (TERMINAL.includes(allocation.clientStatus)) return;
    const created = this.#create(allocation);
    if (created === undefined) return;
    const written = this.#options.store.writeAllocation(allocation);
    if (!written.ok) this.#logger.log("error", written.failure.message);
    if (allocation.desiredStatus !== "run") return created.stop(true);
    this.#beginAfterPrevious(created);
  }

  #update(runner: AllocRunner, allocation: Allocation): void {
    const written = this.#options.store.writeAllocation(allocation);
    if (!written.ok) this.#logger.log("error", written.failure.message);
    runner.update(allocation);
  }

  #beginAfterPrevious(runner: AllocRunner): void {
    const previous = this.#runners.get(runner.allocation.previousAllocation);
    if (previous === undefined) return runner.begin();
    if (previous.isDone) return this.#replace(previous, runner);
    const { id } = previous.allocation;
    this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), runner]);
  }

  #replace(previous: AllocRunner, next: AllocRunner): void {
    const { job, taskGroup, id } = next.allocation;
    const group = job?.taskGroups?.find((candidate) => candidate.name === taskGroup);
    if (group?.ephemeralDisk?.sticky === true) {
      const places = (allocId: string) => allocPlaces(this.#options.environment.allocDirectory, allocId);
      const tasks = (group.tasks ?? []).map((task) => task.name);
      const moved = handOnData(places(previous.allocation.id), places(id), tasks);
      if (!moved.ok) this.#logger.log("error", moved.failure.message);
    }
    next.begin();
  }

  #create(allocation: Allocation, progress?: Parameters<typeof AllocRunner.create>[4]): AllocRunner | undefined {
    const { environment, store } = this.#options;
    const created = AllocRunner.create(
      allocation,
      environment,
      store,
      { changed: (report) => this.#changed(report) },
      progress,
    );
    if (!created.ok) {
      this.#logger.log("error", `cannot run allocation: ${created.failure.message}`);
      return undefined;
    }
    this.#runners.set(allocation.id, created.value);
    return created.value;
  }

  #changed(report: AllocReport): void {
    this.#options.report(report);
    const { id } = report.allocation;
    if (this.#ended.has(id) || this.#runners.get(id)?.isDone !== true) return;
    this.#ended.set(id, this.#options.environment.clock.nowMs());
    const followers = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    const ended = this.#runners.get(id);
    for (const follower of followers) if (ended && !follower.isStopping) this.#replace(ended, follower);
    if (this.#unwanted.has(id)) queueMicrotask(() => void this.destroy(id));
  }

  /** The servers have forgotten it: what still runs is stopped, what has ended is removed. */
  #drop(allocId: string): void {
    const runner = this.#runners.get(allocId);
    if (runner === undefined) return;
    if (runner.isDone) return void this.destroy(allocId);
    this.#unwanted.add(allocId);
    runner.stop(false);
  }
}
