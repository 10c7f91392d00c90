/**
 * The one process of a node that holds its tasks' pipes (main.ts, started detached), and the agent's link to it. Tasks
 * survive the death of either; see docs/client.md.
 */
export { type RunListener, SupervisorLink, type SupervisorLinkOptions } from "./link.ts";
export { findTool, supervisorEntry, supervisorPlaces } from "./places.ts";
export type { OutputRules, RunExit, RunRequest, RunStatus } from "./protocol.ts";
