import { ok, type Result } from "#core/base";
import {
  type GatewayCommand,
  type GatewayOptions,
  MESH_GATEWAY,
  parseGatewayKind,
  parsePlace,
  printGatewayBootstrap,
  runGateway,
} from "#cli/mesh";
import { type Command, type Context, fail } from "#cli/shell";
import { adminBindOf, envoyFlags, runningFlags } from "./flags.ts";
import { meshContext, runUntilSignal } from "./running.ts";

export const command: Command = {
  path: ["mesh", "gateway"],
  summary: "Runs an Envoy as gateway of the mesh",
  usage: "[options] -kind ingress|terminating|mesh [-- envoy arguments]",
  help:
    "Registers a gateway, runs an Envoy for it and drives it from Consul's data, until a signal ends it: an ingress gateway\n" +
    "by the ingress-gateway entry of its name, a terminating gateway by the terminating-gateway entry, a mesh gateway for\n" +
    "what passes between datacenters. Killed, it leaves its Envoy running for the next one of the same ID.",
  usesApi: false,
  handlesSignals: true,
  flags: [
    { name: "kind", type: "text", value: "kind", help: "ingress, terminating or mesh." },
    { name: "service", type: "text", value: "name", help: "Its service and entry. Default KIND-gateway." },
    { name: "proxy-id", type: "text", value: "id", help: "ID of its registration. Default: the service's name." },
    { name: "bind", type: "text", value: "address", help: "Where it listens. Default 127.0.0.1." },
    { name: "port", type: "int", value: "port", help: "Port of a terminating or mesh gateway. Default: a free one." },
    {
      name: "wan-address",
      type: "text",
      value: "address:port",
      help: "Where other datacenters reach a mesh gateway. Default: where it listens.",
    },
    ...envoyFlags,
    { name: "token", type: "text", value: "token", help: "Its ACL token; docs/mesh.md lists the rules." },
    ...runningFlags,
  ],
  run,
};

const DEFAULT_BIND = "127.0.0.1";

async function run(context: Context): Promise<number> {
  const { flags, args } = context;
  const options = optionsOf(context);
  if (!options.ok) return fail(context, "", options.failure);
  const adminBind = adminBindOf(flags);
  if (!adminBind.ok) return fail(context, "", adminBind.failure);
  const asked: GatewayCommand = {
    consul: { address: flags.text("consul-addr"), token: flags.text("token") },
    options: options.value,
    envoy: flags.text("envoy"),
    envoyArguments: args,
    adminBind: adminBind.value,
  };
  const mesh = meshContext(context);
  if (!flags.bool("bootstrap")) return runUntilSignal(context, mesh, () => runGateway(asked, mesh));
  const printed = await printGatewayBootstrap(asked, mesh);
  if (!printed.ok) return fail(context, "", printed.failure);
  context.io.out(printed.value);
  return 0;
}

function optionsOf({ flags }: Context): Result<GatewayOptions> {
  const kind = parseGatewayKind(flags.text("kind"));
  if (!kind.ok) return kind;
  const named = flags.text("wan-address");
  const wan = named === undefined ? ok(undefined) : parsePlace(named, "-wan-address");
  if (!wan.ok) return wan;
  const service = flags.text("service") ?? `${kind.value}-gateway`;
  return ok({
    kind: kind.value,
    service,
    proxyId: flags.text("proxy-id") ?? service,
    bindAddress: flags.text("bind") ?? DEFAULT_BIND,
    bindPort: flags.int("port"),
    wan: wan.value,
    gatewayService: flags.text("mesh-gateway") ?? MESH_GATEWAY,
  });
}
