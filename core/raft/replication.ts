import { assert } from "#core/base";
import { commitTo } from "./commit.ts";
import { type Entry, type EntryKind, entryBytes } from "./entry.ts";
import type { Leadership } from "./leadership.ts";
import type { AppendResponse } from "./message.ts";
import type { Progress } from "./progress.ts";
import { quorumIndex } from "./quorum.ts";
import type { Server } from "./server.ts";
import { beginSnapshotTransfer } from "./snapshot-sending.ts";
import { continueTransfer } from "./transfer.ts";

const noBytes = new Uint8Array(0);

/** The first act of a leader: an entry of its own term, without which nothing older may commit (paper §5.4.2, §8). */
export function openTerm(server: Server, leadership: Leadership): void {
  syncMembers(server, leadership);
  leadership.heartbeatAtMs = server.nowMs + server.options.timing.heartbeatMs;
  appendAsLeader(server, leadership, "noop", [noBytes]);
}

function syncMembers(server: Server, leadership: Leadership): void {
  const others = server.configurations.current.members.map((member) => member.id).filter((id) => id !== server.id);
  leadership.syncMembers(others, server.log.lastIndex + 1, server.nowMs);
}

/** Paper §5.3: appends to the own log and sends at once; the own sync runs beside the sending (thesis §10.2.1). */
export function appendAsLeader(
  server: Server,
  leadership: Leadership,
  kind: EntryKind,
  payloads: readonly Uint8Array[],
): void {
  const first = server.log.lastIndex + 1;
  const entries = payloads.map((data, offset): Entry => ({ index: first + offset, term: server.term, kind, data }));
  server.log.append(entries);
  for (const entry of entries) {
    leadership.uncommittedBytes += entryBytes(entry);
    server.configurations.append(entry);
  }
  if (kind === "configuration") syncMembers(server, leadership);
  server.persist({ entries });
  for (const progress of leadership.progress.values()) replicate(server, progress, kind === "noop");
}

/** Sends what the follower lacks as far as its window allows; with `isForced`, a probe even if it lacks nothing. */
export function replicate(server: Server, progress: Progress, isForced = false): void {
  const { inflightMin, inflightMax } = server.options;
  let mustSend = isForced;
  while (progress.canSend(inflightMin, inflightMax)) {
    const isProbe = progress.mode === "probe";
    if (progress.nextIndex > server.log.lastIndex && !mustSend && !isProbe) return;
    const previousTerm = server.log.termAt(progress.nextIndex - 1);
    if (previousTerm === undefined) return beginSnapshotTransfer(server, progress);
    sendAppend(server, progress, previousTerm);
    mustSend = false;
  }
}

function sendAppend(server: Server, progress: Progress, previousTerm: number): void {
  const previousIndex = progress.nextIndex - 1;
  const isAtEnd = previousIndex === server.log.lastIndex;
  const bytesMax = server.buggify("raft/append/one-entry") ? 1 : server.options.appendBytesMax;
  const entries = isAtEnd ? [] : server.log.batch(progress.nextIndex, bytesMax);
  const sequence = progress.sent(previousIndex, entries.length, server.nowMs);
  const { id: from, term, commitIndex: commit } = server;
  const to = progress.id;
  server.send({ type: "append-request", from, to, term, sequence, previousIndex, previousTerm, entries, commit });
}

export function handleAppendResponse(server: Server, leadership: Leadership, response: AppendResponse): void {
  const progress = leadership.progress.get(response.from);
  if (progress === undefined) return;
  progress.contactMs = server.nowMs;
  if (response.accepted) handleAccepted(server, leadership, progress, response);
  else handleRefused(server, progress, response);
}

function handleAccepted(server: Server, leadership: Leadership, progress: Progress, response: AppendResponse): void {
  assert(response.matchIndex <= server.log.lastIndex, "a follower matches no further than its leader's log");
  progress.accepted(response.sequence, response.matchIndex, server.nowMs);
  advanceCommit(server, leadership);
  if (server.leadership !== leadership) return;
  replicate(server, progress);
  continueTransfer(server, leadership);
}

/** Paper §5.3, end: skips back over whole terms; always below the index that was refused. */
function handleRefused(server: Server, progress: Progress, response: AppendResponse): void {
  const refused = progress.refused(response.sequence);
  if (refused === undefined) return;
  const hint = Math.min(response.matchIndex, refused - 1);
  const last = hint < server.log.baseIndex ? hint : server.log.lastIndexOfTermAtMost(hint, response.hintTerm);
  progress.probeFrom(Math.max(0, last) + 1);
  replicate(server, progress);
}

/**
 * Paper §5.3 and §5.4.2: committed is what a majority has durably, the own disk counting like any other, and only if
 * the entry is of this very term (figure 8).
 */
export function advanceCommit(server: Server, leadership: Leadership): void {
  const index = quorumIndex(server.configurations.voters, (id) =>
    id === server.id ? server.writes.durableIndex : (leadership.progress.get(id)?.matchIndex ?? 0),
  );
  if (index <= server.commitIndex || server.log.termAt(index) !== server.term) return;
  commitTo(server, index);
  for (const progress of leadership.progress.values())
    if (progress.inflight === 0) sendHeartbeat(server, leadership, progress);
}

export function sendHeartbeat(server: Server, leadership: Leadership, progress: Progress): void {
  progress.heartbeatSentMs = server.nowMs;
  const commit = Math.min(progress.matchIndex, server.commitIndex);
  const { id: from, term } = server;
  server.send({ type: "heartbeat", from, to: progress.id, term, commit, round: leadership.reads.round });
}

export function broadcastHeartbeats(server: Server, leadership: Leadership): void {
  for (const progress of leadership.progress.values()) sendHeartbeat(server, leadership, progress);
}
