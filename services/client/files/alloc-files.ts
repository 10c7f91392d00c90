import { realpathSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { err, ok, type Result } from "#core/base";
import type { AllocFileInfo } from "#core/model";
import { insidePath, openInside, systemFailure } from "./confined.ts";
import { streamFile } from "./follow-file.ts";
import { streamLogs } from "./follow-logs.ts";
import { FRAME_BYTES, type StreamFrame, type StreamRequest } from "./frames.ts";
import { contentTypeOf, fileInfo } from "./info.ts";

const SNIFF_BYTES = 512;
const ENTRIES_MAX = 100_000;

export type LogStream = "stdout" | "stderr";

/** Reads below one allocation's directory, and nowhere else. */
export class AllocFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async list(path: string): Promise<Result<AllocFileInfo[]>> {
    const folder = this.#real(path, "open");
    if (!folder.ok) return folder;
    try {
      const names = (await readdir(folder.value)).slice(0, ENTRIES_MAX);
      const infos = await Promise.all(names.map((name) => infoOf(join(folder.value, name))));
      return ok(infos.filter((info) => info !== undefined));
    } catch (cause) {
      return systemFailure("open", join(this.#root, path), cause);
    }
  }

  async stat(path: string): Promise<Result<AllocFileInfo>> {
    const real = this.#real(path, "stat");
    if (!real.ok) return real;
    try {
      const stats = await lstat(real.value);
      const type = stats.isFile() ? await this.#contentType(path) : "";
      return ok(fileInfo(basename(real.value), stats, type));
    } catch (cause) {
      return systemFailure("stat", join(this.#root, path), cause);
    }
  }

  /** The bytes of a file from `offset` on, at most `limit` of them; the file is open until the stream ends. */
  async read(path: string, offset = 0, limit = Number.POSITIVE_INFINITY): Promise<Result<AsyncIterable<Uint8Array>>> {
    const opened = await openInside(this.#root, path);
    if (!opened.ok) return opened;
    const handle = opened.value;
    return ok(
      (async function* () {
        try {
          for (let at = offset, left = limit; left > 0; ) {
            const wanted = Math.min(FRAME_BYTES, left);
            const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
            if (bytesRead === 0) return;
            at += bytesRead;
            left -= bytesRead;
            yield buffer.subarray(0, bytesRead);
          }
        } finally {
          await handle.close();
        }
      })(),
    );
  }

  async stream(path: string, request: StreamRequest, signal: AbortSignal): Promise<Result<AsyncIterable<StreamFrame>>> {
    const opened = await openInside(this.#root, path);
    if (!opened.ok) return opened;
    return ok(streamFile({ handle: opened.value, path: join(this.#root, path), name: path }, request, signal));
  }

  /** The log of a task; before its first byte a followed one waits. */
  logs(task: string, stream: LogStream, request: StreamRequest, signal: AbortSignal): AsyncIterable<StreamFrame> {
    return streamLogs({ root: this.#root, prefix: `${task}.${stream}` }, request, signal);
  }

  /** The path with its links resolved, which must not lead out. */
  #real(path: string, call: string): Result<string> {
    const inside = insidePath(this.#root, path);
    if (!inside.ok) return inside;
    try {
      const [root, real] = [realpathSync(this.#root), realpathSync(inside.value)];
      return real === root || real.startsWith(`${root}/`)
        ? ok(real)
        : err("denied", "Path escapes the alloc directory");
    } catch (cause) {
      return systemFailure(call, inside.value, cause);
    }
  }

  async #contentType(path: string): Promise<string> {
    const opened = await openInside(this.#root, path);
    if (!opened.ok) return "application/octet-stream";
    try {
      const { bytesRead, buffer } = await opened.value.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
      return contentTypeOf(path, buffer.subarray(0, bytesRead));
    } finally {
      await opened.value.close();
    }
  }
}

async function infoOf(path: string): Promise<AllocFileInfo | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  return stats === undefined ? undefined : fileInfo(basename(path), stats);
}
