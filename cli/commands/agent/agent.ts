import { hostname } from "node:os";
import type { Failure } from "#core/base";
import {
  type AgentFlags,
  type AgentOptions,
  createLogger,
  loadConfig,
  parseLevel,
  resolveOptions,
  startAgent,
  systemClock,
} from "#cli/agent";
import { type Command, type Context, fail } from "#cli/shell";

const EXIT_STOPPED = 3;
const EXIT_FORCED = 130;

export const command: Command = {
  path: ["agent"],
  summary: "Runs an agent",
  usage: "[options]",
  help: "Runs a server, a client, or with -dev both with their state in a temporary folder, until a signal ends it.",
  usesApi: false,
  handlesSignals: true,
  flags: [
    { name: "bind", type: "text", value: "address", help: "Address to listen on." },
    { name: "bootstrap-expect", type: "int", value: "count", help: "Servers with which the region begins." },
    { name: "client", type: "bool", help: "Runs a client." },
    {
      name: "config",
      type: "list",
      value: "path",
      help: "A configuration file, or a folder of them; may be given several times.",
    },
    { name: "data-dir", type: "text", value: "path", help: "Where state is kept." },
    { name: "dc", type: "text", value: "datacenter", help: "Datacenter of this agent." },
    { name: "dev", type: "bool", help: "Runs a server and a client on loopback; nothing stays when it ends." },
    { name: "http-port", type: "int", value: "port", help: "Port of the HTTP API. Default 4646." },
    { name: "log-json", type: "bool", help: "Writes logs as JSON." },
    { name: "log-level", type: "text", value: "level", help: "trace, debug, info, warn or error." },
    { name: "meta", type: "list", value: "name=value", help: "Meta of the node." },
    { name: "node", type: "text", value: "name", help: "Name of this agent." },
    { name: "node-class", type: "text", value: "class", help: "Class of the node." },
    { name: "node-pool", type: "text", value: "pool", help: "Pool of the node." },
    { name: "region", type: "text", value: "region", help: "Region of this agent." },
    { name: "rpc-port", type: "int", value: "port", help: "Port of the RPC. Default 4647." },
    { name: "serf-port", type: "int", value: "port", help: "Port of the gossip. Default 4648." },
    { name: "server", type: "bool", help: "Runs a server." },
    {
      name: "servers",
      type: "list",
      value: "address",
      help: "A server of the region, for a client without one; may be given several times.",
    },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { flags, io } = context;
  const paths = flags.list("config");
  if (!flags.bool("dev") && paths.length === 0 && !flags.has("data-dir")) {
    io.err(
      "An agent needs -dev, or a configuration: -config FILE|DIR\nhint: `drover agent -dev` starts a region on this machine and leaves nothing behind\n",
    );
    return 1;
  }
  const loaded = loadConfig(paths);
  if (!loaded.ok) return fail(context, "", loaded.failure);
  for (const warning of loaded.value.warnings) io.err(`Warning: ${warning}\n`);
  const options = resolveOptions(loaded.value.settings, flagsOf(context), hostname());
  if (!options.ok) return fail(context, "", options.failure);
  return runUntilSignal(context, options.value);
}

function flagsOf({ flags }: Context): AgentFlags {
  const meta = Object.fromEntries(
    flags.list("meta").map((pair) => [pair.split("=", 1)[0] as string, pair.slice(pair.indexOf("=") + 1)]),
  );
  return {
    dev: flags.bool("dev"),
    bind: flags.text("bind"),
    region: flags.text("region"),
    datacenter: flags.text("dc"),
    nodeName: flags.text("node"),
    dataDir: flags.text("data-dir"),
    logLevel: flags.text("log-level"),
    logJson: flags.has("log-json") ? flags.bool("log-json") : undefined,
    httpPort: flags.int("http-port"),
    rpcPort: flags.int("rpc-port"),
    serfPort: flags.int("serf-port"),
    server: flags.has("server") ? flags.bool("server") : undefined,
    client: flags.has("client") ? flags.bool("client") : undefined,
    servers: flags.has("servers") ? flags.list("servers").flatMap((value) => value.split(",")) : undefined,
    nodeClass: flags.text("node-class"),
    nodePool: flags.text("node-pool"),
    meta: flags.has("meta") ? meta : undefined,
    bootstrapExpect: flags.int("bootstrap-expect"),
  };
}

async function runUntilSignal(context: Context, options: AgentOptions): Promise<number> {
  const level = parseLevel(options.logLevel);
  if (level === undefined)
    return fail(context, "", {
      code: "invalid",
      message: `log_level ${JSON.stringify(options.logLevel)} is none of trace, debug, info, warn, error`,
    });
  const logger = createLogger({ level, json: options.logJson, descriptor: 1, nowMs: () => systemClock.nowMs() });
  warnOpen(context, options);
  const ended = signals();
  const stop = (reason: Failure): void => {
    context.io.err(`The agent stops: ${reason.message}\n${reason.hint === undefined ? "" : `hint: ${reason.hint}\n`}`);
    process.exit(EXIT_STOPPED);
  };
  const agent = await startAgent(options, logger, stop);
  if (!agent.ok) return fail(context, "", agent.failure);
  const mode = options.isDev ? " (dev)" : "";
  logger.log("info", `agent started${mode}`, {
    http: `http://${options.httpAddress}:${agent.value.httpPort}`,
    region: options.region,
    data: agent.value.directory.root,
  });
  const signal = await ended.first;
  logger.log("info", "leaving", { signal });
  const left = await agent.value.leave(ended.second);
  return left.ok ? 0 : fail(context, "", left.failure);
}

function warnOpen(context: Context, { httpAddress, bindAddress, serverEnabled }: AgentOptions): void {
  const open = [
    ...(isLoopback(httpAddress) ? [] : [`API listens on ${httpAddress}`]),
    ...(!serverEnabled || isLoopback(bindAddress) ? [] : [`RPC listens on ${bindAddress}`]),
  ];
  if (open.length === 0) return;
  context.io.err(
    `Warning: the ${open.join(" and the ")} without access control: whoever reaches it can run commands on this machine (raw_exec means remote code execution)\n`,
  );
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address === "localhost";
}

interface Signals {
  readonly first: Promise<string>;
  /** Aborts at the second signal; a third ends the process at once. */
  readonly second: AbortSignal;
}

function signals(): Signals {
  const hurry = new AbortController();
  const first = new Promise<string>((resolve) => {
    let count = 0;
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(name, () => {
        count++;
        if (count === 1) resolve(name);
        else if (count === 2) hurry.abort();
        else process.exit(EXIT_FORCED);
      });
    }
  });
  return { first, second: hurry.signal };
}
