import { Prng } from "#core/base";
import {
  bootstrap,
  configurationOf,
  defaultLimits,
  type PersistEffect,
  Raft,
  type RaftEffect,
  type RaftEvent,
  timingOf,
} from "#core/raft";
import { commandOf, Ledger, proposalOf } from "../raft/ledger.ts";
import { ModelLog } from "../raft/node-log.ts";
import { RaftOracles } from "../raft/oracles.ts";
import type { Messages } from "./messages.ts";

/** What one server is told; `isAged` means that a time-out's worth of time has passed since it was told anything. */
export interface LocalEvent {
  readonly type: "timeout" | "tick" | "propose" | "crash" | "restart" | "deliver";
  /** The proposal, or the message. */
  readonly number: number;
  readonly isAged: boolean;
}

/** An entry that was handed to the state machine. */
export interface Applied {
  readonly index: number;
  readonly term: number;
  readonly proposal: number;
}

/** What a server did with an event. */
export interface Outcome {
  readonly sends: readonly number[];
  readonly applied: readonly Applied[];
  readonly term: number;
  readonly leads: boolean;
  /** Terms of its log from index 1 on. */
  readonly log: readonly number[];
}

const AGE_MS = 2_000;
const TICK_MS = 150;
/** A heartbeat changes nothing but who is silent and how soon a commit is known: in this scope all of them are lost. */
const lost: readonly string[] = ["heartbeat", "heartbeat-response"];

/** One server by itself, brought to a state by its own events; its disk syncs at once. */
export class LocalServer {
  readonly #id: string;
  readonly #messages: Messages;
  readonly #log = new ModelLog();
  readonly #oracles = new RaftOracles(new Ledger());
  #raft: Raft;
  #nowMs = 0;
  #isUp = true;
  #sends: number[] = [];
  #applied: Applied[] = [];
  #leads = false;

  constructor(servers: readonly string[], number: number, messages: Messages) {
    this.#id = servers[number] as string;
    this.#messages = messages;
    const founding = configurationOf(servers.map((id) => ({ id, address: id, suffrage: "voter" })));
    const { hardState, entries } = bootstrap(founding);
    const common = { truncateAfter: undefined, reset: undefined };
    this.#log.begin([{ type: "persist", term: 1, index: 1, epoch: 0, ...common, hardState, entries }]);
    this.#log.finish();
    this.#raft = this.#start();
  }

  #start(): Raft {
    const limits = { ...defaultLimits, appendBytesMax: 1 };
    const options = { id: this.#id, timing: timingOf(1), random: new Prng(1), ...limits };
    this.#raft = new Raft(options, this.#log.recover(undefined));
    this.#carryOut(this.#raft.start(this.#nowMs));
    return this.#raft;
  }

  /** Throws when a promise is broken that this server alone can break. */
  take(event: LocalEvent): Outcome {
    this.#sends = [];
    this.#applied = [];
    this.#leads = false;
    if (event.isAged) this.#nowMs += AGE_MS;
    this.#perform(event);
    const { term, baseIndex, lastIndex } = this.#raft.status();
    const log: number[] = [];
    for (let index = baseIndex + 1; index <= lastIndex; index++) log.push(this.#raft.termAt(index) as number);
    return { sends: this.#sends, applied: this.#applied, term, leads: this.#leads, log };
  }

  #perform(event: LocalEvent): void {
    if (event.type === "crash") this.#isUp = false;
    else if (event.type === "restart") {
      this.#isUp = true;
      this.#start();
    } else if (event.type === "propose") {
      const { number: id } = event;
      this.#step({ type: "propose", id, commands: [commandOf(id)] });
    } else if (event.type === "deliver") this.#step({ type: "message", message: this.#messages.at(event.number) });
    else {
      this.#nowMs += event.type === "tick" ? TICK_MS : AGE_MS;
      // A late timer is postponed one turn: the second one is it.
      this.#step({ type: "timer" });
      this.#step({ type: "timer" });
    }
  }

  #step(event: RaftEvent): void {
    this.#carryOut(this.#raft.step(event, this.#nowMs));
  }

  #carryOut(effects: readonly RaftEffect[]): void {
    const written: PersistEffect[] = [];
    for (const effect of effects) {
      if (effect.type === "persist") written.push(effect);
      else if (effect.type === "send") {
        this.#oracles.sends(this.#id, effect.message, this.#log.durable);
        if (!lost.includes(effect.message.type)) this.#sends.push(this.#messages.idOf(effect.message));
      } else if (effect.type === "apply")
        for (const entry of effect.entries)
          this.#applied.push({ index: entry.index, term: entry.term, proposal: proposalOf(entry) });
      else if (effect.type === "role" && effect.role === "leader" && !effect.established) this.#leads = true;
    }
    const last = written[written.length - 1];
    if (last === undefined) return;
    this.#log.begin(written);
    this.#log.finish();
    this.#step({ type: "durable", epoch: last.epoch, index: last.index, term: last.term });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get isLeader(): boolean {
    return this.#isUp && this.#raft.role === "leader";
  }

  /** States that look alike here behave alike from now on. A stopped server is what is on its disk. */
  fingerprint(): string {
    if (this.#isUp) return this.#raft.fingerprint();
    const { hardState, lastIndex } = this.#log;
    const { term, vote } = hardState;
    const entries: string[] = [];
    for (const { kind, data, term: at } of this.#log.recover(undefined).entries)
      entries.push(`${at}${kind[0]}${data[0] ?? ""}`);
    return `down ${term} ${vote} ${lastIndex} ${entries.join()}`;
  }
}
