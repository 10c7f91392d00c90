import { join } from "node:path";
import { type Clock, err, ok, type Result } from "#core/base";
import type { AllocResourceUsage, HostStats } from "#core/model";
import type { AllocRunner } from "#client/alloc";
import { AllocFiles, type LogStream, type StreamFrame, type StreamRequest } from "#client/files";
import type { Allocations } from "./allocations.ts";
import type { GarbageCollector } from "./garbage.ts";
import { HostSampler } from "./host-stats.ts";
import { UsageSampler } from "./usage.ts";

export interface CommandsOptions {
  readonly allocations: Allocations;
  readonly garbage: GarbageCollector;
  readonly allocDirectory: string;
  readonly clock: Clock;
}

/** What can be asked of a node: the client routes of the API without their transport. Texts are the compatible ones. */
export class ClientCommands {
  readonly #options: CommandsOptions;
  readonly #usage = new UsageSampler();
  readonly #host: HostSampler;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#host = new HostSampler(options.allocDirectory);
  }

  files(allocId: string): Result<AllocFiles> {
    const runner = this.#runner(allocId);
    return runner.ok ? ok(new AllocFiles(join(this.#options.allocDirectory, allocId))) : runner;
  }

  logs(
    allocId: string,
    of: { readonly task: string; readonly stream: LogStream },
    request: StreamRequest,
    signal: AbortSignal,
  ): Result<AsyncIterable<StreamFrame>> {
    const runner = this.#runner(allocId);
    if (!runner.ok) return runner;
    const state = runner.value.report.taskStates[of.task];
    if (state === undefined) return err("bad_request", `unknown task name "${of.task}"`);
    if (!request.follow && (state.startedAtMs ?? 0) === 0)
      return err("not_found", `task "${of.task}" not started yet. No logs available`);
    const files = new AllocFiles(join(this.#options.allocDirectory, allocId));
    return ok(files.logs(of.task, of.stream, request, signal));
  }

  /** Restarts one task, or with no name all that run. */
  restart(allocId: string, task: string, allTasks: boolean): Result<void> {
    const runner = this.#runner(allocId);
    if (!runner.ok) return runner;
    if (task !== "" && allTasks) return err("invalid", "task name cannot be set when restarting all tasks");
    if (runner.value.isDone || runner.value.isStopping)
      return err("invalid", "restart of an alloc that should not run");
    if (task === "") {
      for (const live of runner.value.liveTasks()) runner.value.restart(live.task);
      return ok(undefined);
    }
    if (!runner.value.hasTask(task)) return err("invalid", `Could not find task runner for task: ${task}`);
    if (!runner.value.liveTasks().some((live) => live.task === task)) return err("invalid", "Task not running");
    runner.value.restart(task);
    return ok(undefined);
  }

  /** Signals one task, or with no name all that run. */
  async signal(allocId: string, task: string, signal: string): Promise<Result<void>> {
    const runner = this.#runner(allocId);
    if (!runner.ok) return runner.failure.code === "not_found" ? err("invalid", "Task not running") : runner;
    if (task !== "" && !runner.value.hasTask(task)) return err("invalid", "Task not found");
    const names = task === "" ? runner.value.liveTasks().map((live) => live.task) : [task];
    for (const name of names) {
      const sent = await runner.value.signal(name, signal);
      if (!sent.ok) return sent;
    }
    return ok(undefined);
  }

  /** Removes a finished allocation. */
  async collect(allocId: string): Promise<Result<void>> {
    const isRemoved = await this.#options.allocations.destroy(allocId);
    return isRemoved
      ? ok(undefined)
      : err("invalid", "No such allocation on client, or allocation not eligible for GC");
  }

  async collectAll(): Promise<number> {
    return this.#options.garbage.collectAll();
  }

  usage(allocId: string, task = ""): Result<AllocResourceUsage> {
    const runner = this.#runner(allocId);
    return runner.ok ? ok(this.#usage.usage(runner.value, task, this.#options.clock.nowMs())) : runner;
  }

  hostStats(): HostStats {
    return this.#host.sample(this.#options.clock.nowMs());
  }

  #runner(allocId: string): Result<AllocRunner> {
    const runner = this.#options.allocations.get(allocId);
    return runner ? ok(runner) : err("not_found", `Unknown allocation "${allocId}"`);
  }
}
