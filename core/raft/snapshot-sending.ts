import { assert } from "#core/base";
import type { Progress } from "./progress.ts";
import type { Server } from "./server.ts";

/** The follower needs entries that are only in a snapshot (paper §7). */
export function beginSnapshotTransfer(server: Server, progress: Progress): void {
  assert(server.snapshot !== undefined, "entries are released only into a snapshot");
  progress.beginSnapshot(server.snapshot, server.nowMs);
  loadChunk(server, progress);
}

export function loadChunk(server: Server, progress: Progress): void {
  const { transfer } = progress;
  if (transfer === undefined) return;
  transfer.sentMs = server.nowMs;
  const bytesMax = server.buggify("raft/snapshot/short-chunk") ? 1 : server.options.snapshotChunkBytes;
  server.emit({
    type: "load-chunk",
    term: server.term,
    index: transfer.snapshot.index,
    epoch: server.writes.epoch,
    to: progress.id,
    snapshotId: transfer.snapshot.id,
    offset: transfer.offset,
    length: Math.min(bytesMax, transfer.snapshot.bytes - transfer.offset),
  });
}

export function handleChunkLoaded(
  server: Server,
  progress: Progress,
  snapshotId: string,
  offset: number,
  data: Uint8Array | undefined,
): void {
  const { transfer } = progress;
  if (transfer === undefined || transfer.snapshot.id !== snapshotId || transfer.offset !== offset) return;
  if (data === undefined) {
    // The file made room for a newer one; if that one is still being noted, the next retry finds it.
    if (server.snapshot?.id !== snapshotId) beginSnapshotTransfer(server, progress);
    return;
  }
  const { id: from, term } = server;
  server.send({ type: "snapshot-chunk", from, to: progress.id, term, snapshot: transfer.snapshot, offset, data });
}
