import { assert, type Buggify, Prng } from "#core/base";
import {
  type ApplyEffect,
  type Configuration,
  configurationOf,
  type Message,
  type Outcome,
  type RaftEffect,
  type RaftEvent,
  type ReplyEffect,
} from "#core/raft";
import { buggifyOf, type SitesFired } from "../buggify.ts";
import { DiskFault } from "../disk.ts";
import { EventQueue } from "../event-queue.ts";
import { ByteLog } from "./byte-log.ts";
import { commandOf, Ledger, proposalOf, Violation } from "./ledger.ts";
import { SimulatedNetwork } from "./network.ts";
import { ModelLog } from "./node-log.ts";
import { RaftOracles } from "./oracles.ts";
import { keyOf, RegisterHistory } from "./register-history.ts";
import { SimulatedServer } from "./server.ts";
import type { FaultKind, Swarm } from "./swarm.ts";

interface OpenRequest {
  readonly kind: "propose" | "read" | "other";
  readonly proposal: number;
  readonly askedMs: number;
  readonly acknowledgedBefore: number;
  /** The server that a membership change is about. */
  readonly about?: string;
}

/** How long a supervisor waits before it starts a server again whose disk failed. */
const RESTART_MS = 300;

/** Where lines of a transcript go; nothing is formatted while it is absent. */
export type Narrator = ((line: string) => void) | undefined;

/** Servers, network and disks under one seed, and the oracles that watch them. */
export class RaftWorld {
  readonly swarm: Swarm;
  readonly ledger = new Ledger();
  readonly oracles = new RaftOracles(this.ledger);
  readonly network: SimulatedNetwork;
  readonly servers: SimulatedServer[] = [];
  readonly faultsFired = new Map<FaultKind, number>();
  readonly sitesFired: SitesFired = new Map();
  readonly buggify: Buggify;
  readonly narrate: Narrator;
  /** What clients saw, when it is asked for. */
  readonly history: RegisterHistory | undefined;
  isHistoryExplained = false;
  nowMs = 0;
  hostileEndMs: number | undefined = undefined;
  events = 0;
  hash = 0;
  readonly #happenings = new EventQueue();
  #nextRequest = 1;
  #nextProposal = 1;
  readonly #open = new Map<number, OpenRequest>();
  readonly #random: Prng;
  readonly #checksMajority: boolean;
  readonly #hasDisks: boolean;
  #wiped = 0;

  constructor(swarm: Swarm, narrate: Narrator, hasHistory: boolean) {
    this.swarm = swarm;
    this.history = hasHistory ? new RegisterHistory() : undefined;
    this.narrate = narrate;
    this.buggify = buggifyOf(swarm.seed, swarm.hasBuggify, this.sitesFired);
    this.#random = new Prng(swarm.seed * 7 + 5);
    this.network = new SimulatedNetwork(swarm, new Prng(swarm.seed * 11 + 2));
    this.#hasDisks = swarm.profile === "disk";
    this.#checksMajority = swarm.profile === "plain" && swarm.snapshotEvery === 0;
    const founding = this.#makeServers();
    for (const server of this.servers) {
      if (founding.members.some((member) => member.id === server.id)) server.found(founding);
      this.#carryOut(server, server.start(0));
    }
  }

