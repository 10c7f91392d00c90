import {
  assert,
  type Clock,
  err,
  type Failure,
  type Logger,
  ok,
  type Random,
  type Result,
  type TimerHandle,
  type Timers,
  unreachable,
} from "#core/base";
import { type Applied, type Command, encodeCommand, type Outcome } from "#core/fsm";
import type {
  ApplyEffect,
  PersistEffect,
  Raft,
  RaftEffect,
  RaftEvent,
  RaftStatus,
  ReplyEffect,
  RoleEffect,
  TimerEffect,
} from "#core/raft";
import type { Change, ChangeSet, Store } from "#core/store";
import { snapshotPieces } from "./snapshot-format.ts";

/** What committed entries are applied to. */
export interface Machine {
  /** The state now; a restore replaces it. */
  readonly store: Store;
  apply(index: number, bytes: Uint8Array): Applied;
}

/** The write-ahead log, as far as consensus needs it. */
export interface LogPort {
  append(effect: PersistEffect): void;
  release(before: number): void;
}

/** Where snapshots of the state go. */
export interface SnapshotPort {
  write(
    index: number,
    term: number,
    pieces: Iterable<Uint8Array>,
  ): Result<{ readonly file: string; readonly bytes: number; readonly hash: string }>;
}

export interface ConsensusPorts {
  readonly log: LogPort;
  readonly snapshots: SnapshotPort;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** Runs after everything that has already arrived (setImmediate). */
  readonly afterInput: (run: () => void) => void;
  /** The state can no longer be trusted: the process stops. */
  readonly stop: (reason: Failure) => void;
}

export interface ConsensusOptions {
  /** Applied entries between two snapshots. */
  readonly snapshotThreshold: number;
}

/** Whether this server leads, and whether it may write yet. */
export interface Leadership {
  readonly isLeader: boolean;
  readonly isEstablished: boolean;
  readonly leader: string | undefined;
}

/** A write that is durable and applied. */
export interface Written {
  readonly index: number;
  readonly outcome: Outcome;
}

type Settle = (result: Result<Written>) => void;

/** Who waits for a proposal, in the order of its entries. */
interface OpenProposal {
  readonly id: number;
  readonly waiting: readonly Settle[];
}

/** Of a turn with more, the first go ahead: the disk works while the rest is encoded. */
const GATHERED_MAX = 256;

const NO_LEADERSHIP: Leadership = { isLeader: false, isEstablished: false, leader: undefined };

export class Consensus {
  readonly #raft: Raft;
  readonly #machine: Machine;
  readonly #ports: ConsensusPorts;
  readonly #options: ConsensusOptions;
  readonly #events: RaftEvent[] = [];
  /** Proposals without an answer, oldest first. */
  readonly #open: OpenProposal[] = [];
  /** What applying gave for the entries from `#outcomesFrom` on, kept while a proposal waits. */
  #outcomes: (Result<Outcome> | undefined)[] = [];
  #outcomesFrom = 0;
  readonly #applyListeners: ((changes: ChangeSet) => void)[] = [];
  readonly #roleListeners: ((leadership: Leadership) => void)[] = [];
  #gathered: Uint8Array[] = [];
  #waiting: Settle[] = [];
  #nextRequest = 1;
  #isStepping = false;
  #timer: TimerHandle | undefined;
  #leadership = NO_LEADERSHIP;
  #snapshotIndex: number;

  constructor(raft: Raft, machine: Machine, ports: ConsensusPorts, options: ConsensusOptions) {
    this.#raft = raft;
    this.#machine = machine;
    this.#ports = ports;
    this.#options = options;
    this.#snapshotIndex = machine.store.lastIndex;
  }

  get store(): Store {
    return this.#machine.store;
  }

  get leadership(): Leadership {
    return this.#leadership;
  }

  status(): RaftStatus {
    return this.#raft.status();
  }

