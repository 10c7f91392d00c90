/** What the tasks of an allocation use. */
import {
  any,
  float,
  instantMs,
  int,
  list,
  map,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";

const memoryStatsFields = {
  rss: int(1),
  cache: int(2),
  swap: int(3),
  usage: int(4),
  maxUsage: int(5),
  kernelUsage: int(6),
  kernelMaxUsage: int(7),
  measured: list(8, text),
};
export interface MemoryStats extends InferFields<typeof memoryStatsFields> {}
export interface MemoryStatsDraft extends DraftFields<typeof memoryStatsFields> {}
export const MemoryStats: Struct<MemoryStats, MemoryStatsDraft> = struct("MemoryStats", memoryStatsFields);

const cpuStatsFields = {
  systemMode: float(1),
  userMode: float(2),
  totalTicks: float(3),
  throttledPeriods: int(4),
  throttledTime: int(5),
  percent: float(6),
  measured: list(7, text),
};
export interface CpuStats extends InferFields<typeof cpuStatsFields> {}
export interface CpuStatsDraft extends DraftFields<typeof cpuStatsFields> {}
export const CpuStats: Struct<CpuStats, CpuStatsDraft> = struct("CpuStats", cpuStatsFields);

const resourceUsageFields = {
  memoryStats: ref(1, () => MemoryStats, { nullable: true }),
  cpuStats: ref(2, () => CpuStats, { nullable: true }),
  deviceStats: list(3, any),
};
export interface ResourceUsage extends InferFields<typeof resourceUsageFields> {}
export interface ResourceUsageDraft extends DraftFields<typeof resourceUsageFields> {}
export const ResourceUsage: Struct<ResourceUsage, ResourceUsageDraft> = struct("ResourceUsage", resourceUsageFields);

const taskResourceUsageFields = {
  resourceUsage: ref(1, () => ResourceUsage, { nullable: true }),
  timestampMs: instantMs(2),
  pids: map(
    3,
    ref.of(() => ResourceUsage),
  ),
};
export interface TaskResourceUsage extends InferFields<typeof taskResourceUsageFields> {}
export interface TaskResourceUsageDraft extends DraftFields<typeof taskResourceUsageFields> {}
export const TaskResourceUsage: Struct<TaskResourceUsage, TaskResourceUsageDraft> = struct(
  "TaskResourceUsage",
  taskResourceUsageFields,
);

const allocResourceUsageFields = {
  resourceUsage: ref(1, () => ResourceUsage, { nullable: true }),
  tasks: map(
    2,
    ref.of(() => TaskResourceUsage),
  ),
  timestampMs: instantMs(3),
};
export interface AllocResourceUsage extends InferFields<typeof allocResourceUsageFields> {}
export interface AllocResourceUsageDraft extends DraftFields<typeof allocResourceUsageFields> {}
export const AllocResourceUsage: Struct<AllocResourceUsage, AllocResourceUsageDraft> = struct(
  "AllocResourceUsage",
  allocResourceUsageFields,
);
