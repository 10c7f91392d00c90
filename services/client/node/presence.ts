import { type Failure, type Logger, type Random, type Result, type TimerHandle, type Timers } from "#core/base";
import type { Node } from "#core/model";
import type { Lease, NodeCredentials, ServerLink } from "#client/link";

const REGISTER_RETRY_MS = 15_000;
const FIRST_RETRY_MS = 250;
const TTL_MIN_MS = 100;

export interface PresenceOptions {
  readonly link: ServerLink;
  readonly credentials: NodeCredentials;
  readonly node: () => Node;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** The servers know the node now. */
  readonly onRegistered: () => void;
}

/** Keeps the node known to the servers: registers it, heartbeats, registers again when they have forgotten it. */
export class Presence {
  readonly #options: PresenceOptions;
  #timer: TimerHandle | undefined;
  #isRegistered = false;
  #isReady = false;
  #failures = 0;
  /** Grows with each change of the node, so that one made during a registration is not lost. */
  #wanted = 0;
  #underway = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#beat();
  }

  /** The node has its allocations: it may be given more. */
  ready(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#soon(0);
  }

  /** The node's description has changed. */
  changed(): void {
    this.#wanted++;
    this.#isRegistered = false;
    this.#soon(0);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #soon(delayMs: number): void {
    if (this.#options.signal.aborted) return;
    this.#timer?.cancel();
    this.#timer = this.#options.timers.after(delayMs, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    if (this.#underway) return;
    this.#underway = true;
    const wanted = this.#wanted;
    const [wasRegistered, wasReady] = [this.#isRegistered, this.#isReady];
    const lease = await (wasRegistered ? this.#heartbeat() : this.#register());
    this.#underway = false;
    if (this.#options.signal.aborted) return;
    if (!lease.ok) return this.#failed(lease.failure);
    this.#failures = 0;
    if (wanted === this.#wanted) this.#isRegistered = true;
    const isBehind = !this.#isRegistered || !wasRegistered || wasReady !== this.#isReady;
    this.#soon(isBehind ? 0 : this.#nextMs(lease.value));
  }

  async #register(): Promise<Result<Lease>> {
    const lease = await this.#options.link.register(this.#options.node(), this.#options.signal);
    if (lease.ok) this.#options.onRegistered();
    return lease;
  }

  #heartbeat(): Promise<Result<Lease>> {
    const status = this.#isReady ? "ready" : "initializing";
    return this.#options.link.heartbeat({ ...this.#options.credentials, status }, this.#options.signal);
  }

  #failed({ code, message, hint }: Failure): void {
    const what = this.#isRegistered ? "heartbeat" : "registration";
    this.#options.logger.log("warn", `${what} failed: ${message}`, hint === undefined ? {} : { hint });
    if (code === "not_found") this.#isRegistered = false;
    const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures++, REGISTER_RETRY_MS);
    this.#soon(backoffMs / 2 + this.#options.random.below(Math.ceil(backoffMs / 2) + 1));
  }

  /** Somewhat before the lease ends, and not all nodes at once. */
  #nextMs(lease: Lease): number {
    const ttlMs = Math.max(TTL_MIN_MS, lease.heartbeatTtlMs);
    return ttlMs / 2 + this.#options.random.below(Math.ceil(ttlMs / 3));
  }
}
