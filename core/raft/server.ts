import { assert, type Buggify, neverBuggify } from "#core/base";
import { ConfigurationHistory } from "./configuration.ts";
import type { HardState, Outcome, RaftEffect, Role } from "./effect.ts";
import type { Entry, ServerId } from "./entry.ts";
import { EntryLog } from "./entry-log.ts";
import type { RequestId } from "./event.ts";
import type { Leadership } from "./leadership.ts";
import type { Message, SnapshotDescription } from "./message.ts";
import type { RaftOptions, RecoveredState } from "./options.ts";
import { Tally } from "./quorum.ts";
import { SyncWatch, Writes } from "./writes.ts";

/** A campaign: which round of asking, who answered, and the write that makes its own vote count. */
export interface Campaign {
  readonly round: number;
  readonly tally: Tally;
  readonly ownVoteEpoch: number;
}

/** A snapshot that is being received. */
export interface IncomingSnapshot {
  readonly snapshot: SnapshotDescription;
  /** Of the leader that began to send it. */
  readonly term: number;
  nextOffset: number;
  isSaving: boolean;
}

interface Writing {
  readonly truncateAfter?: number;
  readonly reset?: { readonly index: number; readonly term: number };
  readonly entries?: readonly Entry[];
}

/** Everything one server knows (paper figure 2, "state"), and the effects that the current step has produced. */
export class Server {
  readonly id: ServerId;
  readonly options: RaftOptions;
  readonly log: EntryLog;
  readonly configurations: ConfigurationHistory;
  readonly writes: Writes;
  readonly syncWatch = new SyncWatch();
  readonly buggify: Buggify;

  nowMs = 0;
  effects: RaftEffect[] = [];

  term: number;
  vote: ServerId | undefined;
  mustReach: number;
  #isHardStateDirty = false;

  role: Role = "follower";
  leader: ServerId | undefined = undefined;
  /** When the leader was last heard; meaningful while `leader` is known. */
  heardMs = 0;
  electionAtMs = 0;
  commitIndex: number;
  appliedIndex: number;
  snapshot: SnapshotDescription | undefined;
  incoming: IncomingSnapshot | undefined = undefined;
  campaign: Campaign = { round: 0, tally: new Tally(), ownVoteEpoch: 0 };
  leadership: Leadership | undefined = undefined;

  /** True when the log on disk does not lead up to the snapshot and must be told to begin after it. */
  readonly needsReset: boolean;

  constructor(options: RaftOptions, recovered: RecoveredState) {
    this.id = options.id;
    this.options = options;
    this.buggify = options.buggify ?? neverBuggify;
    this.term = recovered.hardState.term;
    this.vote = recovered.hardState.vote;
    this.mustReach = recovered.hardState.mustReach;
    this.snapshot = recovered.snapshot;
    const base = baseOf(recovered);
    this.needsReset = base.needsReset;
    this.log = new EntryLog(base.index, base.term, base.entries);
    this.configurations = new ConfigurationHistory(base.index, recovered.snapshot?.configuration ?? { members: [] });
    for (const entry of base.entries) this.configurations.append(entry);
    this.writes = new Writes(this.log.lastIndex);
    this.commitIndex = base.index;
    this.appliedIndex = base.index;
    assert(this.term >= this.log.lastTerm, "the hard state is older than the log");
  }

  /** T of the time-outs. */
  get electionMs(): number {
    return this.options.timing.electionMs;
  }

  emit(effect: RaftEffect): void {
    this.effects.push(effect);
  }

  send(message: Message): void {
    this.emit({ type: "send", term: this.term, index: this.log.lastIndex, epoch: this.writes.epoch, message });
  }

  /** Sends once everything written so far is durable: for promises about entries. */
  sendAfterWrites(message: Message): void {
    this.saveHardState();
    this.#sendAfter(this.writes.epoch, message);
  }

  /** Sends once term and vote are durable: for promises that do not speak of entries. */
  sendAfterHardState(message: Message): void {
    this.saveHardState();
    this.#sendAfter(this.writes.hardStateEpoch, message);
  }

  #sendAfter(epoch: number, message: Message): void {
    if (this.writes.isDurable(epoch)) this.send(message);
    else this.writes.hold(epoch, message);
  }

  setTerm(term: number, vote: ServerId | undefined): void {
    assert(term >= this.term, "terms only rise (paper §5.1)");
    assert(term > this.term || this.vote === undefined || this.vote === vote, "one vote a term (paper §5.2)");
    if (term === this.term && vote === this.vote) return;
    this.term = term;
    this.vote = vote;
    this.#isHardStateDirty = true;
  }

  /** A leader has brought this server past what it had lost. */
  clearMustReach(): void {
    this.mustReach = 0;
    this.#isHardStateDirty = true;
  }

  saveHardState(): void {
    if (this.#isHardStateDirty) this.persist({});
  }

  /** Hands a write to the disk; a changed hard state travels with it. */
  persist(writing: Writing): void {
    const hardState: HardState | undefined = this.#isHardStateDirty
      ? { term: this.term, vote: this.vote, mustReach: this.mustReach }
      : undefined;
    this.#isHardStateDirty = false;
    const index = this.log.lastIndex;
    const term = this.log.lastTerm;
    const epoch = this.writes.begin(index, term, this.nowMs, hardState !== undefined);
    this.emit({
      type: "persist",
      term,
      index,
      epoch,
      hardState,
      truncateAfter: writing.truncateAfter,
      reset: writing.reset,
      entries: writing.entries ?? [],
    });
  }

  reply(id: RequestId, outcome: Outcome): void {
    this.emit({ type: "reply", term: this.term, index: this.log.lastIndex, epoch: this.writes.epoch, id, outcome });
  }

  /** A new waiting time drawn from [T, 1.5 T] (paper §5.2). */
  resetElectionTimer(): void {
    const spreadMs = this.options.random.below(Math.floor(this.electionMs / 2) + 1);
    this.electionAtMs = this.nowMs + this.electionMs + (this.buggify("raft/election/no-spread") ? 0 : spreadMs);
  }
}

interface Base {
  readonly index: number;
  readonly term: number;
  readonly entries: readonly Entry[];
  readonly needsReset: boolean;
}

/**
 * The recovered log beside the recovered snapshot. A log that does not hold the snapshot's last entry was not yet
 * reset when the server stopped: it is void, and begins anew after the snapshot (paper §7, "discard the entire log").
 */
function baseOf({ snapshot, entries }: RecoveredState): Base {
  const first = entries[0];
  if (snapshot === undefined) {
    assert(first === undefined || first.index === 1, "a log without a snapshot begins at 1");
    return { index: 0, term: 0, entries, needsReset: false };
  }
  const { index, term } = snapshot;
  if (first !== undefined && first.index === index + 1) return { index, term, entries, needsReset: false };
  assert(first === undefined || first.index <= index, "there is no gap between the snapshot and the log");
  const position = entries.findIndex((entry) => entry.index === index && entry.term === term);
  return { index, term, entries: position < 0 ? [] : entries.slice(position + 1), needsReset: position < 0 };
}
