import { type Failure, ok, type Result } from "#core/base";
import { parseLevel } from "#cli/agent";
import {
  type MeshContext,
  parseUpstream,
  printBootstrap,
  type RunningSidecar,
  runSidecar,
  type SidecarCommand,
  systemMesh,
  type UpstreamOption,
} from "#cli/mesh";
import { type Command, type Context, fail, failUsage } from "#cli/shell";

export const command: Command = {
  path: ["mesh", "proxy"],
  summary: "Runs an Envoy as sidecar of a registered service",
  usage: "[options] -sidecar-for ID [-- envoy arguments]",
  help:
    "Registers a sidecar beside the service instance, runs an Envoy for it and drives it from Consul's data, until a\n" +
    "signal ends it or the service is deregistered. Killed, it leaves its Envoy running for the next one of the same ID.\n" +
    "Also CONSUL_HTTP_ADDR, CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_FILE, CONSUL_HTTP_SSL, CONSUL_CACERT and the like.",
  usesApi: false,
  handlesSignals: true,
  flags: [
    { name: "sidecar-for", type: "text", value: "id", help: "ID of the service instance to stand beside." },
    { name: "service", type: "text", value: "name", help: "Refuse unless the instance is of this service." },
    { name: "proxy-id", type: "text", value: "id", help: "ID of the sidecar. Default ID-sidecar-proxy." },
    {
      name: "upstream",
      type: "list",
      value: "name:port",
      help: "A service to be reached at a local port: NAME:PORT, NAME.DATACENTER:PORT or NAME:ADDRESS:PORT.",
    },
    { name: "bind", type: "text", value: "address", help: "Where others of the mesh connect. Default: the service's." },
    { name: "port", type: "int", value: "port", help: "Port for it. Default: a free one from 21000 to 21255." },
    { name: "envoy", type: "text", value: "path", help: "The Envoy to run. Default: envoy of the PATH." },
    { name: "consul-addr", type: "text", value: "url", help: "The Consul agent. Default http://127.0.0.1:8500." },
    {
      name: "token",
      type: "text",
      value: "token",
      help: "Its ACL token: a service identity of the service is enough.",
    },
    { name: "bootstrap", type: "bool", help: "Prints the bootstrap for an Envoy that somebody else runs, and ends." },
    { name: "log-level", type: "text", value: "level", help: "trace, debug, info, warn or error." },
    { name: "log-json", type: "bool", help: "Writes logs as JSON." },
  ],
  run,
};

const DEFAULT_BIND = "127.0.0.1";

async function run(context: Context): Promise<number> {
  const { flags } = context;
  const sidecarFor = flags.text("sidecar-for");
  if (sidecarFor === undefined) return failUsage(context, "This command needs -sidecar-for ID");
  const upstreams = parseAll(flags.list("upstream"));
  if (!upstreams.ok) return fail(context, "", upstreams.failure);
  const asked: SidecarCommand = {
    consul: { address: flags.text("consul-addr"), token: flags.text("token") },
    options: {
      sidecarFor,
      proxyId: flags.text("proxy-id"),
      upstreams: upstreams.value,
      bindAddress: flags.text("bind") ?? DEFAULT_BIND,
      bindPort: flags.int("port"),
    },
    service: flags.text("service"),
    envoy: flags.text("envoy"),
    envoyArguments: context.args,
  };
  const mesh = meshContext(context);
  if (!flags.bool("bootstrap")) return runUntilSignal(context, asked, mesh);
  const printed = await printBootstrap(asked, mesh);
  if (!printed.ok) return fail(context, "", printed.failure);
  context.io.out(printed.value);
  return 0;
}

function parseAll(texts: readonly string[]): Result<UpstreamOption[]> {
  const upstreams: UpstreamOption[] = [];
  for (const text of texts) {
    const parsed = parseUpstream(text);
    if (!parsed.ok) return parsed;
    upstreams.push(parsed.value);
  }
  return ok(upstreams);
}

function meshContext({ flags, env }: Context): MeshContext {
  const level = parseLevel(flags.text("log-level") ?? "info") ?? "info";
  return systemMesh(env, { level, json: flags.bool("log-json") });
}

async function runUntilSignal(context: Context, asked: SidecarCommand, mesh: MeshContext): Promise<number> {
  const stopped = firstSignal();
  const sidecar = await runSidecar(asked, mesh);
  if (!sidecar.ok) return fail(context, "", sidecar.failure);
  const reason = await Promise.race([stopped, sidecar.value.parentGone.then(() => "the service was deregistered")]);
  return leave(context, mesh, sidecar.value, reason);
}

async function leave(context: Context, mesh: MeshContext, sidecar: RunningSidecar, reason: string): Promise<number> {
  mesh.logger.log("info", "leaving", { reason });
  const left = await sidecar.leave();
  if (left.ok) return 0;
  const { message }: Failure = left.failure;
  return fail(context, "", { ...left.failure, message: `the sidecar is still registered: ${message}` });
}

/** Resolves at the first signal; the second ends the process at once. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let count = 0;
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(name, () => (++count === 1 ? resolve(name) : process.exit(130)));
  });
}
