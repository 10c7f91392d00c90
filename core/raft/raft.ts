import { assert, unreachable } from "#core/base";
import { answerApplied, applyCommitted } from "./commit.ts";
import type { Configuration } from "./configuration.ts";
import type { RaftEffect, RejectReason, Role, RoleEffect } from "./effect.ts";
import { countOwnVote, electionTimeout } from "./election.ts";
import { ENTRY_BYTES_MAX, type ServerId } from "./entry.ts";
import type { RaftEvent, RequestId } from "./event.ts";
import type { Leadership } from "./leadership.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { leaderTick, settleMembership, startReadRound } from "./leading.ts";
import { changeMembership } from "./membership.ts";
import type { Message } from "./message.ts";
import type { RaftOptions, RecoveredState } from "./options.ts";
import { receive } from "./receive.ts";
import { advanceCommit, appendAsLeader } from "./replication.ts";
import { Server } from "./server.ts";
import { handleChunkSaved, handleSnapshotReceived, handleSnapshotSaved } from "./snapshot-receiving.ts";
import { handleChunkLoaded } from "./snapshot-sending.ts";
import { beginTransfer } from "./transfer.ts";

/** What a server says about itself; for status pages, autopilot and tests. */
export interface RaftStatus {
  readonly id: ServerId;
  readonly role: Role;
  readonly term: number;
  readonly vote: ServerId | undefined;
  readonly leader: ServerId | undefined;
  readonly established: boolean;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly durableIndex: number;
  /** Entries up to here are only in a snapshot. */
  readonly baseIndex: number;
  readonly mustReach: number;
  readonly configuration: Configuration;
  readonly configurationIndex: number;
  /** Milliseconds since the leader was heard; 0 on the leader itself. */
  readonly lastContactMs: number | undefined;
  readonly followers: readonly FollowerStatus[];
}

export interface FollowerStatus {
  readonly id: ServerId;
  readonly matchIndex: number;
  readonly lastContactMs: number;
  readonly mode: "probe" | "replicate" | "snapshot";
}

/** One server of a Raft cluster: `step` is its whole behaviour. */
export class Raft {
  readonly #server: Server;
  #armedAtMs: number | undefined = undefined;
  #isPostponed = false;
  #announced: RoleEffect | undefined = undefined;

  constructor(options: RaftOptions, recovered: RecoveredState) {
    this.#server = new Server(options, recovered);
  }

  /** The first effects after a start; `step` follows. */
  start(nowMs: number): readonly RaftEffect[] {
    const server = this.#server;
    server.nowMs = nowMs;
    server.resetElectionTimer();
    if (isOnlyVoter(server)) server.electionAtMs = nowMs;
    if (server.needsReset) server.persist({ reset: { index: server.log.baseIndex, term: server.log.lastTerm } });
    return this.#finish();
  }

  /** Takes one event at `nowMs` of a monotonic clock and returns what to do, in order. */
  step(event: RaftEvent, nowMs: number): readonly RaftEffect[] {
    const server = this.#server;
    assert(nowMs >= server.nowMs, "time only rises");
    server.nowMs = nowMs;
    this.#dispatch(event);
    return this.#finish();
  }

  get role(): Role {
    return this.#server.role;
  }

  get term(): number {
    return this.#server.term;
  }

  get commitIndex(): number {
    return this.#server.commitIndex;
  }

  /** Who votes now, by the log of this server. */
  get voters(): readonly ServerId[] {
    return this.#server.configurations.voters;
  }

  status(): RaftStatus {
    const server = this.#server;
    return {
      id: server.id,
      role: server.role,
      term: server.term,
      vote: server.vote,
      leader: server.leader,
      established: isEstablished(server),
      commitIndex: server.commitIndex,
      appliedIndex: server.appliedIndex,
      lastIndex: server.log.lastIndex,
      lastTerm: server.log.lastTerm,
      durableIndex: server.writes.durableIndex,
      baseIndex: server.log.baseIndex,
      mustReach: server.mustReach,
      configuration: server.configurations.current,
      configurationIndex: server.configurations.index,
      lastContactMs: lastContact(server),
      followers: [...(server.leadership?.progress.values() ?? [])].map((progress) => ({
        id: progress.id,
        matchIndex: progress.matchIndex,
        lastContactMs: server.nowMs - progress.contactMs,
        mode: progress.mode,
      })),
    };
  }

  /** The configuration that a snapshot at `index` must carry; `index` is applied and not released. */
  configurationAt(index: number): Configuration {
    return this.#server.configurations.at(index);
  }

  /** The term of an entry that is still known. */
  termAt(index: number): number | undefined {
    return this.#server.log.termAt(index);
  }

  /** Everything that decides what this server does next, except time: for searches that must know a state again. */
  fingerprint(): string {
    return fingerprintOf(this.#server);
  }

  #dispatch(event: RaftEvent): void {
    const server = this.#server;
    switch (event.type) {
      case "timer":
        return this.#timer();
      case "message":
        return receive(server, event.message);
      case "propose":
        return this.#asLeader(event.id, (leadership) => propose(server, leadership, event.id, event.commands));
      case "read":
        return this.#asLeader(event.id, (leadership) => read(server, leadership, event.id));
      case "durable":
        return durable(server, event.epoch, event.index, event.term);
      case "change-membership":
        return this.#asLeader(event.id, (leadership) => changeMembership(server, leadership, event.id, event.change));
      case "transfer-leadership":
        return this.#asLeader(event.id, (leadership) => beginTransfer(server, leadership, event.id, event.to));
      case "snapshot-saved":
        return handleSnapshotSaved(server, event.snapshot);
      case "chunk-loaded": {
        const progress = server.leadership?.progress.get(event.to);
        if (progress) handleChunkLoaded(server, progress, event.snapshotId, event.offset, event.data);
        return;
      }
      case "chunk-saved":
        return handleChunkSaved(server, event.snapshotId, event.nextOffset);
      case "snapshot-received":
        return handleSnapshotReceived(server, event.snapshotId);
      default:
        return unreachable(event, "raft event");
    }
  }

