import { Histories } from "./history.ts";
import type { LocalEvent } from "./local.ts";
import { LocalStates } from "./local-states.ts";
import { Messages } from "./messages.ts";
import { aboutOf, kindOf, type Scope, type Step, stepOf } from "./scope.ts";

/**
 * A state of the whole cluster is a row of numbers: a local state for each server, the committed history, the counters, who
 * led which term, who has aged, and the messages in flight, sorted.
 */
const HISTORY = 3;
const COUNTERS = 4;
const LEADERS = 5;
const AGED = 6;
const QUEUE = 7;

/** Counters are packed, a few bits each. */
const TIMEOUTS = 0;
const PROPOSALS = 4;
const CRASHES = 8;
const CUTS = 12;
const TOUCHED = 16;
/** One more than the server that is cut off. */
const CUT_OFF = 20;
const TICKS = 24;
const BITS = 15;

export class ScopeWorld {
  readonly #scope: Scope;
  readonly #messages: Messages;
  readonly #locals: readonly LocalStates[];
  readonly #histories = new Histories();
  readonly width: number;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#messages = new Messages(scope.servers);
    this.#locals = scope.servers.map((_, number) => new LocalStates(scope.servers, number, this.#messages));
    this.width = QUEUE + scope.inFlightMax;
  }

  get localStates(): number {
    return this.#locals.reduce((sum, local) => sum + local.count, 0);
  }

  first(): Uint32Array {
    return new Uint32Array(this.width);
  }

  /** The steps that may come next. Servers are alike: a new one is only touched in their order. */
  steps(state: Uint32Array): Step[] {
    const { timeouts, ticks, proposals, crashes, cuts, servers } = this.#scope;
    const steps: Step[] = [];
    for (let number = 0; number < servers.length; number++) {
      const local = this.#locals[number] as LocalStates;
      const node = state[number] as number;
      const isFresh = number > counter(state, TOUCHED);
      if (!local.isUp(node)) steps.push(stepOf("restart", number));
      else if (!isFresh && counter(state, TIMEOUTS) < timeouts) steps.push(stepOf("timeout", number));
      if (local.isLeader(node) && counter(state, TICKS) < ticks) steps.push(stepOf("tick", number));
      if (local.isLeader(node) && counter(state, PROPOSALS) < proposals) steps.push(stepOf("propose", number));
      if (local.isUp(node) && !isFresh && counter(state, CRASHES) < crashes) steps.push(stepOf("crash", number));
      if (!isFresh && counter(state, CUTS) < cuts) steps.push(stepOf("cut", number));
    }
    for (let at = 0; at < this.#scope.inFlightMax; at++) {
      const id = state[QUEUE + at] as number;
      if (id !== 0 && id !== state[QUEUE + at - 1] && this.#isDeliverable(state, id)) steps.push(stepOf("deliver", at));
    }
    return steps;
  }

  #isDeliverable(state: Uint32Array, id: number): boolean {
    const to = this.#messages.targetOf(id);
    return (this.#locals[to] as LocalStates).isUp(state[to] as number);
  }

  /** Changes `state` into the one after the step; returns what is broken then. */
  take(state: Uint32Array, step: Step): string | undefined {
    const kind = kindOf(step);
    const about = aboutOf(step);
    if (kind === "deliver") {
      const id = state[QUEUE + about] as number;
      this.#remove(state, about);
      return this.#tell(state, this.#messages.targetOf(id), "deliver", id);
    }
    if (kind === "cut") {
      count(state, CUTS);
      state[COUNTERS] = (state[COUNTERS] as number) | ((about + 1) << CUT_OFF);
      return this.#touch(state, about);
    }
    if (kind === "timeout") this.#age(state, about);
    if (kind === "timeout") count(state, TIMEOUTS);
    else if (kind === "tick") count(state, TICKS);
    else if (kind === "propose") count(state, PROPOSALS);
    else if (kind === "crash") count(state, CRASHES);
    return this.#tell(state, about, kind, kind === "propose" ? counter(state, PROPOSALS) : 0);
  }

  /** A time-out takes as long as it takes for everybody. */
  #age(state: Uint32Array, except: number): void {
    const everybody = (1 << this.#scope.servers.length) - 1;
    state[AGED] = everybody & ~(1 << except);
  }

  #touch(state: Uint32Array, server: number): undefined {
    const touched = Math.max(counter(state, TOUCHED), server + 1);
    state[COUNTERS] = ((state[COUNTERS] as number) & ~(BITS << TOUCHED)) | (touched << TOUCHED);
  }

  #tell(state: Uint32Array, server: number, type: LocalEvent["type"], number: number): string | undefined {
    this.#touch(state, server);
    const isAged = ((state[AGED] as number) & (1 << server)) !== 0;
    state[AGED] = (state[AGED] as number) & ~(1 << server);
    const transition = (this.#locals[server] as LocalStates).after(state[server] as number, { type, number, isAged });
    if (transition.type === "violation") return transition.message;
    state[server] = transition.node;
    const { outcome } = transition;
    if (outcome.leads) {
      const problem =
        this.#crown(state, server, outcome.term) ?? this.#histories.missing(state[HISTORY] as number, outcome);
      if (problem !== undefined) return problem;
    }
    const history = this.#histories.apply(state[HISTORY] as number, outcome);
    if (typeof history === "string") return history;
    state[HISTORY] = history;
    for (const id of outcome.sends) this.#send(state, server, id);
    return undefined;
  }

  /** Election safety: one leader a term. */
  #crown(state: Uint32Array, server: number, term: number): string | undefined {
    const shift = 2 * term;
    const leader = ((state[LEADERS] as number) >>> shift) & 3;
    if (leader !== 0 && leader !== server + 1) return `election safety: two servers lead term ${term}`;
    state[LEADERS] = (state[LEADERS] as number) | ((server + 1) << shift);
    return undefined;
  }

  #remove(state: Uint32Array, at: number): void {
    state.copyWithin(QUEUE + at, QUEUE + at + 1, this.width);
    state[this.width - 1] = 0;
  }

  /** Sorted by number; beyond the bound the message that was thought of first is lost. */
  #send(state: Uint32Array, from: number, id: number): void {
    const cut = ((state[COUNTERS] as number) >>> CUT_OFF) - 1;
    if (from === cut || this.#messages.targetOf(id) === cut) return;
    if (state[this.width - 1] !== 0) this.#remove(state, 0);
    let at = QUEUE;
    while (at < this.width && state[at] !== 0 && (state[at] as number) <= id) at++;
    state.copyWithin(at + 1, at, this.width - 1);
    state[at] = id;
  }

  describe(state: Uint32Array, step: Step): string {
    const about = aboutOf(step);
    if (kindOf(step) !== "deliver") return `${kindOf(step)} ${this.#scope.servers[about]}`;
    return `deliver ${this.#messages.describe(state[QUEUE + about] as number)}`;
  }
}

function counter(state: Uint32Array, shift: number): number {
  return ((state[COUNTERS] as number) >>> shift) & BITS;
}

function count(state: Uint32Array, shift: number): void {
  state[COUNTERS] = (state[COUNTERS] as number) + (1 << shift);
}
