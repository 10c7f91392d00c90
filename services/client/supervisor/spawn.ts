import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, statSync, truncateSync } from "node:fs";
import { isSame, type ProcessIdentity, sendSignal } from "#client/process";
import { readChecked } from "#client/state";
import type { SupervisorPlaces } from "./places.ts";

const LOG_BYTES_MAX = 1024 * 1024;
const SIGKILL = 9;

/** A supervisor that was started and may have ended again. */
export interface SpawnedSupervisor {
  readonly hasEnded: boolean;
}

/** Starts a supervisor that outlives us: own session, own log, nothing of our environment but the PATH. */
export function spawnSupervisor(entry: string, places: SupervisorPlaces): SpawnedSupervisor {
  mkdirSync(places.directory, { recursive: true, mode: 0o700 });
  const log = openLog(places.log);
  const child = spawn(process.execPath, ["--max-semi-space-size=2", entry, places.directory], {
    detached: true,
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" },
    stdio: ["ignore", log, log],
  });
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
  };
  child.once("error", end);
  child.once("exit", end);
  child.unref();
  closeSync(log);
  return {
    get hasEnded() {
      return hasEnded;
    },
  };
}

function openLog(path: string): number {
  try {
    if (statSync(path).size > LOG_BYTES_MAX) truncateSync(path);
  } catch {
    // There is none yet.
  }
  return openSync(path, "a", 0o600);
}

/** Two readers of one pipe would share its bytes: a supervisor that does not answer must be gone before the next starts. */
export function killUnresponsive(places: SupervisorPlaces): void {
  const read = readChecked(places.self, { current: 1, oldest: 1 });
  if (!read.ok || read.value === undefined) return;
  const self = read.value.body as ProcessIdentity;
  if (isSame(self)) sendSignal(self, SIGKILL);
}