  #makeServers(): Configuration {
    const { voters, spares } = this.swarm;
    for (let number = 0; number < voters + spares; number++) this.#addServer(`s${number + 1}`, number);
    return configurationOf(
      this.servers.slice(0, voters).map(({ id }) => ({ id, address: id, suffrage: "voter" as const })),
    );
  }

  #addServer(id: string, number: number): SimulatedServer {
    const log = this.#hasDisks ? new ByteLog(id, this.buggify, (kind) => this.fired(kind)) : new ModelLog();
    const rate = this.swarm.clockRates[number % this.swarm.clockRates.length] ?? 1;
    const random = new Prng(this.swarm.seed * 31 + number * 17 + this.#wiped);
    const server = new SimulatedServer(id, log, rate, random, this);
    this.servers.push(server);
    return server;
  }

  after(delayMs: number, run: () => void): void {
    this.#happenings.push(this.nowMs + delayMs, run);
  }

  /** Runs until `untilMs`, or until `isDone` says so (asked now and then). */
  run(untilMs: number, isDone?: () => boolean): void {
    for (let count = 0; ; count++) {
      const atMs = this.#happenings.nextMs;
      if (atMs > untilMs) break;
      if (isDone !== undefined && count % 16 === 0 && isDone()) return;
      if (atMs > this.nowMs) this.nowMs = atMs;
      this.#happenings.pop()();
    }
    if (isDone === undefined) this.nowMs = untilMs;
  }

  server(id: string): SimulatedServer | undefined {
    for (const server of this.servers) if (server.id === id) return server;
    return undefined;
  }

  leader(): SimulatedServer | undefined {
    let best: SimulatedServer | undefined;
    for (const server of this.servers) {
      if (!server.isUp || server.raft.role !== "leader") continue;
      if (best === undefined || server.raft.term > best.raft.term) best = server;
    }
    return best;
  }

  fired(kind: FaultKind): void {
    this.faultsFired.set(kind, (this.faultsFired.get(kind) ?? 0) + 1);
  }

  /** Hands an event to a server, unless it stands still: then it waits, timers before input as Node has it. */
  deliver(server: SimulatedServer, event: RaftEvent): void {
    if (!server.isUp) return;
    if (server.busyUntilMs > this.nowMs) {
      const { incarnation } = server;
      const delay = server.busyUntilMs - this.nowMs + (event.type === "timer" ? 0 : 0.001);
      this.after(delay, () => {
        if (server.incarnation === incarnation) this.deliver(server, event);
      });
      return;
    }
    this.events++;
    this.#mix(server, event);
    if (this.narrate !== undefined) this.narrate(`${stamp(this.nowMs)} ${server.id} ← ${describe(event)}`);
    this.#carryOut(server, server.step(event, this.nowMs));
  }

  #mix(server: SimulatedServer, event: RaftEvent): void {
    const detail = event.type === "message" ? event.message.term * 31 + event.message.type.length : event.type.length;
    this.hash = (Math.imul(this.hash ^ (this.nowMs * 1024), 0x9e3779b1) + detail + server.id.charCodeAt(1)) | 0;
  }

  #carryOut(server: SimulatedServer, effects: readonly RaftEffect[]): void {
    for (const effect of effects) if (server.isUp) this.#effect(server, effect);
    if (server.isUp) this.#beginSync(server);
  }

  /** A failed write or sync ends the process; false then. */
  #onDisk(server: SimulatedServer, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      if (this.narrate !== undefined) this.narrate(`${stamp(this.nowMs)} ${server.id} stops: ${error.message}`);
      this.crash(server, RESTART_MS);
      return false;
    }
  }

  #effect(server: SimulatedServer, effect: RaftEffect): void {
    switch (effect.type) {
      case "persist":
        server.waiting.push(effect);
        return;
      case "send":
        return this.#send(server, effect.message);
      case "apply":
        return this.#apply(server, effect);
      case "restore":
        return server.restore(effect.snapshot);
      case "reply":
        return this.#reply(server, effect);
      case "timer":
        return this.#timer(server, effect.atMs, effect.afterInput);
      case "role":
        this.oracles.termOf(`${server.id}/${server.incarnation}`, effect.term);
        if (effect.role === "leader") this.oracles.leads(server.id, effect.term, server.raft);
        if (this.narrate !== undefined)
          this.narrate(`${stamp(this.nowMs)} ${server.id} is ${effect.role} in term ${effect.term}`);
        return;
      case "release":
        this.#onDisk(server, () => server.log.release(effect.before));
        return;
      case "load-chunk":
        return this.#answer(server, 1, () => ({
          type: "chunk-loaded",
          to: effect.to,
          snapshotId: effect.snapshotId,
          offset: effect.offset,
          data: server.loadChunk(effect),
        }));
      case "save-chunk":
        return this.#answer(server, server.syncMs, () => server.saveChunk(effect));
      default:
        return;
    }
  }

  #answer(server: SimulatedServer, delayMs: number, make: () => RaftEvent): void {
    const { incarnation } = server;
    this.after(delayMs, () => {
      if (server.incarnation === incarnation && server.isUp) this.deliver(server, make());
    });
  }

  #send(server: SimulatedServer, message: Message): void {
    this.oracles.sends(server.id, message, server.log.durable);
    if (this.network.corrupts(message)) return;
    for (const delayMs of this.network.deliveries(message.from, message.to, this.nowMs))
      this.after(delayMs, () => {
        const target = this.server(message.to);
        if (target !== undefined) this.deliver(target, { type: "message", message });
      });
  }

  #apply(server: SimulatedServer, effect: ApplyEffect): void {
    const first = server.apply(effect);
    if (first > 0 && this.history !== undefined)
      for (const entry of effect.entries)
        if (entry.index >= first) this.history.committed(proposalOf(entry), entry.index);
    if (first > 0 && this.#checksMajority) {
      const { voters } = server.raft;
      for (const entry of effect.entries)
        if (entry.index >= first) this.oracles.firstApplied(entry, voters, (id) => this.server(id)?.log.durable);
    }
    const snapshot = server.takeSnapshot();
    if (snapshot !== undefined) this.#answer(server, server.syncMs, () => ({ type: "snapshot-saved", snapshot }));
  }

  #timer(server: SimulatedServer, atLocalMs: number, afterInput: boolean): void {
    const token = ++server.timerToken;
    const atMs = Math.max(this.nowMs, server.worldMs(atLocalMs) + (afterInput ? 0.002 : 1e-6));
    this.after(atMs - this.nowMs, () => {
      if (server.timerToken === token) this.deliver(server, { type: "timer" });
    });
  }

  #beginSync(server: SimulatedServer): void {
    if (server.inFlight !== undefined || server.waiting.length === 0) return;
    const group = server.waiting;
    server.waiting = [];
    const last = group[group.length - 1];
    assert(last !== undefined, "a group has a last write");
    server.inFlight = last;
    if (!this.#onDisk(server, () => server.log.begin(group))) return;
    const slow = server.slowUntilMs > this.nowMs ? 20 : 1;
    const delayMs = server.syncMs * (0.5 + this.#random.fraction()) * slow;
    const { incarnation } = server;
    this.after(delayMs, () => {
      if (server.incarnation !== incarnation || server.inFlight !== last) return;
      if (!this.#onDisk(server, () => server.log.finish())) return;
      server.inFlight = undefined;
      this.deliver(server, { type: "durable", epoch: last.epoch, index: last.index, term: last.term });
      this.#beginSync(server);
      if (this.#hasDisks) this.after(server.syncMs, () => this.#idle(server, incarnation));
    });
  }

  #idle(server: SimulatedServer, incarnation: number): void {
    if (server.isUp && server.incarnation === incarnation && server.inFlight === undefined)
      this.#onDisk(server, () => server.log.idle());
  }

  /** A client proposes a command that nobody proposed before. */
  propose(server: SimulatedServer): void {
    const proposal = this.#nextProposal++;
    this.history?.proposed(proposal, this.nowMs);
    const id = this.#request({ kind: "propose", proposal, askedMs: this.nowMs, acknowledgedBefore: 0 });
    this.deliver(server, { type: "propose", id, commands: [commandOf(proposal)] });
  }

  read(server: SimulatedServer): void {
    const acknowledgedBefore = this.ledger.highestAcknowledged;
    const proposal = this.#nextProposal;
    const id = this.#request({ kind: "read", proposal, askedMs: this.nowMs, acknowledgedBefore });
    this.deliver(server, { type: "read", id });
    const { nowMs } = this;
    if (this.history !== undefined && server.isUp)
      this.history.read("stale", keyOf(proposal), server.appliedIndex, nowMs, nowMs);
  }

  ask(server: SimulatedServer, make: (id: number) => RaftEvent, about?: string): void {
    const request = { kind: "other" as const, proposal: 0, askedMs: this.nowMs, acknowledgedBefore: 0 };
    this.deliver(server, make(this.#request({ ...request, ...(about !== undefined && { about }) })));
  }

  /** A change about this server is asked for and not answered. */
  isAskedAbout(server: string): boolean {
    return [...this.#open.values()].some(({ about }) => about === server);
  }

  #request(request: OpenRequest): number {
    const id = this.#nextRequest++;
    this.#open.set(id, request);
    return id;
  }

  #reply(server: SimulatedServer, effect: ReplyEffect): void {
    const request = this.#open.get(effect.id);
    if (request === undefined) throw new Violation("one reply", `${server.id} answers request ${effect.id} twice`);
    this.#open.delete(effect.id);
    const { outcome } = effect;
    if (outcome.type === "committed" && request.kind === "propose")
      this.ledger.acknowledge(request.proposal, outcome.firstIndex);
    if (outcome.type === "readable") this.oracles.reads(server.id, outcome.readIndex, request.acknowledgedBefore);
    if (this.history !== undefined) this.#note(this.history, server, request, outcome.type);
  }

  #note(history: RegisterHistory, server: SimulatedServer, request: OpenRequest, type: Outcome["type"]): void {
    const { proposal, askedMs, kind } = request;
    if (type === "committed" && kind === "propose") history.answered(proposal, this.nowMs);
    if (type === "rejected" && kind === "propose") history.refused(proposal);
    if (type !== "readable") return;
    const mode = proposal % 2 === 0 ? "default" : "consistent";
    history.read(mode, keyOf(proposal), server.appliedIndex, askedMs, this.nowMs);
  }

  crash(server: SimulatedServer, downMs: number): void {
    if (!server.isUp) return;
    if (this.narrate !== undefined)
      this.narrate(`${stamp(this.nowMs)} ${server.id} crashes for ${Math.round(downMs)} ms`);
    server.crash(this.#random);
    this.after(downMs, () => this.restart(server));
  }

  restart(server: SimulatedServer): void {
    if (server.isUp || !this.servers.includes(server)) return;
    try {
      server.restart();
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      this.after(RESTART_MS, () => this.restart(server));
      return;
    }
    if (this.narrate !== undefined) this.narrate(`${stamp(this.nowMs)} ${server.id} restarts`);
    this.#carryOut(server, server.start(this.nowMs));
  }

  /** The disk is gone for good; what comes back is a server with a new identity that must be added like any other. */
  wipe(server: SimulatedServer): SimulatedServer {
    server.isUp = false;
    server.timerToken++;
    server.incarnation++;
    this.servers.splice(this.servers.indexOf(server), 1);
    this.#wiped++;
    const fresh = this.#addServer(`${server.id.slice(0, 2)}w${this.#wiped}`, this.#wiped + 20);
    this.#carryOut(fresh, fresh.start(this.nowMs));
    return fresh;
  }
}

function stamp(nowMs: number): string {
  return nowMs.toFixed(2).padStart(9);
}

function describe(event: RaftEvent): string {
  if (event.type !== "message") return JSON.stringify(event, (key, value) => (key === "commands" ? "…" : value));
  return JSON.stringify(event.message, (key, value) =>
    key === "data" ? undefined : key === "entries" ? brief(value) : value,
  );
}

function brief(entries: readonly { readonly index: number; readonly term: number }[]): string {
  return entries.map((entry) => `${entry.index}.${entry.term}`).join(" ");
}
