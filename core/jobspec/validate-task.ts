import type { Job, LogConfig, Resources, Secret, Task, TaskGroup, VolumeMount, WorkloadIdentity } from "#core/model";
import { formatDuration } from "#core/values";
import {
  failed,
  firstOf,
  firstPlaces,
  grouped,
  listed,
  type Problems,
  quoted,
  repeated,
  section,
  when,
} from "./problems.ts";
import { artifactProblems, templateProblems } from "./validate-files.ts";
import { affinityProblems, constraintProblems } from "./validate-placement.ts";
import { taskServiceProblems } from "./validate-service.ts";

export function taskProblems(group: TaskGroup, index: number, job: Job): Problems {
  const task = group.tasks?.[index];
  return task === undefined ? [] : failed(`Task ${task.name}`, taskFaults(task, group, index, job));
}

function taskFaults(task: Task, group: TaskGroup, index: number, job: Job): Problems {
  return [
    ...nameFaults(task.name),
    ...when(
      [task.driver === "", "Missing task driver"],
      [task.killTimeoutNs < 0, "KillTimeout must be a positive value"],
      [task.shutdownDelayNs < 0, "ShutdownDelay must be a positive value"],
    ),
    ...killTimeoutFaults(task, group, job),
    ...(task.resources === null ? ["Missing task resources"] : grouped(resourceFaults(task.resources))),
    ...(task.logConfig === null ? ["Missing Log Config"] : grouped(logFaults(task.logConfig, group))),
    ...taskConstraintFaults(task),
    ...affinityProblems(task.affinities),
    ...taskServiceProblems(group, index),
    ...artifactProblems(task.artifacts),
    ...vaultFaults(task),
    ...templateProblems(task.templates),
    ...dispatchFaults(task, job),
    ...lifecycleFaults(task),
    ...mountFaults(task.volumeMounts, group),
    ...csiFaults(task),
    ...identityFaults(task),
    ...actionFaults(task),
    ...secretFaults(task),
  ];
}

function nameFaults(name: string): Problems {
  return when(
    [name === "", "Missing task name"],
    [name === "alloc", `Task cannot be named "alloc"`],
    [/[/\\]/.test(name), "Task name cannot include slashes"],
    [name.includes("\0"), "Task name cannot include null characters"],
  );
}

function killTimeoutFaults(task: Task, group: TaskGroup, job: Job): Problems {
  const deadline = group.update?.progressDeadlineNs ?? 0;
  const tooLong = job.type === "service" && deadline > 0 && task.killTimeoutNs > deadline;
  return when([
    tooLong,
    `KillTimout (${formatDuration(task.killTimeoutNs)}) longer than the group's ProgressDeadline (${formatDuration(deadline)})`,
  ]);
}

function resourceFaults(resources: Resources): Problems {
  const { cpu, cores, memoryMb, memoryMaxMb, secretsMb, numa } = resources;
  return [
    ...when(
      [cores > 0 && cpu > 0, "Task can only ask for 'cpu' or 'cores' resource, not both."],
      [cores < 0, `minimum cores value is 0; got ${cores}`],
    ),
    ...grouped(
      when(
        [cores === 0 && cpu < 1, `minimum CPU value is 1; got ${cpu}`],
        [memoryMb < 10, `minimum MemoryMB value is 10; got ${memoryMb}`],
      ),
    ),
    ...when(
      [
        memoryMaxMb !== 0 && memoryMaxMb !== -1 && memoryMaxMb < memoryMb,
        `MemoryMaxMB value (${memoryMaxMb}) should be larger than MemoryMB value (${memoryMb})`,
      ],
      [secretsMb < 0, "SecretsMB value cannot be negative"],
      [secretsMb > memoryMb, `SecretsMB value (${secretsMb}) cannot be larger than MemoryMB value (${memoryMb})`],
      [
        numa !== null && !["none", "prefer", "require"].includes(numa.affinity),
        "numa affinity must be one of none, prefer, or require",
      ],
    ),
    ...deviceFaults(resources),
  ];
}

