import type { Service, ServiceCheck, TaskGroup, WorkloadIdentity } from "#core/model";
import { formatDuration } from "#core/values";
import { failed, firstOf, grouped, listed, type Problems, quoted, repeated, when } from "./problems.ts";
import { connectProblems } from "./validate-connect.ts";

const SECOND_NS = 1_000_000_000;
const namePattern = /^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/** What remains of a name when runtime references have taken some value. */
function withoutReferences(text: string): string {
  return text.replace(/\$\{[^}]*\}/g, "x");
}

/** The services of a group: each by itself, then together. */
export function groupServiceProblems(group: TaskGroup): Problems {
  const services = group.services ?? [];
  const problems = services.flatMap((service, index) => [
    ...failed(`Service[${index}] ${service.name}`, serviceFaults(service)),
    ...when([
      service.addressMode === "driver",
      `service ${quoted(service.name)} cannot use address_mode="driver", only services defined in a "task" block can use this mode`,
    ]),
  ]);
  const providers = new Set(allServices(group).map((service) => service.provider));
  const known = [...providers].every((provider) => provider === "consul" || provider === "nomad");
  const together = [
    ...when([
      known && providers.size > 1,
      "Multiple service providers used: task group services must use the same provider",
    ]),
    ...duplicates(group),
  ];
  return [...failed("Task group service", [...problems, ...together]), ...scriptCheckProblems(group)];
}

function allServices(group: TaskGroup): Service[] {
  return [...(group.services ?? []), ...(group.tasks ?? []).flatMap((task) => task.services ?? [])];
}

function duplicates(group: TaskGroup): Problems {
  const keys = [
    ...(group.services ?? []).map((service) => `group->${service.name}:${service.portLabel}`),
    ...(group.tasks ?? []).flatMap((task) =>
      (task.services ?? []).map((service) => `${task.name}->${service.name}:${service.portLabel}`),
    ),
  ];
  const twice = repeated(keys);
  return when([twice.length > 0, `Services are not unique: [${[...new Set(twice)].join(" ")}]`]);
}

/** A script runs inside some task: a group's service must say in which. */
function scriptCheckProblems(group: TaskGroup): Problems {
  const names = new Set((group.tasks ?? []).map((task) => task.name));
  const problems = (group.services ?? []).flatMap((service) =>
    (service.checks ?? []).flatMap((check) => {
      const task = check.taskName || service.taskName;
      const isScript = check.type === "script";
      const where = `Service [${group.name}]->${service.name} or Check ${check.name}`;
      return firstOf(
        [isScript && task === "", `${where} must specify task parameter`],
        [task !== "" && !names.has(task), `Check ${check.name} invalid: refers to non-existent task ${task}`],
      );
    }),
  );
  return failed("Task group service check", problems);
}

export function serviceFaults(service: Service): Problems {
  const { name, addressMode, address, onUpdate, provider } = service;
  const usesConsul = provider === "consul";
  const modes = ["", "auto", "host", "driver", "alloc", "alloc_ipv6"];
  return [
    ...when(
      [
        !namePattern.test(withoutReferences(name)),
        `Service name must be valid per RFC 1123 and can contain only alphanumeric characters or dashes and must be no longer than 63 characters: ${quoted(name)}`,
      ],
      [
        !modes.includes(addressMode),
        `Service address_mode must be "auto", "host", or "driver"; not ${quoted(addressMode)}`,
      ],
      [
        address !== "" && addressMode !== "auto" && addressMode !== "",
        `Service address_mode must be "auto" if address is set`,
      ],
      [
        !["require_healthy", "ignore_warnings", "ignore"].includes(onUpdate),
        `Service on_update must be "require_healthy", "ignore_warnings", or "ignore"; not ${quoted(onUpdate)}`,
      ],
      [!usesConsul && provider !== "nomad", `Service provider must be "consul", or "nomad"; not ${quoted(provider)}`],
    ),
    ...(provider === "nomad" ? nativeFaults(service) : usesConsul ? consulFaults(service) : []),
    ...identityFaultsOf(service.identity),
  ];
}

function identityFaultsOf(identity: WorkloadIdentity | null): Problems {
  return when([
    identity !== null && (identity.audience ?? []).length === 0,
    "Service identity must provide at least one target aud value",
  ]);
}

/** The orchestrator's own discovery: tcp and http checks, no Connect. */
function nativeFaults(service: Service): Problems {
  return [
    ...(service.checks ?? []).flatMap((check) => nativeCheckFaults(check, service)),
    ...when(
      [service.connect !== null, "Service with provider nomad cannot include Connect blocks"],
      [service.enableTagOverride, "Service with provider nomad cannot enable tag override"],
    ),
  ];
}

function nativeCheckFaults(check: ServiceCheck, service: Service): Problems {
  return firstOf(
    [
      check.type !== "tcp" && check.type !== "http",
      `invalid check type (${quoted(check.type)}), must be one of tcp, http`,
    ],
    [check.expose, "expose may only be set for Consul service checks"],
    [check.addressMode === "driver", "address_mode = driver may only be set for Consul service checks"],
    [check.onUpdate === "ignore_warnings", "on_update may only be set to ignore_warnings for Consul service checks"],
    [check.successBeforePassing !== 0, "success_before_passing may only be set for Consul service checks"],
    [check.failuresBeforeCritical !== 0, "failures_before_critical may only be set for Consul service checks"],
    [check.failuresBeforeWarning !== 0, "failures_before_warning may only be set for Consul service checks"],
    [check.tlsServerName !== "", "tls_server_name may only be set for Consul service checks"],
    ...commonCheckFaults(check, service).map((text) => [true, text] as const),
  );
}

