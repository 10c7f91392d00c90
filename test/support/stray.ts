import { readdirSync, readFileSync } from "node:fs";

/** Kills every process whose command line names a folder of the test: nothing of a trial that failed may go on. */
export function killStrays(folder: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(folder)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It left in the meantime.
    }
  }
}
