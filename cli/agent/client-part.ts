import { type Logger, ok, type Result } from "#core/base";
import { type ClientConfig, ClientNode, defaultGarbage } from "#client/node";
import type { Nodes } from "#server/nodes";
import type { DataDirectory } from "./data-directory.ts";
import type { AgentOptions } from "./options.ts";
import { inProcessLink } from "./server-link.ts";
import type { Machine } from "./server-part.ts";

export async function openClient(
  options: AgentOptions,
  directory: DataDirectory,
  nodes: Nodes,
  machine: Machine,
  logger: Logger,
): Promise<Result<ClientNode>> {
  const { clock, timers, random } = machine;
  const config = clientConfig(options, directory);
  const opened = await ClientNode.open({
    config,
    clock,
    timers,
    random,
    logger: logger.child("client"),
    link: inProcessLink(nodes),
  });
  return opened.ok ? ok(opened.value) : opened;
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
