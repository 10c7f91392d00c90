import { Prng } from "#core/base";
import {
  bootstrap,
  type Configuration,
  configurationOf,
  defaultLimits,
  type Entry,
  type Message,
  type PersistEffect,
  Raft,
  type RaftEffect,
  type RaftEvent,
  timingOf,
  votersOf,
} from "#core/raft";
import { Ledger, proposalOf, Violation, commandOf } from "./ledger.ts";
import { ModelLog } from "./node-log.ts";

interface Actor {
  readonly id: string;
  readonly log: ModelLog;
  raft: Raft;
  nowMs: number;
  timerAtMs: number;
  isUp: boolean;
  isDiskHeld: boolean;
  written: PersistEffect[];
  applied: number;
}

/** A cluster in which nothing happens by itself: time, messages and disks move by command. */
export class ScriptedCluster {
  readonly #actors = new Map<string, Actor>();
  readonly #ledger = new Ledger();
  readonly #cuts = new Set<string>();
  #queue: Message[] = [];
  #lines: string[] = [];
  #nextRequest = 1;
  readonly #names = new Map<number, string>();
  readonly #acknowledgedBefore = new Map<number, number>();

  constructor(voters: readonly string[], others: readonly string[]) {
    const founding = configurationOf(voters.map((id) => ({ id, address: id, suffrage: "voter" })));
    for (const id of [...voters, ...others]) this.#addActor(id, voters.includes(id) ? founding : undefined);
  }

