import type { ServerId } from "./entry.ts";
import type { Leadership } from "./leadership.ts";
import type { HeartbeatResponse, SnapshotResponse } from "./message.ts";
import { isQuorum } from "./quorum.ts";
import { broadcastHeartbeats, replicate } from "./replication.ts";
import { becomeFollower } from "./roles.ts";
import type { Server } from "./server.ts";
import { loadChunk } from "./snapshot-sending.ts";
import { bestPlacedVoter, expireTransfer } from "./transfer.ts";

/** What a leader does every heartbeat interval. */
export function leaderTick(server: Server, leadership: Leadership): void {
  expireTransfer(server, leadership);
  if (server.nowMs < leadership.heartbeatAtMs) return;
  if (!hasQuorum(server, leadership)) return becomeFollower(server, server.term, undefined);
  leadership.heartbeatAtMs = server.nowMs + server.options.timing.heartbeatMs;
  if (!server.buggify("raft/heartbeat/skip")) broadcastHeartbeats(server, leadership);
  for (const progress of leadership.progress.values()) retry(server, leadership, progress.id);
}

/** Check-quorum (thesis §6.2): a leader that a majority has not answered for T gives up. */
function hasQuorum(server: Server, leadership: Leadership): boolean {
  return isQuorum(server.configurations.voters, (id) => {
    const progress = leadership.progress.get(id);
    return id === server.id || (progress !== undefined && server.nowMs - progress.contactMs <= server.electionMs);
  });
}

/** Appends and chunks that went unanswered are sent again. */
function retry(server: Server, leadership: Leadership, id: ServerId): void {
  const progress = leadership.progress.get(id);
  if (progress === undefined) return;
  const { electionMs, heartbeatMs } = server.options.timing;
  const resends = progress.mode === "replicate" && server.buggify("raft/append/resend");
  if (resends || progress.isOverdue(server.nowMs, heartbeatMs, electionMs)) {
    progress.probeFrom(progress.matchIndex + 1);
    replicate(server, progress);
  } else if (progress.transfer !== undefined && server.nowMs - progress.transfer.sentMs > electionMs)
    loadChunk(server, progress);
}

export function handleHeartbeatResponse(server: Server, leadership: Leadership, response: HeartbeatResponse): void {
  const progress = leadership.progress.get(response.from);
  if (progress === undefined) return;
  progress.contactMs = server.nowMs;
  progress.heartbeatAnswered(server.nowMs);
  const { voters } = server.configurations;
  const isConfirmed = leadership.reads.answer(response.from, response.round, (answered) =>
    isQuorum(voters, (id) => id === server.id || answered.has(id)),
  );
  if (isConfirmed) leadership.reads.confirm();
}

/** Reads wait until the term's first entry is committed (thesis §6.4), then share the next round. */
export function startReadRound(server: Server, leadership: Leadership): void {
  if (server.commitIndex < leadership.noopIndex || !leadership.reads.canBegin) return;
  if (server.buggify("raft/read/wait")) return;
  leadership.reads.begin(server.commitIndex);
  const { voters } = server.configurations;
  if (isQuorum(voters, (id) => id === server.id)) leadership.reads.confirm();
  else broadcastHeartbeats(server, leadership);
}

/** Thesis §4.2.2: a leader that is no longer a voter steps down once that is committed, and names a successor. */
export function settleMembership(server: Server, leadership: Leadership): void {
  if (server.configurations.isVoter(server.id) || server.appliedIndex < server.configurations.index) return;
  const to = bestPlacedVoter(server, leadership);
  if (to !== undefined) server.send({ type: "timeout-now", from: server.id, to, term: server.term });
  becomeFollower(server, server.term, undefined);
}

/** The follower says how far it is: the transfer goes on from there, also after a restart of either side. */
export function handleSnapshotResponse(server: Server, leadership: Leadership, response: SnapshotResponse): void {
  const progress = leadership.progress.get(response.from);
  if (progress === undefined) return;
  progress.contactMs = server.nowMs;
  const { transfer } = progress;
  if (transfer === undefined || transfer.snapshot.id !== response.snapshotId) return;
  if (response.installed) {
    progress.probeFrom(transfer.snapshot.index + 1);
    return replicate(server, progress);
  }
  if (response.nextOffset > transfer.snapshot.bytes) return;
  transfer.offset = response.nextOffset;
  loadChunk(server, progress);
}
