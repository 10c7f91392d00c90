import { readFileSync, readdirSync } from "node:fs";
import { err, ok, type Result } from "#core/base";
import type { TaskUsage } from "#client/driver/contract";

/** proc(5) counts processor time in ticks; Linux shows a hundred a second to programs, whatever it uses inside. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** What the processes of a group use together; Linux only. */
export function groupUsage(member: number): Result<TaskUsage> {
  const group = statOf(member)?.group;
  if (group === undefined) return err("not_found", `process ${member} has ended`);
  let usage: TaskUsage = { rssBytes: 0, userSeconds: 0, systemSeconds: 0 };
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat?.group !== group) continue;
    usage = {
      rssBytes: usage.rssBytes + stat.rssPages * PAGE_BYTES,
      userSeconds: usage.userSeconds + stat.userTicks / TICKS_PER_SECOND,
      systemSeconds: usage.systemSeconds + stat.systemTicks / TICKS_PER_SECOND,
    };
  }
  return ok(usage);
}

interface Stat {
  readonly group: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly rssPages: number;
}

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const at = (field: number): number => fields[field - 3] ?? 0;
  return { group: at(5), userTicks: at(14), systemTicks: at(15), rssPages: at(24) };
}
