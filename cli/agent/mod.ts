/** The composition root: reads configuration, puts the services together, runs them until a signal comes. */
export { startAgent } from "./agent.ts";
export type { Agent } from "./running-agent.ts";
export { createLogger, type LoggerOptions, parseLevel } from "./logger.ts";
export { type AgentFlags, type AgentOptions, resolveOptions } from "./options.ts";
export { systemClock, systemRandom, systemTimers } from "./platform.ts";
export { type LoadedConfig, loadConfig } from "./load-config.ts";
