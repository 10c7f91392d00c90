import { Prng } from "#core/base";
import {
  bootstrap,
  configurationOf,
  defaultLimits,
  type Message,
  type PersistEffect,
  Raft,
  type RaftEffect,
  type RaftEvent,
  timingOf,
} from "#core/raft";
import { commandOf, Ledger } from "../raft/ledger.ts";
import { ModelLog } from "../raft/node-log.ts";
import { RaftOracles } from "../raft/oracles.ts";

/** How much may happen in one history. */
export interface Scope {
  readonly servers: readonly string[];
  readonly timeouts: number;
  readonly proposals: number;
  readonly crashes: number;
  readonly cuts: number;
  readonly inFlightMax: number;
}

export const smallScope: Scope = {
  servers: ["a", "b", "c"],
  timeouts: 3,
  proposals: 2,
  crashes: 2,
  cuts: 1,
  inFlightMax: 6,
};

/** One step of a history, as a number: what it is, and whom it is about. */
export type Step = number;

const TIMEOUT = 0;
const PROPOSE = 1;
const CRASH = 2;
const RESTART = 3;
const CUT = 4;
const DELIVER = 5;
const WIDTH = 16;

export function describeStep(step: Step, scope: Scope): string {
  const kind = Math.floor(step / WIDTH);
  const about = scope.servers[step % WIDTH] ?? String(step % WIDTH);
  return `${["timeout", "propose at", "crash", "restart", "cut off", "deliver message"][kind]} ${kind === DELIVER ? step % WIDTH : about}`;
}

interface Actor {
  readonly id: string;
  readonly log: ModelLog;
  raft: Raft;
  isUp: boolean;
}

const AGE_MS = 2_000;

/**
 * Three servers whose histories are tried out one step at a time. Time is abstract: a time-out may come whenever it
 * pleases, and by then nobody has heard a leader lately; disks sync at once.
 */
