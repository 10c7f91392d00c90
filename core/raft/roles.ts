import { assert } from "#core/base";
import type { ServerId } from "./entry.ts";
import { Leadership } from "./leadership.ts";
import type { Server } from "./server.ts";

/** Follows, in `term`; leadership and campaigns end, and whoever waits for the old leader is told. */
export function becomeFollower(server: Server, term: number, leader: ServerId | undefined): void {
  if (term > server.term) server.setTerm(term, undefined);
  const ended = server.leadership;
  if (server.role !== "follower") server.resetElectionTimer();
  server.role = "follower";
  server.leader = leader;
  server.leadership = undefined;
  if (ended !== undefined) endLeadership(server, ended);
}

function endLeadership(server: Server, ended: Leadership): void {
  const leader = server.leader;
  for (const proposal of ended.proposals) server.reply(proposal.id, { type: "unknown", leader });
  for (const id of ended.reads.drain()) server.reply(id, { type: "unknown", leader });
  if (ended.transfer === undefined) return;
  const { id, to } = ended.transfer;
  server.reply(id, ended.transfer.isTimeoutNowSent ? { type: "transferred", to } : { type: "unknown", leader });
}

export function becomeLeader(server: Server): Leadership {
  assert(server.role === "candidate", "only a candidate wins an election");
  assert(server.mustReach === 0, "a server that lost acknowledged entries does not lead before they are back");
  server.role = "leader";
  server.leader = server.id;
  server.incoming = undefined;
  server.leadership = new Leadership(server.log.lastIndex + 1, server.nowMs);
  return server.leadership;
}
