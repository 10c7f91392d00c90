import { type AgentSettings, parseBytes } from "#core/config";
import { err, ok, type Result } from "#core/base";

/** What the command line says over the files. */
export interface AgentFlags {
  readonly dev: boolean;
  readonly bind?: string | undefined;
  readonly region?: string | undefined;
  readonly datacenter?: string | undefined;
  readonly nodeName?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly logJson?: boolean | undefined;
  readonly httpPort?: number | undefined;
  readonly rpcPort?: number | undefined;
  readonly serfPort?: number | undefined;
  readonly server?: boolean | undefined;
  readonly client?: boolean | undefined;
  readonly servers: readonly string[] | undefined;
  readonly nodeClass?: string | undefined;
  readonly nodePool?: string | undefined;
  readonly meta?: Readonly<Record<string, string>> | undefined;
  readonly bootstrapExpect?: number | undefined;
}

/** The agent's options, complete: files, flags and defaults in one. */
export interface AgentOptions {
  readonly settings: AgentSettings;
  readonly isDev: boolean;
  readonly region: string;
  readonly datacenter: string;
  readonly nodeName: string;
  /** Empty in `-dev`, where a folder is made and removed again. */
  readonly dataDir: string;
  readonly bindAddress: string;
  readonly httpAddress: string;
  readonly ports: { readonly http: number; readonly rpc: number; readonly serf: number };
  readonly serverEnabled: boolean;
  readonly clientEnabled: boolean;
  /** `host:port` of the RPC of the servers that a client without a server of its own talks to. */
  readonly serverAddresses: readonly string[];
  readonly logLevel: string;
  readonly logJson: boolean;
  readonly maxSourceBytes: number;
  readonly leaveOnInterrupt: boolean;
  readonly leaveOnTerminate: boolean;
}

const DEFAULT_PORTS = { http: 4646, rpc: 4647, serf: 4648 };
const LOOPBACK = "127.0.0.1";

export function resolveOptions(files: AgentSettings, flags: AgentFlags, hostname: string): Result<AgentOptions> {
  const settings = withFlags(files, flags);
  const isDev = flags.dev;
  const bindAddress = flags.bind ?? settings.bind_addr ?? (isDev ? LOOPBACK : "0.0.0.0");
  const options: AgentOptions = {
    settings,
    isDev,
    region: settings.region ?? "global",
    datacenter: settings.datacenter ?? "dc1",
    nodeName: settings.name ?? hostname,
    dataDir: flags.dataDir ?? settings.data_dir ?? "",
    bindAddress,
    httpAddress: settings.addresses?.http ?? bindAddress,
    ports: portsOf(settings, flags),
    serverEnabled: flags.server ?? settings.server?.enabled ?? isDev,
    clientEnabled: flags.client ?? settings.client?.enabled ?? isDev,
    serverAddresses: serverAddresses(settings),
    logLevel: flags.logLevel ?? settings.log_level ?? (isDev ? "info" : "info"),
    logJson: flags.logJson ?? settings.log_json ?? false,
    maxSourceBytes: parseBytes(settings.server?.job_max_source_size ?? "1M") ?? 1_000_000,
    leaveOnInterrupt: settings.leave_on_interrupt ?? false,
    leaveOnTerminate: settings.leave_on_terminate ?? false,
  };
  return check(options);
}

function withFlags(files: AgentSettings, flags: AgentFlags): AgentSettings {
  const client = {
    ...files.client,
    ...(flags.nodeClass !== undefined && { node_class: flags.nodeClass }),
    ...(flags.servers !== undefined && { servers: flags.servers }),
    ...(flags.nodePool !== undefined && { node_pool: flags.nodePool }),
    ...(flags.meta !== undefined && { meta: { ...files.client?.meta, ...flags.meta } }),
  };
  const server = {
    ...files.server,
    ...(flags.bootstrapExpect !== undefined && { bootstrap_expect: flags.bootstrapExpect }),
  };
  return {
    ...files,
    client,
    server,
    ...(flags.region !== undefined && { region: flags.region }),
    ...(flags.datacenter !== undefined && { datacenter: flags.datacenter }),
    ...(flags.nodeName !== undefined && { name: flags.nodeName }),
  };
}

/** Without a port they mean the usual one. */
function serverAddresses({ client }: AgentSettings): string[] {
  const named = [...(client?.servers ?? []), ...(client?.server_join?.retry_join ?? [])];
  return named.map((address) => (/:\d+$/.test(address) ? address : `${address}:${DEFAULT_PORTS.rpc}`));
}

function portsOf(settings: AgentSettings, flags: AgentFlags): AgentOptions["ports"] {
  return {
    http: flags.httpPort ?? settings.ports?.http ?? DEFAULT_PORTS.http,
    rpc: flags.rpcPort ?? settings.ports?.rpc ?? DEFAULT_PORTS.rpc,
    serf: flags.serfPort ?? settings.ports?.serf ?? DEFAULT_PORTS.serf,
  };
}

function check(options: AgentOptions): Result<AgentOptions> {
  const { isDev, dataDir, serverEnabled, clientEnabled, ports, settings } = options;
  for (const [name, port] of Object.entries(ports)) {
    if (!(port >= 0 && port < 65_536))
      return err("invalid", `ports.${name} must be between 0 and 65535, and is ${port}`, { field: `ports.${name}` });
  }
  if (!isDev && dataDir === "")
    return err("invalid", 'Must specify "data_dir" config option or "data-dir" CLI flag', {
      field: "data_dir",
      hint: "start with -dev to try things out",
    });
  if (!isDev && !dataDir.startsWith("/"))
    return err("invalid", `data_dir must be given as an absolute path: got ${dataDir}`, { field: "data_dir" });
  if (!serverEnabled && !clientEnabled) {
    return err("invalid", "Must specify either server, client or dev mode for the agent.", {
      hint: "set server.enabled or client.enabled, or start with -dev",
    });
  }
  const expect = settings.server?.bootstrap_expect ?? 1;
  if (serverEnabled && expect !== 1) {
    return err(
      "not_built",
      `server.bootstrap_expect = ${expect}: regions of several servers are not built in this version`,
      { field: "server.bootstrap_expect", hint: "set it to 1" },
    );
  }
  if (!serverEnabled && options.serverAddresses.length === 0)
    return err("invalid", "a client without a server of its own must know a server of its region", {
      field: "client.servers",
      hint: 'set client { servers = ["ADDRESS:4647"] } or -servers, or enable the server in the same agent',
    });
  if (settings.acl?.enabled)
    return err("not_built", "access control is not built in this version", {
      field: "acl.enabled",
      hint: "remove acl.enabled; bind to loopback",
    });
  return ok(options);
}
