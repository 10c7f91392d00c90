import type { FileHandle } from "node:fs/promises";

/** A piece of a file on its way to a reader; with neither data nor event it only says that the stream lives. */
export interface StreamFrame {
  /** Relative to the allocation's directory. */
  readonly file: string;
  /** The position after `data`. */
  readonly offset: number;
  readonly data?: Uint8Array;
  readonly fileEvent?: "file truncated" | "file deleted";
}

export interface StreamRequest {
  readonly origin: "start" | "end";
  readonly offset: number;
  readonly follow: boolean;
}

export const FRAME_BYTES = 64 * 1024;
export const HEARTBEAT_MS = 1_000;

export function heartbeat(): StreamFrame {
  return { file: "", offset: 0 };
}

/** Everything from `position` to the present end of the file, in frames. */
export async function* readFrames(
  handle: FileHandle,
  file: string,
  position: number,
): AsyncGenerator<StreamFrame, number> {
  let at = position;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(FRAME_BYTES), 0, FRAME_BYTES, at);
    if (bytesRead === 0) return at;
    at += bytesRead;
    yield { file, offset: at, data: buffer.subarray(0, bytesRead) };
  }
}
