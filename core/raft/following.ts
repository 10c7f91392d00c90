import { assert } from "#core/base";
import { commitTo } from "./commit.ts";
import type { Entry } from "./entry.ts";
import type { AppendRequest, Heartbeat } from "./message.ts";
import type { Server } from "./server.ts";

/** AppendEntries at the receiver (paper figure 2): refuse a gap, cut only a real conflict, confirm only what this proved. */
export function handleAppendRequest(server: Server, request: AppendRequest): void {
  if (!isPreviousKnown(server, request)) return refuse(server, request);
  const lastNew = request.previousIndex + request.entries.length;
  const missing = entriesMissing(server, request);
  if (missing.length > 0) takeOver(server, missing);
  noteVerified(server, lastNew);
  followCommit(server, Math.min(request.commit, lastNew));
  const { from: to, sequence } = request;
  const { id: from, term } = server;
  server.sendAfterWrites({
    type: "append-response",
    from,
    to,
    term,
    sequence,
    accepted: true,
    matchIndex: lastNew,
    hintTerm: 0,
  });
}

/** What is committed here is equal at every leader (paper §5.4), whether or not it is still in the log. */
function isPreviousKnown(server: Server, request: AppendRequest): boolean {
  return (
    request.previousIndex <= server.commitIndex || server.log.termAt(request.previousIndex) === request.previousTerm
  );
}

function refuse(server: Server, request: AppendRequest): void {
  const before = Math.min(request.previousIndex, server.log.lastIndex);
  const matchIndex = Math.max(server.commitIndex, server.log.lastIndexOfTermAtMost(before, request.previousTerm));
  const { from: to, sequence } = request;
  const { id: from, term } = server;
  const hintTerm = server.log.termAt(matchIndex) ?? 0;
  server.sendAfterWrites({
    type: "append-response",
    from,
    to,
    term,
    sequence,
    accepted: false,
    matchIndex,
    hintTerm,
  });
}

/** The entries of the request from the first that is absent here or differs in term (paper §5.3). */
function entriesMissing(server: Server, request: AppendRequest): readonly Entry[] {
  const position = request.entries.findIndex(
    (entry) => entry.index > server.commitIndex && server.log.termAt(entry.index) !== entry.term,
  );
  if (position === 0) return request.entries;
  return position < 0 ? [] : request.entries.slice(position);
}

function takeOver(server: Server, entries: readonly Entry[]): void {
  const first = entries[0] as Entry;
  const isConflict = first.index <= server.log.lastIndex;
  if (isConflict) {
    const keep = first.index - 1;
    assert(keep >= server.commitIndex, "committed entries are never cut (paper §5.4.3)");
    server.log.truncateAfter(keep);
    server.configurations.truncateAfter(keep);
    server.writes.truncateAfter(keep);
  }
  server.log.append(entries);
  for (const entry of entries) server.configurations.append(entry);
  server.persist(isConflict ? { truncateAfter: first.index - 1, entries } : { entries });
}

/** Paper figure 2, rule 5: no further than what this message proved equal. */
function followCommit(server: Server, index: number): void {
  if (index > server.commitIndex) commitTo(server, index);
}

/** A server that lost acknowledged entries is whole again once a leader's log reaches past them here. */
function noteVerified(server: Server, lastVerified: number): void {
  if (server.mustReach > 0 && lastVerified >= server.mustReach) server.clearMustReach();
}

export function handleHeartbeat(server: Server, heartbeat: Heartbeat): void {
  // The leader bounds `commit` by what it knows to match here; after a loss of entries its knowledge may be old.
  followCommit(server, Math.min(heartbeat.commit, server.mustReach > 0 ? 0 : server.log.lastIndex));
  const { id: from, term } = server;
  server.sendAfterHardState({ type: "heartbeat-response", from, to: heartbeat.from, term, round: heartbeat.round });
}
