import { assert } from "#core/base";
import { commitTo } from "./commit.ts";
import type { SnapshotChunk, SnapshotDescription } from "./message.ts";
import type { IncomingSnapshot, Server } from "./server.ts";

/** One snapshot at a time; a chunk that is not the next one is answered with the offset that is. */
export function handleSnapshotChunk(server: Server, chunk: SnapshotChunk): void {
  if (chunk.snapshot.index <= server.commitIndex) return answer(server, chunk.snapshot, 0, true);
  const incoming = incomingFor(server, chunk.snapshot);
  if (incoming === undefined || incoming.isSaving) return;
  if (chunk.offset !== incoming.nextOffset) return answer(server, chunk.snapshot, incoming.nextOffset, false);
  incoming.isSaving = true;
  server.emit({
    type: "save-chunk",
    term: server.term,
    index: chunk.snapshot.index,
    epoch: server.writes.epoch,
    snapshot: chunk.snapshot,
    offset: chunk.offset,
    data: chunk.data,
    isLast: chunk.offset + chunk.data.length >= chunk.snapshot.bytes,
  });
}

/**
 * Undefined for a chunk that is passed over; its leader sends it again. What is being saved is finished first: nobody could
 * tell which snapshot the disk's answer is about. And a leader's snapshots only grow: an older one is a late copy.
 */
function incomingFor(server: Server, snapshot: SnapshotDescription): IncomingSnapshot | undefined {
  const { incoming, term } = server;
  if (incoming?.snapshot.id === snapshot.id) return incoming;
  if (incoming?.isSaving || (incoming?.term === term && snapshot.index < incoming.snapshot.index)) return undefined;
  server.incoming = { snapshot, term, nextOffset: 0, isSaving: false };
  return server.incoming;
}

function answer(server: Server, snapshot: SnapshotDescription, nextOffset: number, installed: boolean): void {
  if (server.leader === undefined || server.leader === server.id) return;
  const { id: from, leader: to, term } = server;
  server.sendAfterWrites({ type: "snapshot-response", from, to, term, snapshotId: snapshot.id, nextOffset, installed });
}

export function handleChunkSaved(server: Server, snapshotId: string, nextOffset: number): void {
  const { incoming } = server;
  if (incoming === undefined || incoming.snapshot.id !== snapshotId) return;
  incoming.isSaving = false;
  incoming.nextOffset = nextOffset;
  answer(server, incoming.snapshot, nextOffset, false);
}

/**
 * The file is durable and verified. A log that already holds the snapshot's last entry keeps what follows it, and the
 * state machine simply catches up; any other log is void and begins anew (paper figure 13, rules 6 and 7).
 */
export function handleSnapshotReceived(server: Server, snapshotId: string): void {
  const { incoming } = server;
  if (incoming === undefined || incoming.snapshot.id !== snapshotId) return;
  server.incoming = undefined;
  const { snapshot } = incoming;
  if (snapshot.index > server.commitIndex) {
    if (server.log.termAt(snapshot.index) === snapshot.term) commitTo(server, snapshot.index);
    else install(server, snapshot);
  }
  answer(server, snapshot, snapshot.bytes, true);
}

function install(server: Server, snapshot: SnapshotDescription): void {
  assert(snapshot.index > server.appliedIndex, "a snapshot never takes the state machine back");
  const { index, term } = snapshot;
  server.log.reset(index, term);
  server.configurations.reset(index, snapshot.configuration);
  server.writes.reset(index);
  server.commitIndex = index;
  server.appliedIndex = index;
  server.snapshot = snapshot;
  if (server.mustReach > 0 && index >= server.mustReach) server.clearMustReach();
  server.persist({ reset: { index, term } });
  server.emit({ type: "restore", term: server.term, index, epoch: server.writes.epoch, snapshot });
}

/** The service's own snapshot is durable: the log may shrink to the trailing entries (paper §7). */
export function handleSnapshotSaved(server: Server, snapshot: SnapshotDescription): void {
  assert(snapshot.index <= server.appliedIndex, "a snapshot holds applied entries only");
  if (server.snapshot !== undefined && snapshot.index <= server.snapshot.index) return;
  server.snapshot = snapshot;
  const before = Math.max(server.log.baseIndex, snapshot.index - server.options.trailingEntries);
  server.log.releaseTo(before);
  server.configurations.releaseTo(before);
  server.emit({
    type: "release",
    term: server.term,
    index: server.log.lastIndex,
    epoch: server.writes.epoch,
    before: before + 1,
  });
}
