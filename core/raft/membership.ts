import { type Configuration, configurationOf, encodeConfiguration, MEMBERS_MAX, votersOf } from "./configuration.ts";
import type { RejectReason } from "./effect.ts";
import type { MembershipChange, RequestId } from "./event.ts";
import type { Leadership } from "./leadership.ts";
import { appendAsLeader } from "./replication.ts";
import type { Server } from "./server.ts";

/**
 * Single-server changes (thesis §4.1). A leader proposes one only when it has committed an entry of its own term,
 * without which two leaders' changes could have majorities that do not meet (Ongaro, raft-dev 2015), and when the
 * change before it is committed.
 */
export function changeMembership(
  server: Server,
  leadership: Leadership,
  id: RequestId,
  change: MembershipChange,
): void {
  const next = admit(server, leadership, change);
  if (typeof next === "string") return server.reply(id, { type: "rejected", reason: next, leader: server.leader });
  const index = server.log.lastIndex + 1;
  leadership.proposals.push({ id, firstIndex: index, lastIndex: index });
  appendAsLeader(server, leadership, "configuration", [encodeConfiguration(next)]);
}

function admit(server: Server, leadership: Leadership, change: MembershipChange): Configuration | RejectReason {
  if (leadership.transfer !== undefined) return "transferring";
  if (server.commitIndex < leadership.noopIndex) return "term-not-established";
  if (server.configurations.index > server.commitIndex) return "change-pending";
  const next = changed(server.configurations.current, change);
  if (typeof next === "string") return next;
  return next.members.length > MEMBERS_MAX || votersOf(next).length === 0 ? "invalid-change" : next;
}

function changed(current: Configuration, change: MembershipChange): Configuration | RejectReason {
  const member = current.members.find((candidate) => candidate.id === change.server);
  const others = current.members.filter((candidate) => candidate.id !== change.server);
  if (change.type === "add-nonvoter" || change.type === "add-voter") {
    if (member?.suffrage === "voter" && change.type === "add-nonvoter") return "invalid-change";
    const suffrage = change.type === "add-voter" ? "voter" : "nonvoter";
    return configurationOf([...others, { id: change.server, address: change.address, suffrage }]);
  }
  if (member === undefined) return "unknown-server";
  if (change.type === "remove") return configurationOf(others);
  const suffrage = change.type === "promote" ? "voter" : "nonvoter";
  return member.suffrage === suffrage ? "invalid-change" : configurationOf([...others, { ...member, suffrage }]);
}
