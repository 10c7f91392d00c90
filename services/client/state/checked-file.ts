import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { crc32c, err, ok, type Result, utf8Encode } from "#core/base";

/** Which versions of a file this program reads: n reads n−1 and refuses what is newer. */
export interface Versions {
  readonly current: number;
  readonly oldest: number;
}

interface Head {
  readonly version: number;
  readonly crc32c: number;
}

const SIZE_MAX = 64 * 1024 * 1024;

/**
 * Replaces `path` by a head line and `body` as JSON. The rename makes it all or nothing for a kill of this process;
 * after a power cut the checksum tells.
 */
export function writeChecked(path: string, version: number, body: unknown): Result<void> {
  const text = JSON.stringify(body);
  const head: Head = { version, crc32c: crc32c(utf8Encode(text)) };
  const beside = `${path}.new`;
  try {
    writeFileSync(beside, `${JSON.stringify(head)}\n${text}\n`, { mode: 0o600 });
    renameSync(beside, path);
    return ok(undefined);
  } catch (cause) {
    return err("io", `cannot write ${path}: ${(cause as Error).message}`, { cause: cause as Error });
  }
}

/**
 * The body, with the version that wrote it; undefined when there is no such file. `corrupt` when it was damaged,
 * `conflict` when another version of the program wrote it.
 */
export function readChecked(
  path: string,
  versions: Versions,
): Result<{ readonly version: number; readonly body: unknown } | undefined> {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return ok(undefined);
    return err("io", `cannot read ${path}: ${(cause as Error).message}`, { cause: cause as Error });
  }
  return parse(path, content, versions);
}

function parse(path: string, content: string, versions: Versions): Result<{ version: number; body: unknown }> {
  const lineEnd = content.indexOf("\n");
  const head = parseHead(content.slice(0, Math.max(0, lineEnd)));
  if (head === undefined || content.length > SIZE_MAX) return err("corrupt", `${path} is not a state file`);
  if (head.version > versions.current || head.version < versions.oldest) return refuseVersion(path, head, versions);
  const text = content.slice(lineEnd + 1, -1);
  if (crc32c(utf8Encode(text)) !== head.crc32c) return err("corrupt", `${path} does not match its checksum`);
  return ok({ version: head.version, body: JSON.parse(text) as unknown });
}

function parseHead(line: string): Head | undefined {
  try {
    const head = JSON.parse(line) as Partial<Head>;
    return typeof head.version === "number" && typeof head.crc32c === "number" ? (head as Head) : undefined;
  } catch {
    return undefined;
  }
}

function refuseVersion(path: string, head: Head, versions: Versions): Result<never> {
  const message = `${path} has version ${head.version}; this program reads ${versions.oldest} to ${versions.current}`;
  return err("conflict", message, { hint: "start the release that wrote it, or remove the file to begin anew" });
}
