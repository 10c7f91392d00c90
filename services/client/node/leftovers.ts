import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger, Timers } from "#core/base";
import { isSame } from "#client/process";
import { SupervisorLink, supervisorPlaces } from "#client/supervisor";
import { lockHolder } from "./lock.ts";

export interface LeftoverOptions {
  readonly stateDirectory: string;
  readonly allocDirectory: string;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly supervisorEntry?: string | undefined;
}

const SIGKILL = 9;
const END_STEP_MS = 20;
const END_STEPS = 250;

/**
 * Ends what a client that died left running, and removes its files. False when that client still lives or never was:
 * then nothing is touched. For folders of `-dev` agents, whose tasks nobody will take over.
 */
export async function reapLeftovers(options: LeftoverOptions): Promise<boolean> {
  const holder = lockHolder(options.stateDirectory);
  if (holder === undefined || isSame(holder)) return false;
  await endRuns(options);
  for (const folder of [options.allocDirectory, options.stateDirectory])
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  return true;
}

async function endRuns({ stateDirectory, timers, logger, supervisorEntry }: LeftoverOptions): Promise<void> {
  const directory = join(stateDirectory, "supervisor");
  const { runs } = supervisorPlaces(directory);
  if (!existsSync(runs) || readdirSync(runs).length === 0) return;
  const link = new SupervisorLink({ directory, timers, logger, entry: supervisorEntry });
  const listed = await link.list();
  for (const run of listed.ok ? listed.value : []) if (!run.exit) await link.signal(run.runId, SIGKILL);
  for (let step = 0; step < END_STEPS; step++) {
    const now = await link.list();
    if (!now.ok || now.value.every((run) => run.exit)) break;
    await new Promise<void>((resolve) => void timers.after(END_STEP_MS, resolve));
  }
  for (const run of listed.ok ? listed.value : []) await link.release(run.runId);
  await link.leave();
  link.close();
}
