import { err, ok, type Result } from "#core/base";
import { checkSight } from "#integrations/consul";
import { connectConsul, type ConnectedConsul, type MeshContext } from "../connect.ts";
import { findEnvoy } from "./envoy-runner.ts";
import { type AdminPlace, bootstrapFor, ProxyProcess } from "./proxy-process.ts";
import type { ProxyRole } from "./role.ts";
import { RunFolder, runRoot } from "./run-folder.ts";

/** What every proxy is asked with. */
export interface ProxyCommand {
  readonly consul: { readonly address: string | undefined; readonly token: string | undefined };
  readonly envoy: string | undefined;
  readonly envoyArguments: readonly string[];
  readonly adminBind: AdminPlace | undefined;
}

/** A running proxy and its end. */
export interface RunningProxy {
  readonly port: number;
  readonly folder: string;
  /** Resolves when what it stands for was deregistered. */
  readonly gone: Promise<void>;
  leave(): Promise<Result<void>>;
}

/** What the proxy is to be, once Consul can be asked. */
type RoleFrom = (consul: ConnectedConsul) => Promise<Result<ProxyRole>>;

/** Everything is looked at before anything is written. */
export async function runProxy(
  command: ProxyCommand,
  context: MeshContext,
  roleFrom: RoleFrom,
): Promise<Result<RunningProxy>> {
  const envoy = findEnvoy(command.envoy, context.env["PATH"]);
  if (!envoy.ok) return envoy;
  const consul = await connectConsul(command.consul, context.env);
  if (!consul.ok) return consul;
  const role = await roleFrom(consul.value);
  if (!role.ok) return closing(consul.value, role);
  const sight = await checkSight(consul.value.transport, role.value.sight);
  if (!sight.ok) return closing(consul.value, sight);
  const folder = ownedFolder(role.value, context);
  if (!folder.ok) return closing(consul.value, folder);
  return start({ command, context, consul: consul.value, role: role.value, folder: folder.value, envoy: envoy.value });
}

/** The bootstrap for an Envoy that somebody else runs. */
export async function bootstrapText(
  command: ProxyCommand,
  context: MeshContext,
  roleFrom: RoleFrom,
): Promise<Result<string>> {
  const consul = await connectConsul(command.consul, context.env);
  if (!consul.ok) return consul;
  const role = await roleFrom(consul.value);
  consul.value.transport.close();
  if (!role.ok) return role;
  const folder = RunFolder.open(runRoot(context.env), role.value.proxyId);
  if (!folder.ok) return folder;
  const bootstrap = bootstrapFor(role.value, consul.value.identity, folder.value, command.adminBind);
  return ok(`${JSON.stringify(bootstrap, undefined, 2)}\n`);
}

interface Ready {
  readonly command: ProxyCommand;
  readonly context: MeshContext;
  readonly consul: ConnectedConsul;
  readonly role: ProxyRole;
  readonly folder: RunFolder;
  readonly envoy: string;
}

async function start({ command, context, consul, role, folder, envoy }: Ready): Promise<Result<RunningProxy>> {
  const end: { resolve?: () => void } = {};
  const gone = new Promise<void>((resolve) => (end.resolve = resolve));
  const proxy = await ProxyProcess.start({
    ...context,
    role,
    identity: consul.identity,
    consulAddress: consul.address,
    transport: consul.transport,
    folder,
    envoyBinary: envoy,
    envoyArguments: command.envoyArguments,
    adminBind: command.adminBind,
    gone: () => end.resolve?.(),
  });
  if (!proxy.ok) return closing(consul, proxy);
  const leave = async (): Promise<Result<void>> => {
    const left = await proxy.value.leave();
    consul.transport.close();
    return left;
  };
  return ok({ port: proxy.value.port, folder: folder.path, gone, leave });
}

/** The folder of this proxy; refused while another process owns it. */
function ownedFolder({ proxyId, kind }: ProxyRole, { env }: MeshContext): Result<RunFolder> {
  const folder = RunFolder.open(runRoot(env), proxyId);
  if (!folder.ok) return folder;
  const owner = folder.value.liveOwner();
  if (owner && owner.pid !== process.pid)
    return err(
      "conflict",
      `the ${kind === "connect-proxy" ? "sidecar" : kind} ${proxyId} is already run by process ${owner.pid}`,
      {
        hint: "stop that one first; killed, its Envoy is adopted",
      },
    );
  return folder;
}

function closing<T>(consul: ConnectedConsul, result: Result<T>): Result<T> {
  consul.transport.close();
  return result;
}