  start(): void {
    this.#isStepping = true;
    for (const effect of this.#raft.start(this.#ports.clock.monotonicMs())) this.#carryOut(effect);
    this.#isStepping = false;
    this.#drain();
  }

  stop(): void {
    this.#timer?.cancel();
    for (const { waiting } of this.#open) {
      for (const settle of waiting) settle(err("unavailable", "the server is shutting down"));
    }
    this.#open.length = 0;
  }

  /** Called once for every applied batch, in order, with every row that it touched. */
  onApplied(listener: (changes: ChangeSet) => void): void {
    this.#applyListeners.push(listener);
  }

  onLeadership(listener: (leadership: Leadership) => void): void {
    this.#roleListeners.push(listener);
  }

  /** The log's worker has everything up to `epoch` on disk. */
  durable(epoch: number, index: number, term: number): void {
    this.#step({ type: "durable", epoch, index, term });
  }

  /** Writes a command: resolves when it is applied, with what the state machine made of it. */
  propose(command: Command, requestId = ""): Promise<Result<Written>> {
    const { clock, random } = this.#ports;
    return this.proposeEntry(encodeCommand(command, { timeMs: clock.nowMs(), seed: random.below(2 ** 32), requestId }));
  }

  /** Writes an entry as it lies in the log; its bytes must not change any more. */
  proposeEntry(bytes: Uint8Array): Promise<Result<Written>> {
    return new Promise((settle) => {
      this.#waiting.push(settle);
      this.#gathered.push(bytes);
      if (this.#gathered.length === GATHERED_MAX) this.#proposeGathered();
      else if (this.#gathered.length === 1) queueMicrotask(() => this.#proposeGathered());
    });
  }

  /** Commands of one turn become one proposal. */
  #proposeGathered(): void {
    const commands = this.#gathered;
    if (commands.length === 0) return;
    const id = this.#nextRequest++;
    this.#open.push({ id, waiting: this.#waiting });
    this.#gathered = [];
    this.#waiting = [];
    this.#step({ type: "propose", id, commands });
  }

  #step(event: RaftEvent): void {
    this.#events.push(event);
    if (!this.#isStepping) this.#drain();
  }

  /** Steps never nest: what an effect brings about at once is queued as the next event. */
  #drain(): void {
    this.#isStepping = true;
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      for (const effect of this.#raft.step(event, this.#ports.clock.monotonicMs())) this.#carryOut(effect);
    }
    this.#isStepping = false;
  }

  #carryOut(effect: RaftEffect): void {
    switch (effect.type) {
      case "persist":
        return this.#ports.log.append(effect);
      case "release":
        return this.#ports.log.release(effect.before);
      case "apply":
        return this.#apply(effect);
      case "reply":
        return this.#reply(effect);
      case "role":
        return this.#changeRole(effect);
      case "timer":
        return this.#arm(effect);
      case "slow-sync":
        return this.#warnSlowDisk(effect.p99Ms, effect.electionMs);
      case "send":
      case "restore":
      case "load-chunk":
      case "save-chunk":
        return this.#ports.stop({
          code: "internal",
          message: `raft asked for ${effect.type}, which needs other servers`,
        });
      default:
        return unreachable(effect, "raft effect");
    }
  }

  #apply(effect: ApplyEffect): void {
    const changes: Change[] = [];
    for (const entry of effect.entries) {
      if (entry.kind !== "command") continue;
      const applied = this.#machine.apply(entry.index, entry.data);
      this.#remember(entry.index, applied.outcome);
      for (const change of applied.changes) changes.push(change);
    }
    if (changes.length > 0) for (const listener of this.#applyListeners) listener(changes);
    if (effect.index - this.#snapshotIndex >= this.#options.snapshotThreshold) this.#snapshot(effect.index);
  }

  #reply(effect: ReplyEffect): void {
    const waiting = this.#takeOpen(effect.id);
    waiting.forEach((settle, position) => settle(this.#answer(effect.outcome, position)));
    if (this.#open.length === 0) this.#outcomes = [];
    else if (effect.outcome.type === "committed") this.#forgetBefore(effect.outcome.firstIndex + waiting.length);
  }

  /** Answers mostly come in the order of the proposals. */
  #takeOpen(id: number): readonly Settle[] {
    const position = this.#open.findIndex((proposal) => proposal.id === id);
    return position < 0 ? [] : (this.#open.splice(position, 1)[0] as OpenProposal).waiting;
  }

  #forgetBefore(index: number): void {
    this.#outcomes = this.#outcomes.slice(Math.max(0, index - this.#outcomesFrom));
    this.#outcomesFrom = index;
  }

  #remember(index: number, outcome: Result<Outcome>): void {
    if (this.#open.length === 0) return;
    if (this.#outcomes.length === 0) this.#outcomesFrom = index;
    this.#outcomes[index - this.#outcomesFrom] = outcome;
  }

  #answer(outcome: ReplyEffect["outcome"], position: number): Result<Written> {
    if (outcome.type === "committed") {
      const index = outcome.firstIndex + position;
      const result = this.#outcomes[index - this.#outcomesFrom] ?? ok({});
      return result.ok ? ok({ index, outcome: result.value }) : result;
    }
    if (outcome.type !== "rejected")
      return err("no_leader", "leadership was lost while writing; the write may or may not take effect");
    if (outcome.reason === "too-large")
      return err("too_large", "the write is larger than 1 MiB, the most that one log entry holds");
    if (outcome.reason === "too-many") return err("too_many", "too many writes are waiting for the log");
    return err("no_leader", "No cluster leader");
  }

  #changeRole(effect: RoleEffect): void {
    const isLeader = effect.role === "leader";
    this.#leadership = { isLeader, isEstablished: isLeader && effect.established, leader: effect.leader };
    for (const listener of this.#roleListeners) listener(this.#leadership);
  }

  #arm(effect: TimerEffect): void {
    this.#timer?.cancel();
    const fire = (): void => this.#step({ type: "timer" });
    if (effect.afterInput) {
      let isCancelled = false;
      this.#timer = { cancel: () => (isCancelled = true) };
      this.#ports.afterInput(() => isCancelled || fire());
      return;
    }
    this.#timer = this.#ports.timers.after(Math.max(0, effect.atMs - this.#ports.clock.monotonicMs()), fire);
  }

  #warnSlowDisk(p99Ms: number, electionMs: number): void {
    const message =
      "the disk under the log is slow: leaders may be lost to it; raise raft_multiplier or use a faster disk";
    this.#ports.logger.log("warn", message, { p99Ms, electionMs });
  }

  #snapshot(index: number): void {
    const { snapshots, logger } = this.#ports;
    const configuration = this.#raft.configurationAt(index);
    const term = this.#raft.termAt(index);
    assert(term !== undefined, () => `applied entry ${index} has no term`);
    const written = snapshots.write(index, term, snapshotPieces(this.#machine.store, { index, term, configuration }));
    this.#snapshotIndex = index;
    if (!written.ok) return logger.log("warn", written.failure.message, { hint: written.failure.hint });
    const { file: id, bytes, hash } = written.value;
    this.#step({ type: "snapshot-saved", snapshot: { id, index, term, configuration, bytes, hash } });
  }
}
