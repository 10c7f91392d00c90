import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { platform } from "node:os";

/** A process that cannot be mistaken: `start` differs when the pid was given away again or the machine rebooted. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

/** The process that has `pid` now; undefined when there is none or only its unreaped remains (a zombie). */
export function identify(pid: number): ProcessIdentity | undefined {
  const start = platform() === "linux" ? startFromProc(pid) : startFromPs(pid);
  return start === undefined ? undefined : { pid, start };
}

export function isSame(known: ProcessIdentity): boolean {
  return identify(known.pid)?.start === known.start;
}

/** Cannot change while this process lives. */
const thisBoot = readBootId();

/** Differs after each boot; empty where the system does not say. */
export function bootId(): string {
  return thisBoot;
}

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

/** proc(5): after the command in parentheses come the state (field 3) and, as field 22, the start in ticks since boot. */
function startFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields[0], fields[19]];
  if (state === "Z" || state === "X" || ticks === undefined) return undefined;
  return `${bootId().slice(0, 8)}:${ticks}`;
}

function startFromPs(pid: number): string | undefined {
  try {
    const answer = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return answer === "" || answer.startsWith("Z") ? undefined : answer.slice(answer.indexOf(" ") + 1).trim();
  } catch {
    return undefined;
  }
}
