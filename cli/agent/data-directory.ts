import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, failureOf, ok, type Random, type Result, uuidFrom } from "#core/base";

const LAYOUT_VERSION = 1;

/** How the folders of `-dev` agents are called in the folder for temporary files. */
export const DEV_PREFIX = "drover-dev-";

/** Where an agent keeps what must outlive it. */
export interface DataDirectory {
  readonly root: string;
  readonly raft: string;
  readonly snapshots: string;
  readonly clientState: string;
  readonly allocations: string;
}

/** Who this server is: the same as long as the data directory lives. */
export interface ServerIdentity {
  readonly clusterId: string;
  readonly serverId: string;
  /** Counts the starts. */
  readonly incarnation: number;
}

export function devDirectory(): string {
  return mkdtempSync(join(tmpdir(), DEV_PREFIX));
}

/** Makes the folders; a directory that a newer version wrote is refused in one line. */
export function openDataDirectory(
  root: string,
  overrides: { readonly state?: string | undefined; readonly alloc?: string | undefined },
): Result<DataDirectory> {
  try {
    mkdirSync(root, { recursive: true, mode: 0o711 });
    const version = readVersion(join(root, "version"));
    if (version > LAYOUT_VERSION) {
      return err(
        "invalid",
        `${root} was written by a newer version (layout ${version}; this one reads ${LAYOUT_VERSION})`,
        { hint: "start the newer version" },
      );
    }
    const directory = {
      root,
      raft: join(root, "server", "raft"),
      snapshots: join(root, "server", "snapshots"),
      clientState: overrides.state ?? join(root, "client"),
      allocations: overrides.alloc ?? join(root, "alloc"),
    };
    for (const folder of [directory.raft, directory.snapshots, directory.clientState])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeWhole(join(root, "version"), `${LAYOUT_VERSION}\n`);
    return ok(directory);
  } catch (error) {
    return err("io", `data directory ${root}: ${failureOf(error).message}`, {
      hint: "see that the agent may write there",
    });
  }
}

function readVersion(path: string): number {
  return existsSync(path) ? Number.parseInt(readFileSync(path, "utf8"), 10) : 0;
}

/** The identity of this server, made at the first start; each start counts as one incarnation more. */
export function serverIdentity(directory: DataDirectory, random: Random): Result<ServerIdentity> {
  const path = join(directory.root, "server", "identity.json");
  try {
    const known = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as ServerIdentity) : undefined;
    const identity = {
      clusterId: known?.clusterId ?? uuidFrom(random),
      serverId: known?.serverId ?? uuidFrom(random),
      incarnation: (known?.incarnation ?? 0) + 1,
    };
    writeWhole(path, `${JSON.stringify(identity)}\n`);
    return ok(identity);
  } catch (error) {
    return err("corrupt", `${path}: ${failureOf(error).message}`, {
      hint: "the file names this server; restore it or start with an empty data_dir",
    });
  }
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text, { mode: 0o600, flush: true } as never);
  renameSync(`${path}.tmp`, path);
}
