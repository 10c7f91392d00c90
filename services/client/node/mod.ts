/** The client of an agent: makes this machine a node, runs the allocations that the servers place on it. */
export { ClientNode, type ClientNodeOptions, type LeaveOptions } from "./client-node.ts";
export { ClientCommands } from "./commands.ts";
export { type ClientConfig, defaultGarbage, type GarbageConfig } from "./config.ts";
export { type LeftoverOptions, reapLeftovers } from "./leftovers.ts";
export type { NodeMeta } from "./node-record.ts";