function deviceFaults({ devices, numa }: Resources): Problems {
  const names = new Set((devices ?? []).map((device) => device.name));
  const unknown = (numa?.devices ?? []).find((name) => !names.has(name));
  return [
    ...(devices ?? []).flatMap((device, index) =>
      section(`device ${index + 1} failed validation`, [
        ...when([
          device.name === "",
          "device name must be given as one of the following: type, vendor/type, or vendor/type/name",
        ]),
        ...(device.constraints ?? []).flatMap((constraint, at) =>
          when([
            constraint.operand.startsWith("distinct_"),
            `Constraint ${at + 1} validation failed: using unsupported operand ${quoted(constraint.operand)}`,
          ]),
        ),
        ...constraintProblems((device.constraints ?? []).filter((item) => !item.operand.startsWith("distinct_"))),
        ...affinityProblems(device.affinities),
      ]),
    ),
    ...when([unknown !== undefined, `numa device ${quoted(unknown ?? "")} is not requested by the task`]),
  ];
}

function logFaults({ maxFiles, maxFileSizeMb }: LogConfig, group: TaskGroup): Problems {
  const [used, disk] = [maxFiles * maxFileSizeMb, group.ephemeralDisk?.sizeMb ?? 0];
  return when(
    [maxFiles < 1, `minimum number of files is 1; got ${maxFiles}`],
    [maxFileSizeMb < 1, `minimum file size is 1MB; got ${maxFileSizeMb}`],
    [disk <= used, `log storage (${used} MB) must be less than requested disk capacity (${disk} MB)`],
  );
}

function taskConstraintFaults(task: Task): Problems {
  const misplaced = (task.constraints ?? []).flatMap((constraint, index) =>
    when([
      constraint.operand === "distinct_hosts" || constraint.operand === "distinct_property",
      `Constraint ${index + 1} has disallowed Operand at task level: ${constraint.operand}`,
    ]),
  );
  return [...constraintProblems(task.constraints), ...misplaced];
}

function vaultFaults({ vault }: Task): Problems {
  if (vault === null) return [];
  const { changeMode, changeSignal } = vault;
  return failed(
    "Vault",
    firstOf(
      [changeMode === "signal" && changeSignal === "", `Signal must be specified when using change mode "signal"`],
      [!["signal", "noop", "restart"].includes(changeMode), `Unknown change mode ${quoted(changeMode)}`],
    ),
  );
}

function dispatchFaults({ dispatchPayload }: Task, job: Job): Problems {
  if (dispatchPayload === null || job.parameterizedJob === null) return [];
  return when([dispatchPayload.file === "", "Dispatch Payload validation failed: file must be set"]);
}

function lifecycleFaults({ lifecycle }: Task): Problems {
  if (lifecycle === null) return [];
  const { hook } = lifecycle;
  return firstOf(
    [hook === "", "Lifecycle validation failed: no lifecycle hook provided"],
    [!["prestart", "poststart", "poststop"].includes(hook), `Lifecycle validation failed: invalid hook: ${hook}`],
  );
}

function mountFaults(mounts: readonly VolumeMount[] | null, group: TaskGroup): Problems {
  return (mounts ?? []).flatMap((mount, index) => {
    const faults = when(
      [mount.destination === "", "volume mount has an empty destination"],
      [
        !["private", "host-to-task", "bidirectional", ""].includes(mount.propagationMode),
        `volume mount has an invalid propagation mode: ${quoted(mount.propagationMode)}`,
      ],
      [
        !["", "z", "Z"].includes(mount.seLinuxLabel),
        `volume mount has an invalid SELinux label: ${quoted(mount.seLinuxLabel)}`,
      ],
    );
    return when(
      [faults.length > 0, `Volume Mount (${index}) is invalid: "${listed(faults)}"`],
      [
        mount.volume !== "" && !Object.hasOwn(group.volumes ?? {}, mount.volume),
        `Volume Mount (${index}) references undefined volume ${mount.volume}`,
      ],
    );
  });
}

