import { err, ok, type Result } from "#core/base";
import { type AgentService, readService } from "#integrations/consul";
import type { ConnectedConsul, MeshContext } from "../connect.ts";
import { checkUpstreams, type SidecarOptions } from "./definition.ts";
import { bootstrapText, type ProxyCommand, type RunningProxy, runProxy } from "./run-proxy.ts";
import { SidecarRole } from "./sidecar.ts";

export interface SidecarCommand extends ProxyCommand {
  readonly options: SidecarOptions;
  /** A guard against the wrong instance: the service that it must be of. */
  readonly service: string | undefined;
}

/** Everything is looked at before anything is written. */
export async function runSidecar(command: SidecarCommand, context: MeshContext): Promise<Result<RunningProxy>> {
  const checked = checkUpstreams(command.options.upstreams);
  if (!checked.ok) return checked;
  return runProxy(command, context, async (consul) => {
    const parent = await parentOf(command, consul);
    return parent.ok ? ok(new SidecarRole(command.options, parent.value)) : parent;
  });
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

/** The bootstrap for an Envoy that somebody else runs: its control plane is that of `mesh proxy` for the same ID. */
export function printBootstrap(command: SidecarCommand, context: MeshContext): Promise<Result<string>> {
  return bootstrapText(command, context, async (consul) => {
    const parent = await parentOf(command, consul);
    return parent.ok ? ok(new SidecarRole(command.options, parent.value)) : parent;
  });
}
