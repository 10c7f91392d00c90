import type { Result } from "#core/base";
import type { NodeRequests, ServerLink } from "#client/link";
import { type ClientCommands, type ClientConfig, ClientNode, defaultGarbage, type LeaveOptions } from "#client/node";
import type { DataDirectory } from "./data-directory.ts";
import type { AgentOptions } from "./options.ts";
import type { Machine } from "./server-part.ts";

const DEV_KILL_TIMEOUT_MS = 3000;
const LEAVE_DEADLINE_MS = 5000;

export function openClient(
  options: AgentOptions,
  directory: DataDirectory,
  link: ServerLink,
  { clock, timers, random, logger }: Machine,
): Promise<Result<ClientNode>> {
  const config = clientConfig(options, directory);
  return ClientNode.open({ config, clock, timers, random, logger: logger.child("client"), link });
}

/** In `-dev` nothing stays; otherwise tasks keep running for the next agent. */
export function leaveOptions({ isDev }: AgentOptions, hurry: AbortSignal): LeaveOptions {
  return {
    stopTasks: isDev,
    killTimeoutCapMs: DEV_KILL_TIMEOUT_MS,
    deadlineMs: LEAVE_DEADLINE_MS,
    removeFiles: isDev,
    hurry,
  };
}

/** What a server may ask of this node over the node stream. */
export function nodeRequests(commands: ClientCommands): NodeRequests {
  return {
    logs({ allocId, task, stream, origin, offset, follow }, signal) {
      const of = { task, stream: stream === "stderr" ? "stderr" : "stdout" } as const;
      return commands.logs(allocId, of, { origin: origin === "end" ? "end" : "start", offset, follow }, signal);
    },
  };
}

function clientConfig(options: AgentOptions, directory: DataDirectory): ClientConfig {
  const { settings, isDev } = options;
  const client = settings.client ?? {};
  const rawExec = settings.plugin?.["raw_exec"]?.config as
    | { readonly enabled?: boolean; readonly denied_envvars?: readonly string[] }
    | undefined;
  const byOption = client.options?.["driver.raw_exec.enable"];
  return {
    name: options.nodeName,
    region: options.region,
    datacenter: options.datacenter,
    nodeClass: client.node_class ?? "",
    nodePool: client.node_pool ?? "default",
    meta: client.meta ?? {},
    stateDirectory: directory.clientState,
    allocDirectory: directory.allocations,
    fingerprint: {
      networkInterface: client.network_interface ?? "",
      loopbackOnly: isDev,
      networkSpeedMbits: client.network_speed ?? 0,
      cpuTotalComputeMhz: client.cpu_total_compute ?? 0,
      memoryTotalMib: client.memory_total_mb ?? 0,
      diskTotalMib: client.disk_total_mb ?? 0,
      diskFreeMib: client.disk_free_mb ?? 0,
      minDynamicPort: client.min_dynamic_port ?? 20_000,
      maxDynamicPort: client.max_dynamic_port ?? 32_000,
      reserved: reservedOf(client.reserved),
      advertiseAddress: `${isAny(options.httpAddress) ? "127.0.0.1" : options.httpAddress}:${options.ports.http}`,
    },
    options: client.options ?? {},
    rawExec: {
      enabled: rawExec?.enabled ?? (byOption === undefined ? isDev : byOption === "1" || byOption === "true"),
      deniedEnvvars: rawExec?.denied_envvars ?? [],
    },
    maxKillTimeoutMs: client.max_kill_timeout ?? 30_000,
    garbage: {
      intervalMs: client.gc_interval ?? defaultGarbage.intervalMs,
      parallelDestroys: client.gc_parallel_destroys ?? defaultGarbage.parallelDestroys,
      diskUsagePercent: client.gc_disk_usage_threshold ?? defaultGarbage.diskUsagePercent,
      inodeUsagePercent: client.gc_inode_usage_threshold ?? defaultGarbage.inodeUsagePercent,
      maxAllocs: client.gc_max_allocs ?? defaultGarbage.maxAllocs,
    },
    nodeMaxAllocs: client.node_max_allocs ?? 0,
    hostEnv: process.env,
    ownUid: process.getuid?.() ?? 0,
  };
}

function reservedOf(
  reserved: NonNullable<AgentOptions["settings"]["client"]>["reserved"],
): ClientConfig["fingerprint"]["reserved"] {
  return {
    cpuMhz: reserved?.cpu ?? 0,
    memoryMib: reserved?.memory ?? 0,
    diskMib: reserved?.disk ?? 0,
    ports: reserved?.reserved_ports ?? "",
    cores: [],
  };
}

export function isAny(address: string): boolean {
  return address === "0.0.0.0" || address === "::" || address === "";
}