  #addActor(id: string, founding: Configuration | undefined): void {
    const log = new ModelLog();
    const recovered = founding ? bootstrap(founding) : log.recover(undefined);
    if (founding) {
      const { hardState, entries } = recovered;
      const common = { truncateAfter: undefined, reset: undefined };
      log.begin([{ type: "persist", term: 1, index: 1, epoch: 0, ...common, hardState, entries }]);
      log.finish();
    }
    const raft = this.#raft(id, recovered);
    const rest = { isUp: true, isDiskHeld: false, written: [], applied: 0, timerAtMs: 0 };
    const actor: Actor = { id, log, raft, nowMs: 0, ...rest };
    this.#actors.set(id, actor);
    this.#carryOut(actor, raft.start(0));
  }

  #raft(id: string, recovered: ReturnType<ModelLog["recover"]>): Raft {
    const limits = { ...defaultLimits, trailingEntries: 0, appendBytesMax: 1 };
    return new Raft({ id, timing: timingOf(1), random: new Prng(id.charCodeAt(0)), ...limits }, recovered);
  }

  /** Performs one command and returns what happened, a line each. */
  perform(command: string): readonly string[] {
    this.#lines = [];
    const [name, ...words] = command.split(/\s+/) as [string, ...string[]];
    try {
      this.#run(name, words);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof Violation || error.name === "AssertionFailure")
        this.#lines.push(`VIOLATION ${error.message}`);
      else throw error;
    }
    return this.#lines.length === 0 ? ["ok"] : this.#lines;
  }

  #run(name: string, words: readonly string[]): void {
    const commands: Readonly<Record<string, () => void>> = {
      timeout: () => this.#timeout(words[0] as string),
      late: () => this.#step(this.#actor(words[0] as string), { type: "timer" }),
      beat: () => this.#beat(words[0] as string),
      age: () => this.#age(words[0] as string, Number(words[1])),
      deliver: () => this.#deliver(words[0], words[1]),
      drop: () => this.#drop(words[0], words[1]),
      cut: () => this.#setCut(words, true),
      heal: () => this.#setCut(words, false),
      propose: () => this.#propose(words[0] as string, words[1] as string),
      read: () => this.#read(words[0] as string, words[1] as string),
      transfer: () =>
        this.#ask(words[0] as string, "transfer", (id) => ({ type: "transfer-leadership", id, to: words[1] })),
      member: () => this.#member(words[0] as string, words[1] as string, words[2] as string),
      hold: () => this.#hold(words[0] as string),
      sync: () => this.#sync(words[0] as string),
      crash: () => this.#crash(words[0] as string),
      restart: () => this.#restart(words[0] as string),
      queue: () => this.#printQueue(),
      log: () => this.#printLogs(),
    };
    const run = commands[name];
    if (run === undefined) throw new Error(`unknown command ${name}`);
    run();
  }

  #actor(id: string): Actor {
    const actor = this.#actors.get(id);
    if (actor === undefined) throw new Error(`no server ${id}`);
    return actor;
  }

  #step(actor: Actor, event: RaftEvent): void {
    if (actor.isUp) this.#carryOut(actor, actor.raft.step(event, actor.nowMs));
  }

  #carryOut(actor: Actor, effects: readonly RaftEffect[]): void {
    for (const effect of effects) this.#effect(actor, effect);
    if (!actor.isDiskHeld) this.#flush(actor);
  }

  #effect(actor: Actor, effect: RaftEffect): void {
    if (effect.type === "persist") actor.written.push(effect);
    else if (effect.type === "timer") actor.timerAtMs = effect.atMs;
    else if (effect.type === "send") this.#send(effect.message);
    else if (effect.type === "role")
      this.#say(actor, `${effect.role} in term ${effect.term}${effect.established ? ", established" : ""}`);
    else if (effect.type === "apply") this.#apply(actor, effect.entries);
    else if (effect.type === "reply") this.#reply(actor, effect.id, effect.outcome);
  }

  #say(actor: Actor, text: string): void {
    this.#lines.push(`${actor.id}: ${text}`);
  }

  #send(message: Message): void {
    if (!this.#cuts.has(`${message.from}>${message.to}`)) this.#queue.push(message);
  }

  #apply(actor: Actor, entries: readonly Entry[]): void {
    for (const entry of entries) this.#ledger.apply(actor.id, entry, actor.raft.status().term);
    this.#say(actor, `applies ${entries.map((entry) => `${entry.index}.${entry.term}${word(entry)}`).join(" ")}`);
  }

  #reply(
    actor: Actor,
    id: number,
    outcome: {
      readonly type: string;
      readonly firstIndex?: number;
      readonly readIndex?: number;
      readonly reason?: string;
    },
  ): void {
    const detail = outcome.firstIndex ?? outcome.readIndex ?? outcome.reason ?? "";
    this.#say(actor, `answers ${this.#names.get(id)}: ${outcome.type} ${detail}`.trimEnd());
    const name = this.#names.get(id) as string;
    if (outcome.type === "committed" && /^\d+$/.test(name))
      this.#ledger.acknowledge(Number(name), outcome.firstIndex as number);
    if (outcome.type === "readable" && (outcome.readIndex as number) < (this.#acknowledgedBefore.get(id) as number))
      throw new Violation(
        "linearizable read",
        `read at ${outcome.readIndex} after ${this.#acknowledgedBefore.get(id)} was acknowledged`,
      );
  }

  #flush(actor: Actor): void {
    while (actor.written.length > 0) {
      const group = actor.written;
      actor.written = [];
      actor.log.begin(group);
      actor.log.finish();
      const { epoch, index, term } = group[group.length - 1] as PersistEffect;
      for (const effect of actor.raft.step({ type: "durable", epoch, index, term }, actor.nowMs))
        this.#effect(actor, effect);
    }
  }

  /** The election timer of one server runs out; nobody else's clock moves. */
  #timeout(id: string): void {
    const actor = this.#actor(id);
    actor.nowMs += 800;
    this.#step(actor, { type: "timer" });
    this.#step(actor, { type: "timer" });
  }

  /** One heartbeat interval passes for a server. */
  #beat(id: string): void {
    const actor = this.#actor(id);
    actor.nowMs = Math.max(actor.nowMs + 1, actor.timerAtMs);
    this.#step(actor, { type: "timer" });
  }

  /** Time passes for a server (or all) without its timer being served. */
  #age(id: string, byMs: number): void {
    for (const actor of id === "all" ? this.#actors.values() : [this.#actor(id)]) actor.nowMs += byMs;
  }

  /** Without a way, everything until nothing is left; `a>b` delivers what is queued on that way now. */
  #deliver(way: string | undefined, type: string | undefined): void {
    if (way !== undefined) {
      for (const message of this.#take(way, type)) this.#hand(message);
      return;
    }
    for (let count = 0; this.#queue.length > 0 && count < 1000; count++) this.#hand(this.#queue.shift() as Message);
  }

  #hand(message: Message): void {
    this.#step(this.#actor(message.to), { type: "message", message });
  }

  #take(way: string, type: string | undefined): Message[] {
    const [from, to] = way.split(">");
    const matches = (message: Message): boolean =>
      (from === "*" || message.from === from) &&
      (to === "*" || message.to === to) &&
      (type === undefined || message.type === type);
    const taken = this.#queue.filter(matches);
    this.#queue = this.#queue.filter((message) => !matches(message));
    return taken;
  }

  #drop(way: string | undefined, type: string | undefined): void {
    if (way === undefined) this.#queue = [];
    else this.#take(way, type);
  }

  /** `cut a b` closes both ways between a and b; `cut a>b` one; `heal` alone opens all. */
  #setCut(words: readonly string[], isCut: boolean): void {
    if (words.length === 0) this.#cuts.clear();
    const ways = words.length === 2 ? [`${words[0]}>${words[1]}`, `${words[1]}>${words[0]}`] : words;
    for (const way of ways) {
      if (isCut) this.#cuts.add(way);
      else this.#cuts.delete(way);
    }
  }

  #ask(id: string, name: string, make: (request: number) => RaftEvent): void {
    const request = this.#nextRequest++;
    this.#names.set(request, name);
    this.#acknowledgedBefore.set(request, this.#ledger.highestAcknowledged);
    this.#step(this.#actor(id), make(request));
  }

  #propose(id: string, command: string): void {
    this.#ask(id, command, (request) => ({ type: "propose", id: request, commands: [commandOf(Number(command))] }));
  }

  #read(id: string, name: string): void {
    this.#ask(id, name, (request) => ({ type: "read", id: request }));
  }

  #member(id: string, type: string, server: string): void {
    const change = type.startsWith("add") ? { type, server, address: server } : { type, server };
    this.#ask(id, `${type} ${server}`, (request) => ({
      type: "change-membership",
      id: request,
      change: change as never,
    }));
  }

  #hold(id: string): void {
    this.#actor(id).isDiskHeld = true;
  }

  #sync(id: string): void {
    const actor = this.#actor(id);
    actor.isDiskHeld = false;
    this.#flush(actor);
  }

  /** What was not synced is gone. */
  #crash(id: string): void {
    const actor = this.#actor(id);
    actor.isUp = false;
    actor.written = [];
    actor.isDiskHeld = false;
  }

  #restart(id: string): void {
    const actor = this.#actor(id);
    actor.isUp = true;
    actor.applied = 0;
    actor.raft = this.#raft(id, actor.log.recover(undefined));
    this.#carryOut(actor, actor.raft.start(actor.nowMs));
  }

  #printQueue(): void {
    for (const message of this.#queue)
      this.#lines.push(`${message.from}>${message.to} ${message.type} ${message.term}`);
  }

  #printLogs(): void {
    for (const actor of this.#actors.values()) {
      const { role, term, commitIndex, lastIndex, configuration } = actor.raft.status();
      const terms = Array.from({ length: lastIndex }, (_, position) => actor.raft.termAt(position + 1) ?? "-");
      this.#say(
        actor,
        `${actor.isUp ? role : "down"} term ${term} commit ${commitIndex} log [${terms.join(" ")}] voters ${votersOf(configuration).join("")}`,
      );
    }
  }
}

function word(entry: Entry): string {
  return entry.kind === "command" ? `=${proposalOf(entry)}` : `:${entry.kind}`;
}
