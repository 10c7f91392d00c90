import { createLogger, type LoggerOptions, systemClock, systemRandom, systemTimers } from "#cli/agent";
import type { MeshContext } from "./connect.ts";

/** What a command of the mesh works with on this machine. */
export function systemMesh(
  env: Readonly<Record<string, string | undefined>>,
  logging: Pick<LoggerOptions, "level" | "json">,
): MeshContext {
  const logger = createLogger({ ...logging, descriptor: 1, nowMs: () => systemClock.nowMs() });
  return { env, clock: systemClock, timers: systemTimers, random: systemRandom, logger };
}
