import { existsSync, readFileSync, statfsSync } from "node:fs";
import { constants, hostname, platform, release, totalmem } from "node:os";

const MIB = 1024 * 1024;

export function systemAttributes(): Record<string, string> {
  const distribution = osRelease();
  return {
    "kernel.name": platform(),
    "kernel.version": release(),
    "os.name": distribution.name,
    "os.version": distribution.version,
    "os.signals": Object.keys(constants.signals).join(","),
    "os.cgroups.version": cgroupsVersion(),
    "unique.hostname": hostname(),
  };
}

export function memoryBytes(): number {
  return totalmem();
}

function cgroupsVersion(): string {
  if (existsSync("/sys/fs/cgroup/cgroup.controllers")) return "v2";
  return existsSync("/sys/fs/cgroup") ? "v1" : "";
}

/** os-release(5). */
function osRelease(): { readonly name: string; readonly version: string } {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    if (!existsSync(path)) continue;
    const text = readFileSync(path, "utf8");
    return { name: valueOf(text, "ID") ?? platform(), version: valueOf(text, "VERSION_ID") ?? release() };
  }
  return { name: platform(), version: release() };
}

function valueOf(text: string, key: string): string | undefined {
  return new RegExp(`^${key}=(.*)$`, "m").exec(text)?.[1]?.replaceAll(/^["']|["']$/g, "");
}

export interface DiskSpace {
  readonly totalMib: number;
  readonly freeMib: number;
  /** In percent of what may be used. */
  readonly usedPercent: number;
  readonly inodesUsedPercent: number;
}

/** The file system that holds `path`. */
export function diskSpace(path: string): DiskSpace {
  const stats = statfsSync(path);
  const used = stats.blocks - stats.bfree;
  return {
    totalMib: Math.floor((stats.blocks * stats.bsize) / MIB),
    freeMib: Math.floor((stats.bavail * stats.bsize) / MIB),
    usedPercent: percent(used, used + stats.bavail),
    inodesUsedPercent: percent(stats.files - stats.ffree, stats.files),
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
