import { readFileSync } from "node:fs";
import { err, failureOf, ok, type Result } from "#core/base";
import {
  MESH_GATEWAY,
  parseProxyBlock,
  parseUpstream,
  printBootstrap,
  type ProxyBlock,
  runSidecar,
  type SidecarCommand,
  type UpstreamOption,
} from "#cli/mesh";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { adminBindOf, envoyFlags, runningFlags } from "./flags.ts";
import { meshContext, runUntilSignal } from "./running.ts";

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
    {
      name: "proxy",
      type: "text",
      value: "file",
      help: "Consul's Proxy block as JSON: Config, Upstreams with their Config and MeshGateway, Expose.Paths.",
    },
    { name: "bind", type: "text", value: "address", help: "Where others of the mesh connect. Default: the service's." },
    { name: "port", type: "int", value: "port", help: "Port for it. Default: a free one from 21000 to 21255." },
    ...envoyFlags,
    {
      name: "token",
      type: "text",
      value: "token",
      help: "Its ACL token: a service identity of the service is enough.",
    },
    ...runningFlags,
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
  const block = readBlock(flags.text("proxy"));
  if (!block.ok) return fail(context, "", block.failure);
  const adminBind = adminBindOf(flags);
  if (!adminBind.ok) return fail(context, "", adminBind.failure);
  const asked: SidecarCommand = {
    consul: { address: flags.text("consul-addr"), token: flags.text("token") },
    options: {
      sidecarFor,
      proxyId: flags.text("proxy-id"),
      upstreams: [...block.value.upstreams, ...upstreams.value],
      bindAddress: flags.text("bind") ?? DEFAULT_BIND,
      bindPort: flags.int("port"),
      config: block.value.config,
      exposedPaths: block.value.exposedPaths,
      gatewayService: flags.text("mesh-gateway") ?? MESH_GATEWAY,
    },
    service: flags.text("service"),
    envoy: flags.text("envoy"),
    envoyArguments: context.args,
    adminBind: adminBind.value,
  };
  const mesh = meshContext(context);
  if (!flags.bool("bootstrap")) return runUntilSignal(context, mesh, () => runSidecar(asked, mesh));
  const printed = await printBootstrap(asked, mesh);
  if (!printed.ok) return fail(context, "", printed.failure);
  context.io.out(printed.value);
  return 0;
}

function readBlock(path: string | undefined): Result<ProxyBlock> {
  if (path === undefined) return ok({ config: {}, upstreams: [], exposedPaths: [] });
  try {
    return parseProxyBlock(readFileSync(path, "utf8"));
  } catch (error) {
    return err("io", `-proxy: ${failureOf(error).message}`, { field: "-proxy" });
  }
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
