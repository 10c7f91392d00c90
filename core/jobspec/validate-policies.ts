import type {
  DisconnectStrategy,
  EphemeralDisk,
  Job,
  MigrateStrategy,
  ReschedulePolicy,
  RestartPolicy,
  ScalingPolicy,
  TaskGroup,
  UpdateStrategy,
} from "#core/model";
import { formatDuration } from "#core/values";
import { failed, firstOf, type Problems, quoted, when } from "./problems.ts";

const SECOND_NS = 1_000_000_000;

export function restartProblems(policy: RestartPolicy | null, groupName: string): Problems {
  if (policy === null) return [`Task Group ${groupName} should have a restart policy`];
  const { mode, attempts, intervalNs, delayNs } = policy;
  const known = mode === "delay" || mode === "fail";
  if (!known) return [`Unsupported restart mode: ${quoted(mode)}`];
  return when(
    [attempts === 0 && mode !== "fail", `Restart policy ${quoted(mode)} with ${attempts} attempts is ambiguous`],
    [intervalNs < 5 * SECOND_NS, `Interval can not be less than 5s (got ${formatDuration(intervalNs)})`],
    [
      attempts > 0 && attempts * delayNs > intervalNs,
      `Nomad can't restart the TaskGroup ${attempts} times in an interval of ${formatDuration(intervalNs)} with a delay of ${formatDuration(delayNs)}`,
    ],
  );
}

const delayFunctions = ["constant", "exponential", "fibonacci"];

export function rescheduleProblems(policy: ReschedulePolicy | null, job: Job): Problems {
  if (policy === null) return [];
  if (job.type === "system" || job.type === "sysbatch")
    return ["System or sysbatch jobs should not have a reschedule policy"];
  const { attempts, intervalNs, delayNs, delayFunction, maxDelayNs, unlimited } = policy;
  if (!unlimited && attempts === 0) return [];
  const knownFunction = delayFunctions.includes(delayFunction);
  const capMatters = delayFunction !== "constant" && knownFunction;
  const text = formatDuration;
  return [
    ...when(
      [attempts > 0 && intervalNs <= 0, "Interval must be a non zero value if Attempts > 0"],
      [
        !knownFunction,
        `Invalid delay function ${quoted(delayFunction)}, must be one of ["constant" "exponential" "fibonacci"]`,
      ],
      [delayNs < 5 * SECOND_NS, `Delay cannot be less than 5s (got ${text(delayNs)})`],
      [
        unlimited && attempts > 0,
        `Reschedule Policy with Attempts = ${attempts}, Interval = ${text(intervalNs)}, and Unlimited = true is ambiguous`,
      ],
      [unlimited && attempts > 0, "If Attempts >0, Unlimited cannot also be set to true"],
      [capMatters && maxDelayNs < 5 * SECOND_NS, `Max Delay cannot be less than 5s (got ${text(maxDelayNs)})`],
      [
        capMatters && maxDelayNs >= 5 * SECOND_NS && maxDelayNs < delayNs,
        `Max Delay cannot be less than Delay ${text(delayNs)} (got ${text(maxDelayNs)})`,
      ],
      [!unlimited && intervalNs < 15 * SECOND_NS, `Interval cannot be less than 15s (got ${text(intervalNs)})`],
    ),
    ...(unlimited || !knownFunction ? [] : fittingProblems(policy)),
  ];
}

/** The time that a number of attempts needs at least: the last delay, and the ceiling for each one beyond it. */
function neededNs(policy: ReschedulePolicy, attempts: number): number {
  const { delayNs, delayFunction, maxDelayNs } = policy;
  if (delayFunction === "constant") return attempts * delayNs;
  let [previous, delay] = [0, delayNs];
  for (let attempt = 1; attempt < attempts; attempt++) {
    const next = delayFunction === "exponential" ? delay * 2 : previous + delay;
    if (maxDelayNs > 0 && next > maxDelayNs) return delay + (attempts - attempt) * maxDelayNs;
    [previous, delay] = [delay, next];
  }
  return delay;
}

function fittingProblems(policy: ReschedulePolicy): Problems {
  const { attempts, intervalNs, delayNs, delayFunction, maxDelayNs } = policy;
  const needed = neededNs(policy, attempts);
  if (needed <= intervalNs) return [];
  let possible = 0;
  while (possible < attempts && neededNs(policy, possible + 1) <= intervalNs) possible += 1;
  const ceiling = delayFunction === "constant" ? "" : `, and delay ceiling ${formatDuration(maxDelayNs)}`;
  const joint = delayFunction === "constant" ? " and" : ",";
  return [
    `Nomad can only make ${possible} attempts in ${formatDuration(intervalNs)} with initial delay ${formatDuration(delayNs)}${joint} delay function ${quoted(delayFunction)}${ceiling}`,
    `Set the interval to at least ${formatDuration(needed)} to accommodate ${attempts} attempts`,
  ];
}

