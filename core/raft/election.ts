import type { VoteRequest, VoteResponse } from "./message.ts";
import { Tally } from "./quorum.ts";
import { openTerm } from "./replication.ts";
import { becomeFollower, becomeLeader } from "./roles.ts";
import type { Server } from "./server.ts";

/**
 * Only a voter of its latest configuration campaigns, or one that still is a voter until that configuration is committed
 * (thesis §4.2.2: it may hold the only copy of the entry that demotes it, and then nobody else could win). After a
 * restart it does not know what is committed and may ask too; pre-votes keep that from disturbing anybody. Never a
 * server that lost acknowledged entries.
 */
function mayCampaign(server: Server): boolean {
  const { configurations, id, commitIndex } = server;
  if (server.mustReach > 0) return false;
  if (configurations.isVoter(id)) return true;
  return configurations.index > commitIndex && configurations.previousVoters.includes(id);
}

/** No leader was heard in time (paper §5.2). What this server believed about a leader is void from here on. */
export function electionTimeout(server: Server): void {
  server.resetElectionTimer();
  server.leader = undefined;
  if (mayCampaign(server)) beginPreVote(server);
  else becomeFollower(server, server.term, undefined);
}

/** Thesis §9.6: asks whether an election could be won before it disturbs anybody by raising the term. */
function beginPreVote(server: Server): void {
  server.role = "pre-candidate";
  server.campaign = { round: server.campaign.round + 1, tally: new Tally(), ownVoteEpoch: 0 };
  server.campaign.tally.record(server.id, true);
  if (server.campaign.tally.isWon(server.configurations.voters)) beginElection(server, false);
  else askForVotes(server, true, false);
}

/** Paper §5.2: raises the term, votes for itself, asks the others; all of it only once the vote is durable. */
function beginElection(server: Server, transfer: boolean): void {
  server.setTerm(server.term + 1, server.id);
  server.role = "candidate";
  server.leader = undefined;
  server.saveHardState();
  const round = server.campaign.round + 1;
  server.campaign = { round, tally: new Tally(), ownVoteEpoch: server.writes.epoch };
  askForVotes(server, false, transfer);
}

function askForVotes(server: Server, preVote: boolean, transfer: boolean): void {
  for (const to of server.configurations.voters) {
    if (to === server.id) continue;
    const request: VoteRequest = {
      type: "vote-request",
      from: server.id,
      to,
      term: preVote ? server.term + 1 : server.term,
      preVote,
      round: server.campaign.round,
      lastIndex: server.log.lastIndex,
      lastTerm: server.log.lastTerm,
      transfer,
    };
    server.sendAfterWrites(request);
  }
}

/** The candidate's own vote counts like any other: only when it is on disk. */
export function countOwnVote(server: Server): void {
  const { tally, ownVoteEpoch } = server.campaign;
  if (server.role !== "candidate" || tally.has(server.id) || !server.writes.isDurable(ownVoteEpoch)) return;
  tally.record(server.id, true);
  settleElection(server);
}

function settleElection(server: Server): void {
  const { voters } = server.configurations;
  if (server.campaign.tally.isWon(voters)) openTerm(server, becomeLeader(server));
  else if (server.campaign.tally.isLost(voters)) becomeFollower(server, server.term, undefined);
}

export function handleVoteRequest(server: Server, request: VoteRequest): void {
  if (request.preVote) answerPreVote(server, request);
  else if (request.transfer || !hearsLeader(server)) answerVote(server, request);
}

/**
 * Thesis §4.2.3: a server that heard a leader within T does not help to depose it; a leader that has a quorum
 * (check-quorum sees to that) is one itself. A leader that it merely remembers does not count.
 */
function hearsLeader(server: Server): boolean {
  if (server.role === "leader") return true;
  return server.leader !== undefined && server.nowMs - server.heardMs < server.electionMs;
}

/** A pre-vote promises nothing, so nothing is stored for it. */
function answerPreVote(server: Server, request: VoteRequest): void {
  const granted =
    request.term > server.term &&
    !hearsLeader(server) &&
    server.mustReach === 0 &&
    isCandidateUpToDate(server, request);
  server.sendAfterHardState(voteResponse(server, request, granted, granted ? request.term : server.term));
}

function isCandidateUpToDate(server: Server, request: VoteRequest): boolean {
  return server.log.isUpToDate(request.lastIndex, request.lastTerm);
}

/** Paper §5.2 and §5.4.1: one vote a term, for a log at least as up to date, given away only once it is durable. */
function answerVote(server: Server, request: VoteRequest): void {
  if (request.term > server.term) becomeFollower(server, request.term, undefined);
  const granted = request.term === server.term && mayVoteFor(server, request);
  if (granted) {
    becomeFollower(server, request.term, undefined);
    server.setTerm(request.term, request.from);
    server.resetElectionTimer();
  }
  server.sendAfterHardState(voteResponse(server, request, granted, server.term));
}

function mayVoteFor(server: Server, request: VoteRequest): boolean {
  if (server.mustReach > 0) return false;
  return (server.vote === undefined || server.vote === request.from) && isCandidateUpToDate(server, request);
}

function voteResponse(server: Server, request: VoteRequest, granted: boolean, term: number): VoteResponse {
  const { preVote, round, from: to } = request;
  return { type: "vote-response", from: server.id, to, term, preVote, round, granted };
}

export function handleVoteResponse(server: Server, response: VoteResponse): void {
  const isGrantedPreVote = response.preVote && response.granted;
  if (response.term > server.term && !isGrantedPreVote) {
    becomeFollower(server, response.term, undefined);
    return;
  }
  if (!belongsToCampaign(server, response)) return;
  server.campaign.tally.record(response.from, response.granted);
  if (!response.preVote) settleElection(server);
  else if (server.campaign.tally.isWon(server.configurations.voters)) beginElection(server, false);
}

/** An answer counts for the campaign that asked: same kind, same round, same term, and the role still held. */
function belongsToCampaign(server: Server, response: VoteResponse): boolean {
  if (response.round !== server.campaign.round) return false;
  if (response.preVote)
    return server.role === "pre-candidate" && (!response.granted || response.term === server.term + 1);
  return server.role === "candidate" && response.term === server.term;
}

/** Thesis §3.10: the leader asks this server to take over; no pre-vote, and nobody may refuse for the old leader. */
export function handleTimeoutNow(server: Server, term: number): void {
  if (term !== server.term || server.role === "leader" || !mayCampaign(server)) return;
  server.resetElectionTimer();
  beginElection(server, true);
}
