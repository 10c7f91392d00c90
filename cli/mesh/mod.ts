/** The mesh from the command line: sidecars beside services of a Consul agent. The second composition root beside cli/agent. */
export { connectConsul, type ConnectedConsul, type MeshContext } from "./connect.ts";
export { parseUpstream, type UpstreamOption } from "./proxy/definition.ts";
export { printBootstrap, type RunningSidecar, runSidecar, type SidecarCommand } from "./proxy/run-sidecar.ts";
