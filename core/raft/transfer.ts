import type { ServerId } from "./entry.ts";
import type { RequestId } from "./event.ts";
import type { Leadership } from "./leadership.ts";
import type { Server } from "./server.ts";

/** Thesis §3.10. Proposals stop until it succeeds or T has passed. */
export function beginTransfer(server: Server, leadership: Leadership, id: RequestId, to: ServerId | undefined): void {
  const target = to ?? bestPlacedVoter(server, leadership);
  if (leadership.transfer !== undefined) return reject(server, id, "transferring");
  if (target === undefined || target === server.id || !server.configurations.isVoter(target))
    return reject(server, id, "unknown-server");
  leadership.transfer = { id, to: target, deadlineMs: server.nowMs + server.electionMs, isTimeoutNowSent: false };
  continueTransfer(server, leadership);
}

function reject(server: Server, id: RequestId, reason: "transferring" | "unknown-server"): void {
  server.reply(id, { type: "rejected", reason, leader: server.leader });
}

/** The voter that is furthest on; of equals the one heard last. */
export function bestPlacedVoter(server: Server, leadership: Leadership): ServerId | undefined {
  const candidates = [...leadership.progress.values()].filter((progress) => server.configurations.isVoter(progress.id));
  candidates.sort((left, right) => right.matchIndex - left.matchIndex || right.contactMs - left.contactMs);
  return candidates[0]?.id;
}

/** Once the target has the whole log it may take over; asked once, so that a late copy cannot depose a new leader. */
export function continueTransfer(server: Server, leadership: Leadership): void {
  const { transfer } = leadership;
  if (transfer === undefined || transfer.isTimeoutNowSent) return;
  if (leadership.progress.get(transfer.to)?.matchIndex !== server.log.lastIndex) return;
  transfer.isTimeoutNowSent = true;
  server.send({ type: "timeout-now", from: server.id, to: transfer.to, term: server.term });
}

/** The target did not take over in time: this server leads on and takes proposals again. */
export function expireTransfer(server: Server, leadership: Leadership): void {
  const { transfer } = leadership;
  if (transfer === undefined || server.nowMs < transfer.deadlineMs) return;
  leadership.transfer = undefined;
  server.reply(transfer.id, { type: "unknown", leader: server.id });
}
