import { ok, type Result } from "#core/base";
import type { MeshContext } from "../connect.ts";
import { bootstrapText, type ProxyCommand, type RunningProxy, runProxy } from "../proxy/run-proxy.ts";
import { type GatewayOptions, GatewayRole } from "./gateway.ts";

export interface GatewayCommand extends ProxyCommand {
  readonly options: GatewayOptions;
}

export function runGateway(command: GatewayCommand, context: MeshContext): Promise<Result<RunningProxy>> {
  return runProxy(command, context, () => Promise.resolve(ok(new GatewayRole(command.options))));
}

/** The bootstrap for an Envoy that somebody else runs. */
export function printGatewayBootstrap(command: GatewayCommand, context: MeshContext): Promise<Result<string>> {
  return bootstrapText(command, context, () => Promise.resolve(ok(new GatewayRole(command.options))));
}
