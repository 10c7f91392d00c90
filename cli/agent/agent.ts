import type { Failure, Logger, Result } from "#core/base";
import { startClientAgent } from "./client-agent.ts";
import { devDirectory, openDataDirectory } from "./data-directory.ts";
import { reapDeadDevRuns } from "./dead-dev-runs.ts";
import type { AgentOptions } from "./options.ts";
import { systemClock, systemRandom, systemTimers } from "./platform.ts";
import type { Agent } from "./running-agent.ts";
import { startServerAgent } from "./server-agent.ts";
import type { Machine } from "./server-part.ts";

/** Starts an agent with its server, its client, or both; what was already started is closed again when a later part fails. */
export async function startAgent(
  options: AgentOptions,
  logger: Logger,
  stop: (reason: Failure) => void,
): Promise<Result<Agent>> {
  if (options.isDev) await reapDeadDevRuns(systemTimers, logger);
  const root = options.isDev && options.dataDir === "" ? devDirectory() : options.dataDir;
  const { state_dir: state, alloc_dir: alloc } = options.settings.client ?? {};
  const directory = openDataDirectory(root, { state, alloc });
  if (!directory.ok) return directory;
  const machine: Machine = { clock: systemClock, timers: systemTimers, random: systemRandom, logger, stop };
  const start = options.serverEnabled ? startServerAgent : startClientAgent;
  return start(options, directory.value, machine);
}
