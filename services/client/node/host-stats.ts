import { readFileSync, statfsSync } from "node:fs";
import { type CpuInfo, cpus, freemem, totalmem, uptime } from "node:os";
import type { CPUStats, DiskStats, HostMemoryStats, HostStats } from "#core/model";

/** What the machine uses now; shares of processor time since the last call. */
export class HostSampler {
  readonly #allocDirectory: string;
  #before: readonly CpuInfo[] = cpus();

  constructor(allocDirectory: string) {
    this.#allocDirectory = allocDirectory;
  }

  sample(nowMs: number): HostStats {
    const now = cpus();
    const cpu = now.map((core, index) => coreStats(index, core, this.#before[index] ?? core));
    this.#before = now;
    return {
      memory: memoryStats(),
      cpu,
      diskStats: mounts().flatMap(([device, mountpoint]) => diskStats(device, mountpoint)),
      allocDirStats: diskStats("", this.#allocDirectory)[0] ?? null,
      deviceStats: null,
      uptime: Math.floor(uptime()),
      timestampMs: nowMs,
      cpuTicksConsumed: cpu.reduce((sum, core) => sum + core.totalTicks, 0),
    };
  }
}

function coreStats(index: number, now: CpuInfo, before: CpuInfo): CPUStats {
  const spent = (kind: keyof CpuInfo["times"]): number => now.times[kind] - before.times[kind];
  const total = spent("user") + spent("nice") + spent("sys") + spent("idle") + spent("irq");
  const share = (part: number): number => (total <= 0 ? 0 : (100 * part) / total);
  const busy = share(total - spent("idle"));
  return {
    cpu: `cpu${index}`,
    user: share(spent("user") + spent("nice")),
    system: share(spent("sys") + spent("irq")),
    idle: share(spent("idle")),
    totalPercent: busy,
    totalTicks: (busy / 100) * now.speed,
  };
}

function memoryStats(): HostMemoryStats {
  const available = meminfo("MemAvailable") ?? freemem();
  return { total: totalmem(), available, used: totalmem() - available, free: meminfo("MemFree") ?? freemem() };
}

function meminfo(name: string): number | undefined {
  try {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** Device and mount point of the disks, from proc(5); the root alone where there is no such list. */
function mounts(): [device: string, mountpoint: string][] {
  try {
    const rows = readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .map((row) => row.split(" "));
    const disks = rows.filter(([device]) => device?.startsWith("/dev/"));
    const seen = new Map(disks.map(([device, mountpoint]) => [device as string, mountpoint as string]));
    return [...seen];
  } catch {
    return [["", "/"]];
  }
}

function diskStats(device: string, mountpoint: string): DiskStats[] {
  try {
    const stats = statfsSync(mountpoint);
    const used = (stats.blocks - stats.bfree) * stats.bsize;
    const available = stats.bavail * stats.bsize;
    const usedInodes = stats.files - stats.ffree;
    return [
      {
        device,
        mountpoint,
        size: stats.blocks * stats.bsize,
        used,
        available,
        usedPercent: used + available === 0 ? 0 : (100 * used) / (used + available),
        inodesUsedPercent: stats.files === 0 ? 0 : (100 * usedInodes) / stats.files,
      },
    ];
  } catch {
    return [];
  }
}
