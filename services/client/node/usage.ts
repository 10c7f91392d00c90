import { cpus } from "node:os";
import type { AllocResourceUsage, CpuStats, MemoryStats, ResourceUsage, TaskResourceUsage } from "#core/model";
import type { AllocRunner } from "#client/alloc";
import type { TaskUsage } from "#client/driver/contract";

interface Sample {
  readonly atMs: number;
  readonly usage: TaskUsage;
}

const SAMPLES_MAX = 10_000;

/** What allocations use: shares of processor time since the last time that somebody asked. */
export class UsageSampler {
  readonly #last = new Map<string, Sample>();

  /** Of all tasks that run, or of the one that is named. */
  usage(runner: AllocRunner, task: string, nowMs: number): AllocResourceUsage {
    const tasks: Record<string, TaskResourceUsage> = {};
    for (const live of runner.liveTasks()) {
      if (task !== "" && live.task !== task) continue;
      const used = live.driver.usage(live.runId);
      if (!used.ok) continue;
      const resourceUsage = this.#measured(live.runId, used.value, nowMs);
      tasks[live.task] = { resourceUsage, timestampMs: nowMs, pids: null };
    }
    const all = Object.values(tasks).flatMap(({ resourceUsage }) => (resourceUsage ? [resourceUsage] : []));
    return { resourceUsage: sumOf(all), tasks, timestampMs: all.length === 0 ? 0 : nowMs };
  }

  #measured(runId: string, usage: TaskUsage, atMs: number): ResourceUsage {
    const before = this.#last.get(runId);
    if (this.#last.size >= SAMPLES_MAX) this.#last.clear();
    this.#last.set(runId, { atMs, usage });
    const seconds = before === undefined ? 0 : (atMs - before.atMs) / 1000;
    const share = (now: number, then: number | undefined): number =>
      seconds <= 0 || then === undefined ? 0 : Math.max(0, (100 * (now - then)) / seconds);
    const userMode = share(usage.userSeconds, before?.usage.userSeconds);
    const systemMode = share(usage.systemSeconds, before?.usage.systemSeconds);
    const cpuStats: CpuStats = {
      ...noCpu,
      userMode,
      systemMode,
      percent: userMode + systemMode,
      totalTicks: ((userMode + systemMode) / 100) * (cpus()[0]?.speed ?? 0),
      measured: ["System Mode", "User Mode", "Percent"],
    };
    const memoryStats: MemoryStats = {
      ...noMemory,
      rss: usage.rssBytes,
      usage: usage.rssBytes,
      measured: ["RSS", "Usage"],
    };
    return { cpuStats, memoryStats, deviceStats: [] };
  }
}

const noCpu: CpuStats = {
  systemMode: 0,
  userMode: 0,
  totalTicks: 0,
  throttledPeriods: 0,
  throttledTime: 0,
  percent: 0,
  measured: null,
};

const noMemory: MemoryStats = {
  rss: 0,
  cache: 0,
  swap: 0,
  usage: 0,
  maxUsage: 0,
  kernelUsage: 0,
  kernelMaxUsage: 0,
  measured: null,
};

function sumOf(usages: readonly ResourceUsage[]): ResourceUsage {
  let [cpuStats, memoryStats] = [noCpu, noMemory];
  for (const { cpuStats: cpu, memoryStats: memory } of usages) {
    if (cpu) cpuStats = { ...sumFields(cpuStats, cpu), measured: cpu.measured };
    if (memory) memoryStats = { ...sumFields(memoryStats, memory), measured: memory.measured };
  }
  return { cpuStats, memoryStats, deviceStats: [] };
}

function sumFields<T extends CpuStats | MemoryStats>(left: T, right: T): T {
  const sums = Object.entries(left).map(([name, value]) => {
    const other = right[name as keyof T];
    return [name, typeof value === "number" && typeof other === "number" ? value + other : value];
  });
  return Object.fromEntries(sums) as T;
}
