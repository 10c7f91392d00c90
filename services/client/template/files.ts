import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { platform } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { err, ok, type Result } from "#core/base";
import type { Sandbox } from "./protocol.ts";
import { absolutePath, isWithin, refusePath } from "./sandbox.ts";

/** The longest file that a template may read. */
export const FILE_BYTES_MAX = 16 * 1024 * 1024;
const DEFAULT_MODE = 0o644;
const FOLDER_MODE = 0o755;
const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;

export interface FileAccess {
  /** As `chmod` takes it; undefined keeps what an existing file has. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/**
 * Reads a file of a task. The task owns its folders and may swap anything for a link at any time, so what was opened is
 * checked, not what was asked for.
 */
export function readInside(sandbox: Sandbox, path: string): Result<string> {
  const refused = refusePath(sandbox, path);
  if (refused !== undefined) return err("denied", refused);
  let descriptor: number;
  try {
    descriptor = openSync(absolutePath(sandbox, path), O_RDONLY | O_NONBLOCK);
  } catch (cause) {
    return systemFailure("open", path, cause);
  }
  try {
    const real = realPathOf(descriptor, absolutePath(sandbox, path));
    if (!sandbox.roots.some((root) => isWithin(realpathSync(root), real)))
      return err("denied", `'${path}' is outside of sandbox`);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return err("bad_request", `'${path}' is not a regular file`);
    if (stats.size > FILE_BYTES_MAX) return err("too_large", `'${path}' is longer than ${FILE_BYTES_MAX} bytes`);
    return ok(readFileSync(descriptor, "utf8"));
  } catch (cause) {
    return systemFailure("read", path, cause);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Puts a file into a root's folder: complete or not at all, and only when it differs. Folders are entered one by one
 * without following links, so that a task cannot make us write elsewhere. The value says whether anything was written.
 */
export function writeInside(root: string, path: string, content: string, access: FileAccess): Result<boolean> {
  const within = relative(root, path);
  if (within === "" || within.startsWith("..") || within.startsWith(sep))
    return err("denied", `'${path}' is outside of sandbox`);
  let folder: number | undefined;
  try {
    folder = openFolder(root, dirname(within));
    return ok(replace(folder, dirname(path), basename(path), Buffer.from(content, "utf8"), access));
  } catch (cause) {
    return systemFailure("write", path, cause);
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

/** A descriptor of the folder under the root; made where it does not exist. */
function openFolder(root: string, within: string): number {
  let folder = openSync(root, O_RDONLY | O_DIRECTORY);
  let path = root;
  for (const part of within.split(sep).filter((one) => one !== "." && one !== "")) {
    const outer = folder;
    path = join(path, part);
    try {
      folder = enter(at(outer, path, part));
    } finally {
      closeSync(outer);
    }
  }
  return folder;
}

function enter(path: string): number {
  let isNew = true;
  try {
    mkdirSync(path, FOLDER_MODE);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    isNew = false;
  }
  const folder = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (isNew) fchmodSync(folder, FOLDER_MODE);
  return folder;
}

/** A name inside of an open folder. Only Linux can say that; elsewhere the path must do. */
function at(folder: number, path: string, name: string): string {
  return platform() === "linux" ? `/proc/self/fd/${folder}/${name}` : path;
}

function replace(folder: number, folderPath: string, name: string, content: Buffer, access: FileAccess): boolean {
  const place = (file: string): string => at(folder, join(folderPath, file), file);
  const existing = existingFile(place(name));
  const mode = access.mode ?? existing?.mode ?? DEFAULT_MODE;
  const isSame = existing?.content?.equals(content) === true && existing.mode === mode;
  if (isSame) return false;
  const temporary = place(`.${name}.${process.pid}.tmp`);
  rmSync(temporary, { force: true });
  const file = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeAll(file, content);
    if (access.uid !== undefined || access.gid !== undefined) fchownSync(file, access.uid ?? -1, access.gid ?? -1);
    fchmodSync(file, mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, place(name));
  return true;
}

function writeAll(file: number, content: Buffer): void {
  for (let written = 0; written < content.length; ) written += writeSync(file, content, written);
}

/** What stands there now; anything but a regular file is replaced. */
function existingFile(path: string): { readonly mode: number; readonly content: Buffer | undefined } | undefined {
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return undefined;
    return { mode: stats.mode & 0o7777, content: stats.size > FILE_BYTES_MAX ? undefined : readFileSync(file) };
  } finally {
    closeSync(file);
  }
}

function realPathOf(descriptor: number, path: string): string {
  return realpathSync(platform() === "linux" ? `/proc/self/fd/${descriptor}` : path);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  ELOOP: "a symbolic link stands in its way",
};

function systemFailure(call: string, path: string, cause: unknown): Result<never> {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isMissing = code === "ENOENT" || code === "ENOTDIR";
  return err(isMissing ? "not_found" : "io", `${call} ${path}: ${reasons[code ?? ""] ?? message}`, {
    cause: cause as Error,
  });
}