export function updateProblems(update: UpdateStrategy | null, job: Job): Problems {
  if (update === null) return [];
  if (job.type !== "service" && job.type !== "system")
    return [`Job type ${quoted(job.type)} does not allow update block`];
  const { healthCheck, maxParallel, canary, minHealthyTimeNs, healthyDeadlineNs, progressDeadlineNs, staggerNs } =
    update;
  const text = formatDuration;
  return when(
    [!["checks", "task_states", "manual"].includes(healthCheck), `Invalid health check given: ${quoted(healthCheck)}`],
    [maxParallel < 0, `Max parallel can not be less than zero: ${maxParallel} < 0`],
    [canary < 0, `Canary count can not be less than zero: ${canary} < 0`],
    [canary === 0 && update.autoPromote, "Auto Promote requires a Canary count greater than zero"],
    [minHealthyTimeNs < 0, `Minimum healthy time may not be less than zero: ${text(minHealthyTimeNs)}`],
    [healthyDeadlineNs <= 0, `Healthy deadline must be greater than zero: ${text(healthyDeadlineNs)}`],
    [progressDeadlineNs < 0, `Progress deadline must be zero or greater: ${text(progressDeadlineNs)}`],
    [
      minHealthyTimeNs >= healthyDeadlineNs,
      `Minimum healthy time must be less than healthy deadline: ${text(minHealthyTimeNs)} > ${text(healthyDeadlineNs)}`,
    ],
    [
      progressDeadlineNs !== 0 && healthyDeadlineNs >= progressDeadlineNs,
      `Healthy deadline must be less than progress deadline: ${text(healthyDeadlineNs)} > ${text(progressDeadlineNs)}`,
    ],
    [staggerNs <= 0, `Stagger must be greater than zero: ${text(staggerNs)}`],
  );
}

export function migrateProblems(migrate: MigrateStrategy | null, job: Job): Problems {
  if (migrate === null) return [];
  if (job.type !== "service") return [`Job type ${quoted(job.type)} does not allow migrate block`];
  const { maxParallel, healthCheck, minHealthyTimeNs, healthyDeadlineNs } = migrate;
  return when(
    [maxParallel < 0, `MaxParallel must be >= 0 but found ${maxParallel}`],
    [healthCheck !== "checks" && healthCheck !== "task_states", `Invalid HealthCheck: ${quoted(healthCheck)}`],
    [minHealthyTimeNs < 0, `MinHealthyTime is ${minHealthyTimeNs} and must be >= 0`],
    [healthyDeadlineNs < 0, `HealthyDeadline is ${healthyDeadlineNs} and must be >= 0`],
    [minHealthyTimeNs > healthyDeadlineNs, "MinHealthyTime must be less than HealthyDeadline"],
  );
}

export function disconnectProblems(disconnect: DisconnectStrategy | null, job: Job): Problems {
  if (disconnect === null) return [];
  const { lostAfterNs, stopOnClientAfterNs, reconcile } = disconnect;
  const stops = stopOnClientAfterNs !== null;
  const known = ["", "best_score", "longest_running", "keep_original", "keep_replacement"];
  return when(
    [
      stops && job.type !== "service" && job.type !== "batch",
      "stop_after can only be used with service or batch job types",
    ],
    [stops && stopOnClientAfterNs < 0, "stop_after cannot be a negative duration"],
    [lostAfterNs < 0, "lost_after cannot be a negative duration"],
    [stops && lostAfterNs > 0, "Disconnect cannot be configured with both lost_after and stop_after"],
    [!known.includes(reconcile), `reconcile option is invalid: ${reconcile}`],
  );
}

export function diskProblems(disk: EphemeralDisk | null, groupName: string): Problems {
  if (disk === null) return [`Task Group ${groupName} should have an ephemeral disk object`];
  return when([disk.sizeMb < 10, `minimum DiskMB value is 10; got ${disk.sizeMb}`]);
}

export function scalingProblems(policy: ScalingPolicy | null, group: TaskGroup): Problems {
  if (policy === null) return [];
  const wrong = (text: string): string => `Scaling policy invalid: ${text}`;
  const problems = [
    ...firstOf([policy.min < 0, wrong("minimum count must be specified and non-negative")]),
    ...when(
      [policy.max < policy.min, wrong("maximum count must not be less than minimum count")],
      [group.count < policy.min, wrong("task group count must not be less than minimum count in scaling policy")],
      [group.count > policy.max, wrong("task group count must not be greater than maximum count in scaling policy")],
    ),
  ];
  return failed("Task group scaling policy", problems);
}
