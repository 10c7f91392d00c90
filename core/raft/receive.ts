import { assert, unreachable } from "#core/base";
import { handleTimeoutNow, handleVoteRequest, handleVoteResponse } from "./election.ts";
import { handleAppendRequest, handleHeartbeat } from "./following.ts";
import type { Leadership } from "./leadership.ts";
import { handleHeartbeatResponse, handleSnapshotResponse } from "./leading.ts";
import type {
  AppendRequest,
  AppendResponse,
  Heartbeat,
  HeartbeatResponse,
  Message,
  SnapshotChunk,
  SnapshotResponse,
} from "./message.ts";
import { handleAppendResponse } from "./replication.ts";
import { becomeFollower } from "./roles.ts";
import type { Server } from "./server.ts";
import { handleSnapshotChunk } from "./snapshot-receiving.ts";

/** A message from another server; one that is not for this server is dropped. */
export function receive(server: Server, message: Message): void {
  if (message.to !== server.id) return;
  switch (message.type) {
    case "vote-request":
      return handleVoteRequest(server, message);
    case "vote-response":
      return handleVoteResponse(server, message);
    case "timeout-now":
      return handleTimeoutNow(server, message.term);
    case "append-request":
    case "heartbeat":
    case "snapshot-chunk":
      return receiveFromLeader(server, message);
    case "append-response":
    case "heartbeat-response":
    case "snapshot-response":
      return receiveFromFollower(server, message);
    default:
      return unreachable(message, "raft message");
  }
}

type FromLeader = AppendRequest | Heartbeat | SnapshotChunk;

/** Paper §5.1 and §5.2: an older term is answered with this one, so that a stale leader learns; a leader is followed. */
function receiveFromLeader(server: Server, message: FromLeader): void {
  if (message.term < server.term) {
    const { id: from, term } = server;
    return server.sendAfterHardState({ type: "heartbeat-response", from, to: message.from, term, round: 0 });
  }
  assert(server.role !== "leader" || message.term > server.term, "one leader a term (paper §5.2, election safety)");
  if (message.term > server.term || server.role !== "follower" || server.leader !== message.from)
    becomeFollower(server, message.term, message.from);
  server.heardMs = server.nowMs;
  server.resetElectionTimer();
  if (message.type === "append-request") handleAppendRequest(server, message);
  else if (message.type === "heartbeat") handleHeartbeat(server, message);
  else handleSnapshotChunk(server, message);
}

type FromFollower = AppendResponse | HeartbeatResponse | SnapshotResponse;

/** Answers count only for the term and the role that asked. */
function receiveFromFollower(server: Server, message: FromFollower): void {
  if (message.term > server.term) return becomeFollower(server, message.term, undefined);
  if (message.term < server.term || server.leadership === undefined) return;
  dispatch(server, server.leadership, message);
}

function dispatch(server: Server, leadership: Leadership, message: FromFollower): void {
  if (message.type === "append-response") handleAppendResponse(server, leadership, message);
  else if (message.type === "heartbeat-response") handleHeartbeatResponse(server, leadership, message);
  else handleSnapshotResponse(server, leadership, message);
}
