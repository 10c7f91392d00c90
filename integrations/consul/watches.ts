import { type Clock, type Failure, type Random, type Result, type TimerHandle, type Timers } from "#core/base";
import { consistentOf, refusalOf, requestOf } from "./call.ts";
import type { Question } from "./question.ts";
import type { ConsulAnswer, ConsulRequest, Transport } from "./transport.ts";

/** What a watch sees: the text of an answer, or undefined for 404. */
export interface Answer {
  readonly text: string | undefined;
  /** What of the headers says how the answer is to be read. */
  readonly defaultPolicy: string | undefined;
}

export interface WatchObserver {
  changed(answer: Answer): void;
  /** Consul does not answer, or refuses; the last answer stays in force. Called once until it answers again. */
  degraded(reason: Failure): void;
  recovered(): void;
}

export interface WatchesOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

const WAIT_MS = 300_000;
/** Consul adds up to a sixteenth of the wait; the rest is for a slow network. */
const MARGIN_MS = 10_000;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 30_000;
/** Answers without a change: two at once, then one a second, so that a busy index is no busy loop. */
const IDLE_BURST = 2;
const IDLE_INTERVAL_MS = 1_000;
/** Questions that block at once: each holds a connection, and an agent closes what goes beyond 200. */
const BLOCKING_MAX = 100;
/** Questions beyond that are asked one after the other, all of them once in so long at most. */
const ROUND_MS = 1_000;

/**
 * Blocking queries: one for each distinct question, however many ask. Where there are more questions than connections, the
 * rest is asked in turn without blocking: later by a second or so, but nobody is left without an answer.
 */
export class Watches {
  readonly #options: WatchesOptions;
  readonly #watches = new Map<string, SharedWatch>();
  readonly #inTurn = new Map<string, SharedWatch>();
  #isRound = false;
  #round: TimerHandle | undefined;

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  /** Asks until disposed. The first answer comes as a change; a later one only if its content differs. */
  watch(question: Question, observer: WatchObserver): Disposable {
    const key = keyOf(question);
    const watch = this.#watches.get(key) ?? this.#inTurn.get(key) ?? this.#begin(key, question);
    watch.add(observer);
    return {
      [Symbol.dispose]: () => {
        if (watch.remove(observer)) this.#end(key, watch);
      },
    };
  }

  get size(): number {
    return this.#watches.size + this.#inTurn.size;
  }

