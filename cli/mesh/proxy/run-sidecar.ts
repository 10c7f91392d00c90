import { err, ok, type Result } from "#core/base";
import { type AgentService, readService } from "#integrations/consul";
import { bootstrapOf } from "#integrations/envoy";
import { connectConsul, type ConnectedConsul, type MeshContext } from "../connect.ts";
import { checkUpstreams, type SidecarOptions } from "./definition.ts";
import { findEnvoy } from "./envoy-runner.ts";
import { sidecarId } from "./registration.ts";
import { RunFolder, runRoot } from "./run-folder.ts";
import { Sidecar } from "./sidecar.ts";

export interface SidecarCommand {
  readonly consul: { readonly address: string | undefined; readonly token: string | undefined };
  readonly options: SidecarOptions;
  /** A guard against the wrong instance: the service that it must be of. */
  readonly service: string | undefined;
  readonly envoy: string | undefined;
  readonly envoyArguments: readonly string[];
}

/** A running sidecar and its end. */
export interface RunningSidecar {
  readonly port: number;
  readonly folder: string;
  /** Resolves when the service was deregistered. */
  readonly parentGone: Promise<void>;
  leave(): Promise<Result<void>>;
}

/** Everything is looked at before anything is written. */
export async function runSidecar(command: SidecarCommand, context: MeshContext): Promise<Result<RunningSidecar>> {
  const checked = checkUpstreams(command.options.upstreams);
  if (!checked.ok) return checked;
  const envoy = findEnvoy(command.envoy, context.env["PATH"]);
  if (!envoy.ok) return envoy;
  const consul = await connectConsul(command.consul, context.env);
  if (!consul.ok) return consul;
  const parent = await parentOf(command, consul.value);
  if (!parent.ok) return closing(consul.value, parent);
  const folder = ownedFolder(command.options, context);
  if (!folder.ok) return closing(consul.value, folder);
  return start({
    command,
    context,
    consul: consul.value,
    parent: parent.value,
    folder: folder.value,
    envoy: envoy.value,
  });
}

interface Ready {
  readonly command: SidecarCommand;
  readonly context: MeshContext;
  readonly consul: ConnectedConsul;
  readonly parent: AgentService;
  readonly folder: RunFolder;
  readonly envoy: string;
}

async function start({ command, context, consul, parent, folder, envoy }: Ready): Promise<Result<RunningSidecar>> {
  const gone: { resolve?: () => void } = {};
  const parentGone = new Promise<void>((resolve) => (gone.resolve = resolve));
  const sidecar = await Sidecar.start({
    ...context,
    options: command.options,
    parent,
    identity: consul.identity,
    consulAddress: consul.address,
    transport: consul.transport,
    folder,
    runRoot: runRoot(context.env),
    envoyBinary: envoy,
    envoyArguments: command.envoyArguments,
    parentGone: () => gone.resolve?.(),
  });
  if (!sidecar.ok) return closing(consul, sidecar);
  const leave = async (): Promise<Result<void>> => {
    const left = await sidecar.value.leave();
    consul.transport.close();
    return left;
  };
  return ok({ port: sidecar.value.port, folder: folder.path, parentGone, leave });
}

async function parentOf(
  { options, service }: SidecarCommand,
  { transport }: ConnectedConsul,
): Promise<Result<AgentService>> {
  const found = await readService(transport, options.sidecarFor);
  if (!found.ok) return found;
  if (!found.value)
    return err(
      "not_found",
      `no service with the ID ${JSON.stringify(options.sidecarFor)} is registered at this agent`,
      {
        field: "-sidecar-for",
        hint: "register the service first; the ID is that of the instance, not its name (GET /v1/agent/services)",
      },
    );
  if (service !== undefined && found.value.Service !== service)
    return err("conflict", `${options.sidecarFor} is an instance of ${found.value.Service}, not of ${service}`, {
      field: "-service",
    });
  if (found.value.Kind !== undefined && found.value.Kind !== "")
    return err("invalid", `${options.sidecarFor} is itself a ${found.value.Kind}`, { field: "-sidecar-for" });
  return ok(found.value);
}

/** The folder of this proxy; refused while another process owns it. */
function ownedFolder(options: SidecarOptions, { env }: MeshContext): Result<RunFolder> {
  const folder = RunFolder.open(runRoot(env), sidecarId(options));
  if (!folder.ok) return folder;
  const owner = folder.value.liveOwner();
  if (owner && owner.pid !== process.pid)
    return err("conflict", `the sidecar ${sidecarId(options)} is already run by process ${owner.pid}`, {
      hint: "stop that one first; killed, its Envoy is adopted",
    });
  return folder;
}

function closing<T>(consul: ConnectedConsul, result: Result<T>): Result<T> {
  consul.transport.close();
  return result;
}

/** The bootstrap for an Envoy that somebody else runs: its control plane is that of `mesh proxy` for the same ID. */
export async function printBootstrap(command: SidecarCommand, context: MeshContext): Promise<Result<string>> {
  const consul = await connectConsul(command.consul, context.env);
  if (!consul.ok) return consul;
  const parent = await parentOf(command, consul.value);
  consul.value.transport.close();
  if (!parent.ok) return parent;
  const folder = RunFolder.open(runRoot(context.env), sidecarId(command.options));
  if (!folder.ok) return folder;
  const bootstrap = bootstrapOf({
    nodeId: sidecarId(command.options),
    cluster: parent.value.Service,
    metadata: { node_name: consul.value.identity.nodeName },
    adsSocket: folder.value.adsSocket,
    admin: { socket: folder.value.adminSocket },
  });
  return ok(`${JSON.stringify(bootstrap, undefined, 2)}\n`);
}