function consulFaults(service: Service): Problems {
  const checks = (service.checks ?? []).flatMap((check) => {
    const [problem] = consulCheckFaults(check, service);
    return problem === undefined ? [] : [`Check ${check.name} invalid: ${problem}`];
  });
  return [...checks, ...connectProblems(service)];
}

const checkTypes = ["grpc", "tcp", "http", "script"];

/** The first thing that is wrong with a check. */
function consulCheckFaults(check: ServiceCheck, service: Service): Problems {
  const { type, initialStatus, notes } = check;
  const restart = check.checkRestart === null ? [] : checkRestartFaults(check);
  return firstOf(
    [!checkTypes.includes(type), `invalid check type (${quoted(type)}), must be one of ${checkTypes.join(", ")}`],
    ...commonCheckFaults(check, service).map((text) => [true, text] as const),
    [type === "script" && check.command === "", "script type must have a valid script path"],
    [
      !["", "passing", "warning", "critical"].includes(initialStatus),
      `invalid initial check state (${initialStatus}), must be one of "passing", "warning", "critical" or empty`,
    ],
    [type === "script" && check.expose, "expose may only be set on HTTP or gRPC checks"],
    [type === "tcp" && check.expose, "expose may only be set on HTTP or gRPC checks"],
    [notes.length > 255, "notes must not be longer than 255 characters"],
    [
      check.onUpdate === "ignore" && check.checkRestart !== null && check.checkRestart.limit > 0,
      `on_update value "ignore" is not compatible with check_restart`,
    ],
    [
      check.onUpdate === "ignore_warnings" &&
        check.checkRestart !== null &&
        check.checkRestart.limit > 0 &&
        !check.checkRestart.ignoreWarnings,
      `on_update value "ignore_warnings" not supported with check_restart ignore_warnings value "false"`,
    ],
    [restart.length > 0, listed(restart)],
  );
}

function checkRestartFaults({ checkRestart }: ServiceCheck): Problems {
  if (checkRestart === null) return [];
  return when(
    [checkRestart.limit < 0, `limit must be greater than or equal to 0 but found ${checkRestart.limit}`],
    [checkRestart.graceNs < 0, `grace period must be greater than or equal to 0 but found ${checkRestart.graceNs}`],
  );
}

function commonCheckFaults(check: ServiceCheck, service: Service): Problems {
  const { intervalNs, timeoutNs, path } = check;
  const needsPort = check.type !== "script";
  return firstOf(
    [intervalNs === 0, "missing required value interval. Interval cannot be less than 1s"],
    [intervalNs < SECOND_NS, `interval (${formatDuration(intervalNs)}) cannot be lower than 1s`],
    [timeoutNs === 0, "missing required value timeout. Timeout cannot be less than 1s"],
    [timeoutNs < SECOND_NS, `timeout (${formatDuration(timeoutNs)}) is lower than required minimum timeout 1s`],
    [check.type === "http" && path === "", "http type must have http path"],
    [check.type === "http" && /^[a-z][a-z0-9+.-]*:\/\//i.test(path), "http type must have relative http path"],
    [
      needsPort && check.portLabel === "" && service.portLabel === "" && service.connect === null,
      `check requires a port but neither check nor service ${quoted(service.name)} have a port`,
    ],
  );
}

/** Services of a task; their ports are those of the group's or the task's networks. */
export function taskServiceProblems(group: TaskGroup, index: number): Problems {
  const task = group.tasks?.[index];
  if (task === undefined) return [];
  const services = task.services ?? [];
  const problems = services.flatMap((service) => [
    ...failed(`service ${quoted(service.name)}`, serviceFaults({ ...service, connect: null })),
    ...when([
      service.connect !== null,
      `service ${quoted(service.name)} cannot have "connect" block, only services defined in a "group" block can`,
    ]),
  ]);
  return grouped([...problems, ...missingPorts(group, index)]);
}

function missingPorts(group: TaskGroup, index: number): Problems {
  // Most tasks have no services, and a group may have very many ports.
  if ((group.tasks?.[index]?.services ?? []).length === 0) return [];
  const task = group.tasks?.[index];
  const networks = [...(group.networks ?? []), ...(task?.resources?.networks ?? [])];
  const labels = new Set(
    networks.flatMap((network) =>
      [...(network.reservedPorts ?? []), ...(network.dynamicPorts ?? [])].map((port) => port.label),
    ),
  );
  const users = new Map<string, string[]>();
  for (const service of task?.services ?? []) {
    const numeric = /^\d+$/.test(service.portLabel) && ["driver", "alloc", "alloc_ipv6"].includes(service.addressMode);
    const isReference = service.portLabel.includes("${");
    if (service.portLabel === "" || labels.has(service.portLabel) || numeric || isReference) continue;
    users.set(service.portLabel, [...(users.get(service.portLabel) ?? []), service.name]);
  }
  return [...users].map(
    ([label, names]) => `port label ${quoted(label)} referenced by services ${names.join(", ")} does not exist`,
  );
}