  close(): void {
    for (const watch of [...this.#watches.values(), ...this.#inTurn.values()]) watch.stop();
    this.#watches.clear();
    this.#inTurn.clear();
    this.#round?.cancel();
  }

  #begin(key: string, question: Question): SharedWatch {
    const watch = new SharedWatch(question, this.#options);
    if (this.#watches.size >= BLOCKING_MAX) {
      this.#inTurn.set(key, watch);
      void this.#askInTurn();
      return watch;
    }
    this.#watches.set(key, watch);
    watch.start();
    return watch;
  }

  #end(key: string, watch: SharedWatch): void {
    watch.stop();
    if (this.#inTurn.delete(key) || !this.#watches.delete(key)) return;
    const [next] = this.#inTurn;
    if (next === undefined) return;
    this.#inTurn.delete(next[0]);
    this.#watches.set(next[0], next[1]);
    next[1].start();
  }

  async #askInTurn(): Promise<void> {
    if (this.#isRound) return;
    this.#isRound = true;
    const beganMs = this.#options.clock.monotonicMs();
    // One that joins meanwhile is asked in the same round.
    for (const [key, watch] of this.#inTurn) if (this.#inTurn.has(key)) await watch.askOnce();
    const restMs = ROUND_MS - (this.#options.clock.monotonicMs() - beganMs);
    this.#round = this.#options.timers.after(Math.max(0, restMs), () => {
      this.#isRound = false;
      if (this.#inTurn.size > 0) void this.#askInTurn();
    });
  }
}

/** One question and all who ask it. */
class SharedWatch {
  readonly #question: Question;
  readonly #options: WatchesOptions;
  readonly #observers = new Set<WatchObserver>();
  readonly #abort = new AbortController();
  #last: Answer | undefined;
  /** The index or the hash of the last answer. */
  #position = "";
  #index = 0;
  /**
   * A server that has just begun to lead answers from a state that it is still reading back: without services, or with the
   * shares of long ago. Whoever begins, or has lost its server, asks consistently: that answer waits until all is read.
   */
  #isUnsure = true;
  #failures = 0;
  #degraded: Failure | undefined;
  #idleCredit = IDLE_BURST;
  #creditAtMs = 0;
  #timer: TimerHandle | undefined;

  constructor(question: Question, options: WatchesOptions) {
    this.#question = question;
    this.#options = options;
  }

  add(observer: WatchObserver): void {
    this.#observers.add(observer);
    const last = this.#last;
    // Later, as it would be for the first asker too.
    if (last) this.#options.timers.after(0, () => this.#observers.has(observer) && observer.changed(last));
    if (this.#degraded) observer.degraded(this.#degraded);
  }

  /** True when nobody is left. */
  remove(observer: WatchObserver): boolean {
    return this.#observers.delete(observer) && this.#observers.size === 0;
  }

  start(): void {
    void this.#ask();
  }

  /** Without blocking, and without asking again. */
  async askOnce(): Promise<void> {
    this.#position = "";
    await this.#answer();
  }

  stop(): void {
    this.#abort.abort();
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    const outcome = await this.#answer();
    if (outcome === "failed") this.#soon(this.#backoffMs());
    else this.#soon(outcome === "changed" ? 0 : this.#idleMs());
  }

  async #answer(): Promise<"failed" | "changed" | "same"> {
    const answer = await this.#options.transport.send(this.#request());
    if (this.#abort.signal.aborted) return "same";
    const reason = reasonOf(answer, this.#question);
    if (reason || !answer.ok) {
      this.#failed(reason as Failure);
      return "failed";
    }
    this.#recover();
    return this.#take(answer.value) ? "changed" : "same";
  }

  #request(): ConsulRequest {
    const { query = {}, by } = this.#question;
    const position = this.#position === "" ? {} : { [by]: this.#position, wait: `${WAIT_MS}ms` };
    const consistency = this.#isUnsure ? consistentOf(this.#question) : {};
    return {
      ...requestOf(this.#question),
      query: { ...query, ...position, ...consistency },
      timeoutMs: WAIT_MS + WAIT_MS / 16 + MARGIN_MS,
      signal: this.#abort.signal,
    };
  }

  /** Keeps the answer's position; true when its content is new. */
  #take({ status, headers, text }: ConsulAnswer): boolean {
    if (!this.#believes(headers)) return false;
    this.#position = this.#nextPosition(headers);
    const answer = {
      text: status === 404 ? undefined : text,
      defaultPolicy: headers["x-consul-default-acl-policy"],
    };
    const last = this.#last;
    this.#last = answer;
    if (last && last.text === answer.text && last.defaultPolicy === answer.defaultPolicy) return false;
    this.#tell((observer) => observer.changed(answer));
    return true;
  }

  /** An index that went back may be a server that is behind: it is asked again, consistently, before it counts. */
  #believes(headers: ConsulAnswer["headers"]): boolean {
    if (this.#question.by === "hash") return true;
    const index = indexIn(headers);
    const isBehind = !this.#isUnsure && index < this.#index;
    this.#index = index;
    this.#isUnsure = isBehind;
    if (isBehind) this.#position = "";
    return !isBehind;
  }

  #nextPosition(headers: ConsulAnswer["headers"]): string {
    return this.#question.by === "hash" ? (headers["x-consul-contenthash"] ?? "") : String(indexIn(headers));
  }

  #idleMs(): number {
    const nowMs = this.#options.clock.monotonicMs();
    this.#idleCredit = Math.min(IDLE_BURST, this.#idleCredit + (nowMs - this.#creditAtMs) / IDLE_INTERVAL_MS);
    this.#creditAtMs = nowMs;
    if (this.#idleCredit < 1) return (1 - this.#idleCredit) * IDLE_INTERVAL_MS;
    this.#idleCredit--;
    return 0;
  }

  #failed(reason: Failure): void {
    const wasWell = this.#degraded === undefined;
    this.#degraded = reason;
    this.#position = "";
    this.#isUnsure = true;
    if (wasWell) this.#tell((observer) => observer.degraded(reason));
  }

  #backoffMs(): number {
    const backoffMs = Math.min(RETRY_FIRST_MS * 2 ** Math.min(this.#failures++, 10), RETRY_MAX_MS);
    return backoffMs / 2 + this.#options.random.below(Math.ceil(backoffMs / 2) + 1);
  }

  #recover(): void {
    this.#failures = 0;
    if (this.#degraded === undefined) return;
    this.#degraded = undefined;
    this.#tell((observer) => observer.recovered());
  }

  /** Those of now: who comes in the meantime has had the last answer. */
  #tell(say: (observer: WatchObserver) => void): void {
    const all = Array.from(this.#observers);
    for (const observer of all) say(observer);
  }

  #soon(delayMs: number): void {
    if (this.#abort.signal.aborted) return;
    if (delayMs <= 0) return void this.#ask();
    this.#timer = this.#options.timers.after(delayMs, () => void this.#ask());
  }
}

/** None at all is 1. */
function indexIn(headers: ConsulAnswer["headers"]): number {
  return Math.max(1, Number(headers["x-consul-index"] ?? 0));
}

function reasonOf(answer: Result<ConsulAnswer>, question: Question): Failure | undefined {
  if (!answer.ok) return answer.failure;
  if (answer.value.status === 404) return undefined;
  return refusalOf(answer.value, requestOf(question));
}

function keyOf({ path, query = {}, by }: Question): string {
  return JSON.stringify([by, path, Object.entries(query).toSorted(([left], [right]) => (left < right ? -1 : 1))]);
}
