import { constants, realpathSync } from "node:fs";
import { type FileHandle, open, readlink } from "node:fs/promises";
import { platform } from "node:os";
import { join, normalize, relative, sep } from "node:path";
import { err, ok, type Result } from "#core/base";

const ESCAPES = "Path escapes the alloc directory";

/** The absolute path of `wanted` inside `root`, by its text alone; symbolic links are looked at when it is opened. */
export function insidePath(root: string, wanted: string): Result<string> {
  if (wanted.includes("\0")) return err("bad_request", "a path may not hold a NUL character");
  const path = normalize(join(root, wanted));
  return path === root || path.startsWith(root + sep) ? ok(path) : err("denied", ESCAPES);
}

/**
 * Opens a file of an allocation for reading. Tasks own these folders and may swap anything for a link at any time, so
 * what was opened is checked, not what was asked for; a pipe is opened without waiting for its writer.
 */
export async function openInside(root: string, wanted: string): Promise<Result<FileHandle>> {
  const path = insidePath(root, wanted);
  if (!path.ok) return path;
  let handle: FileHandle;
  try {
    handle = await open(path.value, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    return systemFailure("open", path.value, cause);
  }
  const refusal = await refuse(root, wanted, path.value, handle);
  if (refusal === undefined) return ok(handle);
  await handle.close();
  return refusal;
}

async function refuse(
  root: string,
  wanted: string,
  path: string,
  handle: FileHandle,
): Promise<Result<never> | undefined> {
  const real = platform() === "linux" ? await readlink(`/proc/self/fd/${handle.fd}`) : realpathSync(path);
  const within = relative(realpathSync(root), real);
  if (within.startsWith("..") || within.startsWith(sep)) return err("denied", ESCAPES);
  if (/^[^/]+\/(secrets|private)(\/|$)/.test(within)) return err("denied", `Reading secret file prohibited: ${wanted}`);
  const stats = await handle.stat();
  if (stats.isDirectory()) return err("bad_request", `file "${wanted}" is a directory`);
  return stats.isFile() ? undefined : err("bad_request", `file "${wanted}" is not a regular file`);
}

/** A failed system call in the words of the compatible API: `stat /x: no such file or directory`. */
export function systemFailure(call: string, path: string, cause: unknown): Result<never> {
  const { code, message } = cause as NodeJS.ErrnoException;
  const missing = code === "ENOENT" || code === "ENOTDIR";
  const reason = reasons[code ?? ""] ?? message;
  return err(missing ? "not_found" : "io", `${call} ${path}: ${reason}`, { cause: cause as Error });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
};
