import type { Leadership } from "./leadership.ts";
import type { Server } from "./server.ts";

export function fingerprintOf(server: Server): string {
  const { log, role, term, vote, leader, commitIndex, appliedIndex, mustReach, campaign } = server;
  const entries: string[] = [];
  for (let index = log.baseIndex + 1; index <= log.lastIndex; index++) {
    const entry = log.at(index);
    if (entry !== undefined) entries.push(`${entry.term}${entry.kind[0]}${entry.data[0] ?? ""}`);
  }
  const hears = leader !== undefined && server.nowMs - server.heardMs < server.electionMs;
  const own = [role, term, vote, leader, hears, commitIndex, appliedIndex, mustReach, log.baseIndex, entries.join(",")];
  const election = role === "leader" || role === "follower" ? "" : campaign.tally.describe();
  return `${own.join("|")}|${campaign.round}|${election}|${leadershipOf(server, server.leadership)}`;
}

function leadershipOf(server: Server, leadership: Leadership | undefined): string {
  if (leadership === undefined) return "";
  const progress = [...leadership.progress.values()].map((one) => one.describe(server.nowMs, server.electionMs));
  return `${progress.join(" ")} ${leadership.reads.round} ${leadership.proposals.length}`;
}