export class ScopeWorld {
  readonly #scope: Scope;
  readonly #actors: readonly Actor[];
  readonly #ledger = new Ledger();
  readonly #oracles = new RaftOracles(this.#ledger);
  #queue: Message[] = [];
  #nowMs = 0;
  #cut = -1;
  #used = [0, 0, 0, 0, 0];
  #touched = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
    const founding = configurationOf(scope.servers.map((id) => ({ id, address: id, suffrage: "voter" })));
    this.#actors = scope.servers.map((id) => {
      const log = new ModelLog();
      const { hardState, entries } = bootstrap(founding);
      const common = { truncateAfter: undefined, reset: undefined };
      log.begin([{ type: "persist", term: 1, index: 1, epoch: 0, ...common, hardState, entries }]);
      log.finish();
      return { id, log, raft: this.#raft(id, log), isUp: true };
    });
    for (const actor of this.#actors) this.#carryOut(actor, actor.raft.start(0));
  }

  #raft(id: string, log: ModelLog): Raft {
    const limits = { ...defaultLimits, appendBytesMax: 1 };
    return new Raft({ id, timing: timingOf(1), random: new Prng(1), ...limits }, log.recover(undefined));
  }

  /** The steps that may come next. Servers are alike: a new one is only touched in their order. */
  steps(): Step[] {
    const { timeouts, proposals, crashes, cuts, servers } = this.#scope;
    const steps: Step[] = [];
    for (let number = 0; number < servers.length; number++) {
      const { isUp, raft } = this.#actors[number] as Actor;
      const isFresh = number > this.#touched;
      if (isUp && !isFresh && (this.#used[TIMEOUT] as number) < timeouts) steps.push(TIMEOUT * WIDTH + number);
      if (isUp && raft.status().role === "leader" && (this.#used[PROPOSE] as number) < proposals)
        steps.push(PROPOSE * WIDTH + number);
      if (isUp && !isFresh && (this.#used[CRASH] as number) < crashes) steps.push(CRASH * WIDTH + number);
      if (!isUp) steps.push(RESTART * WIDTH + number);
      if (!isFresh && this.#cut < 0 && (this.#used[CUT] as number) < cuts) steps.push(CUT * WIDTH + number);
    }
    for (let position = 0; position < this.#queue.length; position++) steps.push(DELIVER * WIDTH + position);
    return steps;
  }

  /** Throws when a promise is broken. */
  take(step: Step): void {
    const kind = Math.floor(step / WIDTH);
    const number = step % WIDTH;
    if (kind === DELIVER) return this.#deliver(number);
    this.#used[kind] = (this.#used[kind] as number) + 1;
    this.#touched = Math.max(this.#touched, number + 1);
    const actor = this.#actors[number] as Actor;
    if (kind === TIMEOUT) this.#timeout(actor);
    else if (kind === PROPOSE)
      this.#step(actor, {
        type: "propose",
        id: this.#used[PROPOSE] as number,
        commands: [commandOf(this.#used[PROPOSE] as number)],
      });
    else if (kind === CUT) this.#cut = number;
    else if (kind === CRASH) actor.isUp = false;
    else {
      actor.isUp = true;
      actor.raft = this.#raft(actor.id, actor.log);
      this.#carryOut(actor, actor.raft.start(this.#nowMs));
    }
  }

  #timeout(actor: Actor): void {
    this.#nowMs += AGE_MS;
    this.#step(actor, { type: "timer" });
    this.#step(actor, { type: "timer" });
  }

  #deliver(position: number): void {
    const message = this.#queue.splice(position, 1)[0] as Message;
    const actor = this.#actors.find(({ id }) => id === message.to) as Actor;
    this.#touched = Math.max(this.#touched, this.#actors.indexOf(actor) + 1);
    this.#step(actor, { type: "message", message });
  }

  #step(actor: Actor, event: RaftEvent): void {
    if (actor.isUp) this.#carryOut(actor, actor.raft.step(event, this.#nowMs));
  }

  #carryOut(actor: Actor, effects: readonly RaftEffect[]): void {
    const written: PersistEffect[] = [];
    for (const effect of effects) {
      if (effect.type === "persist") written.push(effect);
      else if (effect.type === "send") this.#send(actor, effect.message);
      else if (effect.type === "apply")
        for (const entry of effect.entries) this.#ledger.apply(actor.id, entry, effect.term);
      else if (effect.type === "role" && effect.role === "leader")
        this.#oracles.leads(actor.id, effect.term, actor.raft);
    }
    const last = written[written.length - 1];
    if (last === undefined) return;
    actor.log.begin(written);
    actor.log.finish();
    this.#step(actor, { type: "durable", epoch: last.epoch, index: last.index, term: last.term });
  }

  /** Beyond the bound the oldest message is lost. */
  #send(actor: Actor, message: Message): void {
    this.#oracles.sends(actor.id, message, actor.log.durable);
    const cut = this.#scope.servers[this.#cut];
    if (message.from === cut || message.to === cut) return;
    this.#queue.push(message);
    if (this.#queue.length > this.#scope.inFlightMax) this.#queue.shift();
  }

  /** States that look alike here behave alike from now on. */
  fingerprint(): string {
    const servers = this.#actors.map(
      ({ id, raft, isUp }) => `${id}${isUp ? raft.fingerprint() : `down ${raft.status().term} ${raft.fingerprint()}`}`,
    );
    const messages = this.#queue.map(keyOf).sort();
    return `${servers.join(";")}#${messages.join(";")}#${this.#used.join()}#${this.#cut}#${this.#touched}#${this.#ledger.digestAt(this.#ledger.lastIndex)}`;
  }
}

function keyOf(message: Message): string {
  const head = `${message.from}${message.to}${message.type}${message.term}`;
  if (message.type === "append-request")
    return `${head}.${message.previousIndex}.${message.previousTerm}.${message.commit}.${message.sequence}.${message.entries.map((entry) => `${entry.term}${entry.data[0] ?? ""}`).join()}`;
  if (message.type === "append-response")
    return `${head}.${message.accepted}.${message.matchIndex}.${message.sequence}`;
  if (message.type === "vote-request")
    return `${head}.${message.preVote}.${message.round}.${message.lastIndex}.${message.lastTerm}`;
  if (message.type === "vote-response") return `${head}.${message.preVote}.${message.round}.${message.granted}`;
  return message.type === "heartbeat" ? `${head}.${message.commit}.${message.round}` : head;
}
