/** The agent's configuration: every key there is, files in HCL or JSON, how they are laid over each other, defaults. */
export { inertKeys } from "./acted-on.ts";
export type { Settings } from "./key.ts";
export { agentKeys } from "./keys.ts";
export { type AgentSettings, mergeFiles } from "./settings.ts";
export { type ConfigFile, readConfigFile, type SetKey } from "./read.ts";
export { parseBytes } from "./bytes.ts";
