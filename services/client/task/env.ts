import type { AllocatedPortMapping, Allocation, Job, NetworkResource, Node, Task, TaskGroup } from "#core/model";
import { interpolate, type Scope } from "./interpolate.ts";

/** Variables of the agent that tasks must not see, unless `env.denylist` says otherwise. */
export const DEFAULT_ENV_DENYLIST: readonly string[] = [
  "CONSUL_TOKEN",
  "CONSUL_HTTP_TOKEN",
  "VAULT_TOKEN",
  "NOMAD_LICENSE",
  "NOMAD_TOKEN",
  "DROVER_TOKEN",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "GOOGLE_APPLICATION_CREDENTIALS",
];

export interface TaskContext {
  readonly allocation: Allocation;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly task: Task;
  readonly node: Node;
  readonly region: string;
  /** The agent's own environment. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly envDenylist: readonly string[];
  readonly directories: { readonly alloc: string; readonly task: string; readonly secrets: string };
}

type Env = Record<string, string>;

/** The scope of a task's interpolation, and its environment: the host's, ours, and what the job adds to both. */
export function taskScope(context: TaskContext): Scope {
  const node = nodeValues(context.node, context.region);
  const base: Env = { ...hostVariables(context), ...ownVariables(context) };
  const scope = { node, env: base };
  const added = Object.entries(context.task.env ?? {}).map(([key, value]) => [
    interpolate(key, scope),
    interpolate(value, scope),
  ]);
  return { node, env: { ...base, ...(Object.fromEntries(added) as Env) } };
}

/** What `/bin/sh` would not hand on: it drops every variable whose name is not an identifier. */
export function droppedByShell(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
}

export function nodeValues(node: Node, region: string): Readonly<Record<string, string>> {
  const values: Env = {
    "node.unique.id": node.id,
    "node.unique.name": node.name,
    "node.datacenter": node.datacenter,
    "node.region": region,
    "node.class": node.nodeClass,
    "node.pool": node.nodePool,
  };
  for (const [key, value] of Object.entries(node.attributes ?? {})) values[`attr.${key}`] = value;
  for (const [key, value] of Object.entries(node.meta ?? {})) values[`meta.${key}`] = value;
  return values;
}

function hostVariables({ hostEnv, envDenylist }: TaskContext): Env {
  const passed = Object.entries(hostEnv).filter(([name, value]) => value !== undefined && !envDenylist.includes(name));
  return Object.fromEntries(passed) as Env;
}

function ownVariables(context: TaskContext): Env {
  return {
    ...identityVariables(context),
    ...resourceVariables(context),
    ...portVariables(context.allocation),
    ...otherTasksVariables(context.allocation),
    ...metaVariables(context),
    NOMAD_ALLOC_DIR: context.directories.alloc,
    NOMAD_TASK_DIR: context.directories.task,
    NOMAD_SECRETS_DIR: context.directories.secrets,
  };
}

function identityVariables({ allocation, job, task, region, node }: TaskContext): Env {
  return {
    NOMAD_ALLOC_ID: allocation.id,
    NOMAD_SHORT_ALLOC_ID: allocation.id.slice(0, 8),
    NOMAD_ALLOC_NAME: allocation.name,
    NOMAD_ALLOC_INDEX: allocationIndex(allocation.name),
    NOMAD_TASK_NAME: task.name,
    NOMAD_GROUP_NAME: allocation.taskGroup,
    NOMAD_JOB_ID: job.id,
    NOMAD_JOB_NAME: job.name,
    ...(job.parentId === "" ? {} : { NOMAD_JOB_PARENT_ID: job.parentId }),
    NOMAD_NAMESPACE: allocation.namespace,
    NOMAD_REGION: region,
    NOMAD_DC: node.datacenter,
  };
}

/** The number in `job.group[3]`. */
function allocationIndex(name: string): string {
  return /\[(\d+)\]$/.exec(name)?.[1] ?? "";
}

function resourceVariables({ allocation, task }: TaskContext): Env {
  const granted = allocation.allocatedResources?.tasks?.[task.name];
  if (granted === undefined) return {};
  const cores = granted.cpu.reservedCores ?? [];
  return {
    NOMAD_CPU_LIMIT: String(granted.cpu.cpuShares),
    NOMAD_MEMORY_LIMIT: String(granted.memory.memoryMb),
    ...(granted.memory.memoryMaxMb > 0 ? { NOMAD_MEMORY_MAX_LIMIT: String(granted.memory.memoryMaxMb) } : {}),
    ...(cores.length > 0 ? { NOMAD_CPU_CORES: cores.join(",") } : {}),
  };
}

function portVariables(allocation: Allocation): Env {
  const shared = allocation.allocatedResources?.shared;
  const ports = shared?.ports ?? (shared?.networks ?? []).flatMap(portsOf);
  return Object.assign({}, ...ports.map(variablesOfPort)) as Env;
}

function portsOf(network: NetworkResource): AllocatedPortMapping[] {
  return [...(network.reservedPorts ?? []), ...(network.dynamicPorts ?? [])].map((port) => ({
    label: port.label,
    value: port.value,
    to: port.to,
    hostIp: network.ip,
    ignoreCollision: port.ignoreCollision,
  }));
}

function variablesOfPort({ label: written, value, to, hostIp }: AllocatedPortMapping): Env {
  const label = sanitized(written);
  const inside = to > 0 ? to : value;
  const host = socketAddress(hostIp, value);
  return {
    [`NOMAD_IP_${label}`]: hostIp,
    [`NOMAD_PORT_${label}`]: String(inside),
    [`NOMAD_ADDR_${label}`]: host,
    [`NOMAD_HOST_IP_${label}`]: hostIp,
    [`NOMAD_HOST_PORT_${label}`]: String(value),
    [`NOMAD_HOST_ADDR_${label}`]: host,
    [`NOMAD_ALLOC_IP_${label}`]: hostIp,
    [`NOMAD_ALLOC_PORT_${label}`]: String(inside),
    [`NOMAD_ALLOC_ADDR_${label}`]: socketAddress(hostIp, inside),
  };
}

/** Networks that tasks have for themselves (deprecated in jobs, still stored). */
function otherTasksVariables(allocation: Allocation): Env {
  const env: Env = {};
  for (const [task, granted] of Object.entries(allocation.allocatedResources?.tasks ?? {})) {
    for (const { label, value, hostIp } of (granted.networks ?? []).flatMap(portsOf)) {
      const suffix = sanitized(`${task}_${label}`);
      env[`NOMAD_IP_${suffix}`] = hostIp;
      env[`NOMAD_PORT_${suffix}`] = String(value);
      env[`NOMAD_ADDR_${suffix}`] = socketAddress(hostIp, value);
    }
  }
  return env;
}

/** Job, group and task meta, the inner winning; each key as written and in capitals. */
function metaVariables({ job, group, task }: TaskContext): Env {
  const optional = Object.fromEntries((job.parameterizedJob?.metaOptional ?? []).map((key) => [key, ""]));
  const env: Env = {};
  for (const [key, value] of Object.entries({ ...optional, ...job.meta, ...group.meta, ...task.meta })) {
    env[`NOMAD_META_${sanitized(key).toUpperCase()}`] = value;
    env[`NOMAD_META_${sanitized(key)}`] = value;
  }
  return env;
}

function sanitized(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9_]/g, "_");
}

function socketAddress(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}
