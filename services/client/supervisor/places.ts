import { createHash } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The kernel cuts socket paths at 108 bytes (unix(7)), macOS at 104. */
const SOCKET_PATH_MAX = 100;

/** Where a supervisor keeps what it must not lose. Everything is below `directory`, which only its user may enter. */
export interface SupervisorPlaces {
  readonly directory: string;
  readonly runs: string;
  readonly socket: string;
  readonly log: string;
  /** Who is the supervisor: pid and start time. */
  readonly self: string;
}

export function supervisorPlaces(directory: string): SupervisorPlaces {
  const near = join(directory, "socket");
  const isLong = Buffer.byteLength(near) > SOCKET_PATH_MAX;
  return {
    directory,
    runs: join(directory, "runs"),
    socket: isLong ? join(farDirectory(directory), "socket") : near,
    log: join(directory, "supervisor.log"),
    self: join(directory, "supervisor.json"),
  };
}

function farDirectory(directory: string): string {
  const name = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  return join(tmpdir(), `drover-supervisor-${name}`);
}

/** Whether nobody else can have put a socket there: a name in the temporary folder can be taken by any user first. */
export function isPrivate(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isDirectory()) return false;
  return (stats.mode & 0o022) === 0 && stats.uid === (process.geteuid?.() ?? stats.uid);
}

/** The files of one run: `base.out`, `base.err` (pipes), `.json`, `.shell`, `.pid`, `.exit`. */
export interface RunPlaces {
  readonly base: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly record: string;
  readonly shell: string;
  readonly pid: string;
  readonly exit: string;
}

export function runPlaces(runs: string, runId: string): RunPlaces {
  const base = join(runs, runId);
  return {
    base,
    stdout: `${base}.out`,
    stderr: `${base}.err`,
    record: `${base}.json`,
    shell: `${base}.shell`,
    pid: `${base}.pid`,
    exit: `${base}.exit`,
  };
}

/** The supervisor's program, always the built one: a process is not started from TypeScript. */
export function supervisorEntry(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const built = join(here, "main.js");
  if (existsSync(built)) return built;
  return join(here, "../../../dist/services/client/supervisor/main.js");
}

/** The absolute path of a tool of this machine, looked for on `path`; undefined when it has none. */
export function findTool(name: string, path = process.env["PATH"] ?? "/usr/bin:/bin"): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
