import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const LISTENING = "0A";

/** The process that listens on a TCP port of this machine (Linux: proc(5)); undefined where it is another user's. */
export function portHolder(port: number): string | undefined {
  const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningSockets(table, port)));
  if (sockets.size === 0) return undefined;
  const pid = entriesOf("/proc").find((name) => /^\d+$/.test(name) && holdsOne(name, sockets));
  return pid === undefined ? undefined : `process ${pid} (${textOf(`/proc/${pid}/comm`).trim()})`;
}

/** The columns are: number, local address, remote address, state, …, inode as the tenth. */
function listeningSockets(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = textOf(table).split("\n").slice(1);
  return rows.flatMap((row) => {
    const columns = row.trim().split(/\s+/);
    const isIt = columns[1]?.endsWith(suffix) === true && columns[3] === LISTENING;
    return isIt ? [`socket:[${columns[9]}]`] : [];
  });
}

function holdsOne(pid: string, sockets: ReadonlySet<string>): boolean {
  return entriesOf(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      return sockets.has(readlinkSync(`/proc/${pid}/fd/${descriptor}`));
    } catch {
      return false;
    }
  });
}

/** Nothing where one may not look, or where it is gone. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
