/** Defaults of restart, reschedule, migrate and update by the type of the job (api defaults, reference §1). */
import type {
  JobDraft,
  MigrateStrategyDraft,
  ReschedulePolicyDraft,
  RestartPolicyDraft,
  UpdateStrategyDraft,
} from "#core/model";

export const SECOND_NS = 1_000_000_000;
export const MINUTE_NS = 60 * SECOND_NS;
export const HOUR_NS = 60 * MINUTE_NS;

/** Field by field the first value that was written. */
export function overlay<T extends object>(...layers: readonly (T | null | undefined)[]): T {
  const result: Record<string, unknown> = {};
  for (const layer of layers)
    for (const [name, value] of Object.entries(layer ?? {}))
      if (result[name] === undefined || result[name] === null) result[name] = value;
  return result as T;
}

export function isBatch(type: string): boolean {
  return type === "batch" || type === "sysbatch";
}

export function defaultRestart(type: string): RestartPolicyDraft {
  const common = { delayNs: 15 * SECOND_NS, mode: "fail", renderTemplates: false };
  return isBatch(type)
    ? { ...common, attempts: 3, intervalNs: 24 * HOUR_NS }
    : { ...common, attempts: 2, intervalNs: 30 * MINUTE_NS };
}

/** Undefined where jobs of the type are not rescheduled. */
export function defaultReschedule(type: string): ReschedulePolicyDraft | undefined {
  switch (type) {
    case "service":
      return {
        attempts: 0,
        intervalNs: 0,
        delayNs: 30 * SECOND_NS,
        delayFunction: "exponential",
        maxDelayNs: HOUR_NS,
        unlimited: true,
      };
    case "batch":
      return {
        attempts: 1,
        intervalNs: 24 * HOUR_NS,
        delayNs: 5 * SECOND_NS,
        delayFunction: "constant",
        maxDelayNs: 0,
        unlimited: false,
      };
    default:
      return undefined;
  }
}

const emptyReschedule: ReschedulePolicyDraft = {
  attempts: 0,
  intervalNs: 0,
  delayNs: 0,
  delayFunction: "",
  maxDelayNs: 0,
  unlimited: false,
};

/** The group's policy over the job's over the default. */
export function canonicalReschedule(
  type: string,
  group: ReschedulePolicyDraft | null,
  job: ReschedulePolicyDraft | null,
): ReschedulePolicyDraft | null {
  const fallback = defaultReschedule(type);
  if (group === null && job === null) return fallback ?? null;
  return overlay(group, job, fallback ?? emptyReschedule);
}

export const defaultMigrate: MigrateStrategyDraft = {
  maxParallel: 1,
  healthCheck: "checks",
  minHealthyTimeNs: 10 * SECOND_NS,
  healthyDeadlineNs: 5 * MINUTE_NS,
};

export const defaultUpdate: UpdateStrategyDraft = {
  staggerNs: 30 * SECOND_NS,
  maxParallel: 1,
  healthCheck: "checks",
  minHealthyTimeNs: 10 * SECOND_NS,
  healthyDeadlineNs: 5 * MINUTE_NS,
  progressDeadlineNs: 10 * MINUTE_NS,
  autoRevert: false,
  autoPromote: false,
  canary: 0,
};

/** The update of the job itself: as written, or the default for the types that are rolled out. */
export function canonicalJobUpdate(type: string, update: JobDraft["update"]): UpdateStrategyDraft | null {
  if (update === null && type !== "service" && type !== "system") return null;
  return overlay(update, defaultUpdate);
}
