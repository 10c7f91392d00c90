import { constants } from "node:os";
import { err, ok, type Result } from "#core/base";
import { isSame, type ProcessIdentity } from "./identity.ts";

const numbers: Readonly<Record<string, number>> = constants.signals;

/** The number of `SIGTERM`, `sigterm` or `term`; undefined when this system has no such signal. */
export function signalNumber(name: string): number | undefined {
  const upper = name.trim().toUpperCase();
  return numbers[upper.startsWith("SIG") ? upper : `SIG${upper}`];
}

export function signalName(number: number): string | undefined {
  return Object.keys(numbers).find((name) => numbers[name] === number);
}

/** Sends to exactly this process; `not_found` when it is gone. */
export function sendSignal(target: ProcessIdentity, signal: number): Result<void> {
  if (!isSame(target)) return err("not_found", `process ${target.pid} has ended`);
  return send(target.pid, signal);
}

/** Sends to the process group that `leader` leads, as long as the leader lives: only then is the group surely its. */
export function sendToGroup(leader: ProcessIdentity, signal: number): Result<void> {
  if (!isSame(leader)) return err("not_found", `process group ${leader.pid} has no leader`);
  return send(-leader.pid, signal);
}

function send(pid: number, signal: number): Result<void> {
  try {
    process.kill(pid, signal);
    return ok(undefined);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return err(code === "ESRCH" ? "not_found" : "io", message, { cause: cause as Error });
  }
}
