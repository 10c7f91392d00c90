import { readFileSync } from "node:fs";
import { arch, cpus } from "node:os";

export interface Processor {
  readonly arch: string;
  readonly cores: number;
  readonly model: string;
  readonly mhz: number;
  readonly totalMhz: number;
}

/** A guess for machines that do not say how fast they are (many virtual ones on ARM). */
const UNKNOWN_MHZ = 1000;

/** Architectures as Go names them. */
const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", loong64: "loong64" };

export function measureProcessor(): Processor {
  const all = cpus();
  const cores = Math.max(1, all.length);
  const mhz = all.map((core) => core.speed).find((speed) => speed > 0) ?? mhzFromCpuinfo() ?? UNKNOWN_MHZ;
  const name = arch();
  return {
    arch: goArchitectures[name] ?? name,
    cores,
    model: (all[0]?.model ?? "").trim(),
    mhz,
    totalMhz: cores * mhz,
  };
}

function mhzFromCpuinfo(): number | undefined {
  try {
    const match = /^cpu MHz\s*:\s*([\d.]+)/m.exec(readFileSync("/proc/cpuinfo", "utf8"));
    return match ? Math.round(Number(match[1])) : undefined;
  } catch {
    return undefined;
  }
}

/** The processors as the node's resources list them: one NUMA node, cores of one grade. */
export function topologyOf(processor: Processor, overrideMhz: number, reservedMhz: number): unknown {
  return {
    Cores: Array.from({ length: processor.cores }, (_, id) => ({
      BaseSpeed: 0,
      Disable: false,
      GuessSpeed: processor.mhz,
      Grade: true,
      ID: id,
      MaxSpeed: 0,
      NodeID: 0,
      SocketID: 0,
    })),
    Distances: [[10]],
    OverrideTotalCompute: overrideMhz,
    OverrideWitholdCompute: reservedMhz,
  };
}
