import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import type { FileAccess } from "#core/hcl";

/** The files of this machine, for the file functions of a job file that is read here; paths are relative to the working directory. */
export function localFiles(workingDirectory: string, home: string | undefined): FileAccess {
  const at = (path: string): string => resolve(workingDirectory, path);
  return {
    read: (path) => readable(() => (isFile(at(path)) ? readFileSync(at(path)) : undefined), undefined),
    exists: (path) => readable(() => isFile(at(path)), false),
    list: (folder) => readable(() => filesBelow(at(folder)), []),
    workingDirectory,
    homeDirectory: home || homedir(),
  };
}

/** A file that may not be read is told of like one that is not there. */
function readable<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function filesBelow(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
}
