import { stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { FolderWatch } from "./folder-watch.ts";
import { heartbeat, HEARTBEAT_MS, readFrames, type StreamFrame, type StreamRequest } from "./frames.ts";

export interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
  /** As the reader named it. */
  readonly name: string;
}

/** One file from a position on, and while it is followed whatever is appended; says when it is cut or removed. */
export async function* streamFile(
  { handle, path, name }: OpenFile,
  request: StreamRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamFrame> {
  using watch = request.follow ? new FolderWatch(dirname(path)) : undefined;
  try {
    const { size } = await handle.stat();
    let position = request.origin === "start" ? request.offset : Math.max(0, size - request.offset);
    for (;;) {
      position = yield* readFrames(handle, name, position);
      if (!watch || signal.aborted) return;
      await watch.next(HEARTBEAT_MS, signal);
      const event = await changeOf(handle, path, position);
      if (event === undefined) yield heartbeat();
      else yield { file: name, offset: position, fileEvent: event };
      if (event === "file deleted") return;
      if (event === "file truncated") position = 0;
    }
  } finally {
    await handle.close();
  }
}

async function changeOf(handle: FileHandle, path: string, position: number): Promise<StreamFrame["fileEvent"]> {
  const { size, ino } = await handle.stat();
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino !== ino) return "file deleted";
  return size < position ? "file truncated" : undefined;
}
