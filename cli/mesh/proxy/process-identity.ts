import { readFileSync } from "node:fs";

/** When a process was started, in the kernel's own count; undefined when there is none with that pid. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; the start is the twentieth field after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function aliveSince({ pid, startedAt }: { readonly pid: number; readonly startedAt: string }): boolean {
  return startOf(pid) === startedAt;
}

export function markOf(pid: number): { pid: number; startedAt: string } {
  return { pid, startedAt: startOf(pid) ?? "" };
}
