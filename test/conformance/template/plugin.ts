import { spawnSync } from "node:child_process";
import type { CommandOutcome } from "#core/template";

/** Runs a real command, as the recorded cases did. */
export function runPlugin(command: string, args: readonly string[]): CommandOutcome {
  const done = spawnSync(command, args, { timeout: 30_000, encoding: "utf8" });
  const [stdout, stderr] = [done.stdout ?? "", done.stderr ?? ""];
  if (done.error !== undefined)
    return { problem: `exec: ${JSON.stringify(command)}: executable file not found in $PATH`, stdout, stderr };
  return { problem: done.status === 0 ? undefined : `exit status ${done.status}`, stdout, stderr };
}