  #asLeader(id: RequestId, run: (leadership: Leadership) => void): void {
    if (this.#server.leadership !== undefined) run(this.#server.leadership);
    else reject(this.#server, id, "not-leader");
  }

  /**
   * A timer that is more than T/10 late says that this process stood still, not that the leader is silent: it waits
   * one turn, until the input that had already arrived is stepped.
   */
  #timer(): void {
    const server = this.#server;
    if (this.#armedAtMs === undefined || server.nowMs < this.#armedAtMs) return;
    const lateMs = server.nowMs - this.#armedAtMs;
    this.#armedAtMs = undefined;
    if (!this.#isPostponed && lateMs > server.electionMs / 10) {
      this.#isPostponed = true;
      this.#arm(server.nowMs, true);
      return;
    }
    this.#isPostponed = false;
    if (server.leadership !== undefined) leaderTick(server, server.leadership);
    else if (server.nowMs >= server.electionAtMs) electionTimeout(server);
  }

  #finish(): readonly RaftEffect[] {
    const server = this.#server;
    server.saveHardState();
    applyCommitted(server);
    if (server.leadership !== undefined) {
      startReadRound(server, server.leadership);
      answerApplied(server, server.leadership);
      settleMembership(server, server.leadership);
    }
    this.#announce();
    const dueMs = nextDueMs(server);
    if (this.#armedAtMs === undefined || dueMs < this.#armedAtMs) this.#arm(dueMs, false);
    const { effects } = server;
    server.effects = [];
    return effects;
  }

  #arm(atMs: number, afterInput: boolean): void {
    const server = this.#server;
    this.#armedAtMs = atMs;
    server.emit({
      type: "timer",
      term: server.term,
      index: server.log.lastIndex,
      epoch: server.writes.epoch,
      atMs,
      afterInput,
    });
  }

  #announce(): void {
    const server = this.#server;
    const established = isEstablished(server);
    const { role, term, leader } = server;
    const last = this.#announced;
    if (last?.role === role && last.term === term && last.leader === leader && last.established === established) return;
    const { lastIndex: index } = server.log;
    this.#announced = { type: "role", term, index, epoch: server.writes.epoch, role, leader, established };
    server.emit(this.#announced);
  }
}

function isOnlyVoter(server: Server): boolean {
  const { voters } = server.configurations;
  return voters.length === 1 && voters[0] === server.id;
}

function isEstablished(server: Server): boolean {
  return server.leadership !== undefined && server.appliedIndex >= server.leadership.noopIndex;
}

function lastContact(server: Server): number | undefined {
  if (server.role === "leader") return 0;
  return server.leader === undefined ? undefined : server.nowMs - server.heardMs;
}

function nextDueMs(server: Server): number {
  const { leadership } = server;
  if (leadership === undefined) return server.electionAtMs;
  return Math.min(leadership.heartbeatAtMs, leadership.transfer?.deadlineMs ?? Number.POSITIVE_INFINITY);
}

function reject(server: Server, id: RequestId, reason: RejectReason): void {
  server.reply(id, { type: "rejected", reason, leader: server.leader });
}

function propose(server: Server, leadership: Leadership, id: RequestId, commands: readonly Uint8Array[]): void {
  assert(commands.length > 0, "a proposal has at least one command");
  const { uncommittedEntriesMax, uncommittedBytesMax } = server.options;
  if (leadership.transfer !== undefined) return reject(server, id, "transferring");
  if (commands.some((command) => command.length > ENTRY_BYTES_MAX)) return reject(server, id, "too-large");
  if (server.log.lastIndex - server.appliedIndex + commands.length > uncommittedEntriesMax)
    return reject(server, id, "too-many");
  if (leadership.uncommittedBytes > uncommittedBytesMax) return reject(server, id, "too-many");
  const firstIndex = server.log.lastIndex + 1;
  leadership.proposals.push({ id, firstIndex, lastIndex: firstIndex + commands.length - 1 });
  appendAsLeader(server, leadership, "command", commands);
}

function read(server: Server, leadership: Leadership, id: RequestId): void {
  if (leadership.reads.size >= server.options.readsMax) return reject(server, id, "too-many");
  leadership.reads.add(id);
}

function durable(server: Server, epoch: number, index: number, term: number): void {
  const tookMs = server.writes.confirm(epoch, index, term, server.nowMs);
  if (tookMs === undefined) return;
  const p99Ms = server.syncWatch.record(tookMs, server.electionMs / 10, server.nowMs);
  for (const message of server.writes.releasable()) if (!isOutdated(server, message)) server.send(message);
  countOwnVote(server);
  if (server.leadership !== undefined) advanceCommit(server, server.leadership);
  if (p99Ms === undefined) return;
  const { electionMs } = server;
  server.emit({ type: "slow-sync", term: server.term, index, epoch, p99Ms, electionMs });
}

/** An acknowledgement to the leader of an earlier term may speak of entries that have been replaced meanwhile. */
function isOutdated(server: Server, message: Message): boolean {
  return message.type === "append-response" && message.term < server.term;
}