function csiFaults({ csiPluginConfig: plugin }: Task): Problems {
  if (plugin === null) return [];
  const inside = `${plugin.stagePublishBaseDir}/`.startsWith(`${plugin.mountDir.replace(/\/$/, "")}/`);
  return when(
    [plugin.id === "", "CSIPluginConfig must have a non-empty PluginID"],
    [
      !["node", "controller", "monolith"].includes(plugin.type),
      `CSIPluginConfig PluginType must be one of 'node', 'controller', or 'monolith', got: ${quoted(plugin.type)}`,
    ],
    [
      inside,
      `CSIPluginConfig StagePublishBaseDir must not be a subdirectory of MountDir, got: StagePublishBaseDir=${quoted(plugin.stagePublishBaseDir)} MountDir=${quoted(plugin.mountDir)}`,
    ],
  );
}

function identityFaults(task: Task): Problems {
  const identities = [...(task.identity === null ? [] : [task.identity]), ...(task.identities ?? [])];
  return identities.flatMap((identity) => {
    const faults = identityProblems(identity);
    return section(`Identity ${quoted(identity.name)} is invalid`, faults);
  });
}

function identityProblems(identity: WorkloadIdentity): Problems {
  const { name, changeMode, changeSignal, ttlNs, filepath } = identity;
  return when(
    [!/^[a-zA-Z0-9-_]{1,128}$/.test(name), `invalid name ${quoted(name)}. Must match regex ^[a-zA-Z0-9-_]{1,128}$`],
    [!["", "noop", "restart", "signal"].includes(changeMode), `invalid change_mode: ${changeMode}`],
    [changeMode === "signal" && changeSignal === "", `change_signal must be specified when using change_mode="signal"`],
    [
      changeMode !== "signal" && changeSignal !== "",
      'can only use change_signal="' + changeSignal + '" with change_mode="signal"',
    ],
    [name === "default" && ttlNs > 0, "ttl for default identity not yet supported"],
    [ttlNs < 0, "ttl must be >= 0"],
    [filepath !== "" && !identity.file, "file parameter must be true in order to specify filepath"],
  );
}

function actionFaults({ actions }: Task): Problems {
  const names = (actions ?? []).map((action) => action.name);
  const twice = repeated(names);
  return [
    ...(actions ?? []).flatMap((action) =>
      failed(
        `Action ${action.name}`,
        when(
          [action.command === "", "command cannot be empty"],
          [!/^\S{1,128}$/.test(action.name) || action.name.includes("\0"), `invalid name '${action.name}'`],
        ),
      ),
    ),
    ...[...new Set(twice)].map((name) => `Action ${name} defined multiple times`),
  ];
}

function secretFaults(task: Task): Problems {
  const secrets = task.secrets ?? [];
  const firsts = firstPlaces(secrets.map((secret) => secret.name));
  return secrets.flatMap((secret, index) => [
    ...when(
      [(firsts[index] as number) < index, `Duplicate secret ${quoted(secret.name)} found`],
      [
        secret.provider === "vault" && task.vault === null,
        `Secret ${quoted(secret.name)} has provider "vault" but no vault block`,
      ],
    ),
    ...section(`Secret ${quoted(secret.name)} is invalid`, secretProblems(secret)),
  ]);
}

function secretProblems({ name, provider, path, config, env }: Secret): Problems {
  const builtIn = provider === "nomad" || provider === "vault";
  return when(
    [!/^[a-zA-Z0-9_]{1,128}$/.test(name), "secret name must match regex ^[a-zA-Z0-9_]{1,128}$"],
    [provider === "", "secret provider cannot be empty"],
    [path === "", "secret path cannot be empty"],
    [builtIn && Object.keys(env ?? {}).length > 0, `${provider} provider cannot use the env block`],
    [
      !builtIn && Object.keys(config ?? {}).length > 0,
      `custom plugin provider ${provider} cannot use the config block`,
    ],
  );
}
