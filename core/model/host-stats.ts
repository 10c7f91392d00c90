/** What a machine uses. */
import {
  any,
  float,
  instantMs,
  int,
  list,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const diskStatsFields = {
  device: text(1),
  mountpoint: text(2),
  size: int(3),
  used: int(4),
  available: int(5),
  usedPercent: float(6),
  inodesUsedPercent: float(7),
};
export interface DiskStats extends InferFields<typeof diskStatsFields> {}
export interface DiskStatsDraft extends DraftFields<typeof diskStatsFields> {}
export const DiskStats: Struct<DiskStats, DiskStatsDraft> = struct("DiskStats", diskStatsFields);

const cpuStatsFields = {
  cpu: text(1),
  user: float(2),
  system: float(3),
  idle: float(4),
  totalPercent: float(5),
  totalTicks: float(6),
};
export interface CPUStats extends InferFields<typeof cpuStatsFields> {}
export interface CPUStatsDraft extends DraftFields<typeof cpuStatsFields> {}
export const CPUStats: Struct<CPUStats, CPUStatsDraft> = struct("CPUStats", cpuStatsFields);

const hostStatsFields = {
  memory: ref(1, () => HostMemoryStats, { nullable: true }),
  cpu: list(
    2,
    ref.of(() => CPUStats),
  ),
  diskStats: list(
    3,
    ref.of(() => DiskStats),
  ),
  allocDirStats: ref(4, () => DiskStats, { nullable: true }),
  deviceStats: list(5, any),
  uptime: int(6),
  timestampMs: instantMs(7),
  cpuTicksConsumed: float(8),
};
export interface HostStats extends InferFields<typeof hostStatsFields> {}
export interface HostStatsDraft extends DraftFields<typeof hostStatsFields> {}
export const HostStats: Struct<HostStats, HostStatsDraft> = struct("HostStats", hostStatsFields);

const hostMemoryStatsFields = {
  total: int(1),
  available: int(2),
  used: int(3),
  free: int(4),
};
export interface HostMemoryStats extends InferFields<typeof hostMemoryStatsFields> {}
export interface HostMemoryStatsDraft extends DraftFields<typeof hostMemoryStatsFields> {}
export const HostMemoryStats: Struct<HostMemoryStats, HostMemoryStatsDraft> = struct(
  "HostMemoryStats",
  hostMemoryStatsFields,
);
