import { stat } from "node:fs/promises";
import { join } from "node:path";
import { logFileName, logIndexes } from "#client/log";
import { openInside } from "./confined.ts";
import { FolderWatch } from "./folder-watch.ts";
import { heartbeat, HEARTBEAT_MS, readFrames, type StreamFrame, type StreamRequest } from "./frames.ts";

/** Where a log is: `ROOT/alloc/logs/TASK.stdout.N`. */
export interface LogPlace {
  readonly root: string;
  readonly prefix: string;
}

const FOLDER = "alloc/logs";

interface Position {
  readonly index: number;
  readonly at: number;
}

/**
 * A rotated log as one stream, over the ends of its files. A file that the rotation removes while it is read is read to
 * its end; a reader that is slower than the rotation goes on with the oldest file that is left.
 */
export async function* streamLogs(
  place: LogPlace,
  request: StreamRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamFrame> {
  const folder = join(place.root, FOLDER);
  using watch = request.follow ? new FolderWatch(folder) : undefined;
  let position = await firstPosition(folder, place.prefix, request);
  while (!signal.aborted) {
    const next = position === undefined ? undefined : yield* readOne(place, position, watch, signal);
    if (next === undefined && watch === undefined) return;
    position = next ?? { index: logIndexes(folder, place.prefix)[0] ?? 0, at: 0 };
    if (next === undefined) yield* pause(watch, signal);
  }
}

/** Reads one file to its end and, while it is the newest, waits for more; returns where to go on, if there is more. */
async function* readOne(
  place: LogPlace,
  { index, at }: Position,
  watch: FolderWatch | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamFrame, Position | undefined> {
  const name = `${FOLDER}/${logFileName(place.prefix, index)}`;
  const opened = await openInside(place.root, name);
  if (!opened.ok) return nextAfter(place, index);
  const handle = opened.value;
  try {
    let position = at;
    for (;;) {
      const next = nextAfter(place, index);
      position = yield* readFrames(handle, name, position);
      // The file that follows was there before this one was read: nothing is appended to this one any more.
      if (next || !watch || signal.aborted) return next;
      yield* pause(watch, signal);
    }
  } finally {
    await handle.close();
  }
}

async function* pause(watch: FolderWatch | undefined, signal: AbortSignal): AsyncGenerator<StreamFrame> {
  const beganMs = performance.now();
  await watch?.next(HEARTBEAT_MS, signal);
  if (performance.now() - beganMs >= HEARTBEAT_MS / 2 && !signal.aborted) yield heartbeat();
}

function nextAfter(place: LogPlace, index: number): Position | undefined {
  const next = logIndexes(join(place.root, FOLDER), place.prefix).find((candidate) => candidate > index);
  return next === undefined ? undefined : { index: next, at: 0 };
}

/** Offsets count over all files that are there, from the first byte or back from the last. */
async function firstPosition(folder: string, prefix: string, request: StreamRequest): Promise<Position | undefined> {
  const files = await Promise.all(
    logIndexes(folder, prefix).map(async (index) => ({
      index,
      size: await sizeOf(join(folder, logFileName(prefix, index))),
    })),
  );
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let rest = request.origin === "start" ? Math.min(request.offset, total) : Math.max(0, total - request.offset);
  for (const { index, size } of files) {
    if (rest < size) return { index, at: rest };
    rest -= size;
  }
  const last = files.at(-1);
  return last === undefined ? undefined : { index: last.index, at: last.size };
}

async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.size ?? 0;
}
