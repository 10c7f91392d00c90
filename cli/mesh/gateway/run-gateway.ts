import { unseenServices } from "#integrations/consul";
import { ok, type Result } from "#core/base";
import type { MeshContext } from "../connect.ts";
import { bootstrapText, type ProxyCommand, type RunningProxy, runProxy } from "../proxy/run-proxy.ts";
import { type GatewayOptions, GatewayRole } from "./gateway.ts";

export interface GatewayCommand extends ProxyCommand {
  readonly options: GatewayOptions;
}

export function runGateway(command: GatewayCommand, context: MeshContext): Promise<Result<RunningProxy>> {
  const { options } = command;
  return runProxy(command, context, async ({ transport }) => {
    const kind = `${options.kind}-gateway` as const;
    const unseen = kind === "mesh-gateway" ? [] : await unseenServices(transport, kind, options.service);
    for (const name of unseen)
      context.logger.log("warn", `the Consul token lacks service:read on ${JSON.stringify(name)}: it is not served`);
    return ok(new GatewayRole(options));
  });
}

/** The bootstrap for an Envoy that somebody else runs. */
export function printGatewayBootstrap(command: GatewayCommand, context: MeshContext): Promise<Result<string>> {
  return bootstrapText(command, context, () => Promise.resolve(ok(new GatewayRole(command.options))));
}
