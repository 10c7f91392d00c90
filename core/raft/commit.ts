import { assert } from "#core/base";
import { entryBytes } from "./entry.ts";
import type { Leadership } from "./leadership.ts";
import type { Server } from "./server.ts";

export function commitTo(server: Server, index: number): void {
  assert(index >= server.commitIndex, "the commit index only rises");
  assert(index <= server.log.lastIndex, "nothing beyond the log commits");
  server.commitIndex = index;
}

/**
 * Hands committed entries to the state machine, as far as they are on this server's own disk too: so a snapshot never
 * runs ahead of the log that it replaces.
 */
export function applyCommitted(server: Server): void {
  const to = Math.min(server.commitIndex, server.writes.durableIndex);
  if (to <= server.appliedIndex) return;
  const entries = server.log.range(server.appliedIndex + 1, to);
  server.appliedIndex = to;
  server.emit({ type: "apply", term: server.term, index: to, epoch: server.writes.epoch, entries });
  if (server.leadership === undefined) return;
  for (const entry of entries) server.leadership.uncommittedBytes -= entryBytes(entry);
  server.leadership.uncommittedBytes = Math.max(0, server.leadership.uncommittedBytes);
}

/** Answers proposals and reads whose index is handed out. */
export function answerApplied(server: Server, leadership: Leadership): void {
  const { proposals } = leadership;
  let count = 0;
  for (const { id, firstIndex, lastIndex } of proposals) {
    if (lastIndex > server.appliedIndex) break;
    server.reply(id, { type: "committed", firstIndex, lastIndex });
    count++;
  }
  if (count > 0) proposals.splice(0, count);
  for (const { id, readIndex } of leadership.reads.ready(server.appliedIndex))
    server.reply(id, { type: "readable", readIndex });
}
