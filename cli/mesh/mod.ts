/** The mesh from the command line: sidecars beside services of a Consul agent. The second composition root beside cli/agent. */
export { connectConsul, type ConnectedConsul, type MeshContext } from "./connect.ts";
export { systemMesh } from "./context.ts";
export { MESH_GATEWAY, parseUpstream, type UpstreamOption } from "./proxy/definition.ts";
export type { AdminPlace } from "./proxy/proxy-process.ts";
export { type GatewayKind, type GatewayOptions, parseGatewayKind, parsePlace } from "./gateway/gateway.ts";
export { type GatewayCommand, printGatewayBootstrap, runGateway } from "./gateway/run-gateway.ts";
export { parseProxyBlock, type ProxyBlock } from "./proxy/proxy-block.ts";
export type { RunningProxy } from "./proxy/run-proxy.ts";
export { printBootstrap, runSidecar, type SidecarCommand } from "./proxy/run-sidecar.ts";
export { type SplitCommand, type SplitOutcome, runClear, runSplit } from "./split/run-split.ts";
export { checkCall, type CheckCommand } from "./inspect/check.ts";
export { type ConfigReport, configOf } from "./inspect/difference.ts";
export { type HeldResource, proxiesOf, type ProxyState } from "./inspect/proxies.ts";
export { runRoot } from "./proxy/run-folder.ts";
export {
  type CanaryCommand,
  type CanaryExtras,
  type CanaryPlan,
  defaultPlan,
  defaultWebhook,
  parseTester,
  type Tester,
  type Webhook,
} from "#core/delivery";
export type { CanaryEnd, CanaryView, CanaryWatcher } from "./canary/controller.ts";
export { explainCanary, type Explanation } from "./canary/explain.ts";
export { type CanaryFile, readCanaryFile } from "./canary/file.ts";
export { commandOf } from "./canary/record.ts";
export { askCanary, type CanaryRun, runCanary } from "./canary/run-canary.ts";
export { explanationText, jsonWatcher, lineWatcher, tableWatcher } from "./canary/show.ts";
