import { type Kernel, systemError } from "./kernel.ts";

/**
 * A thread that is still waiting holds up the end of the process, so that no wait is longer than this.
 */
const WAIT_MS = 1000;
/** After a turn with little to do: tasks that write line by line are served together, not a line at a time. */
const PAUSE_MS = 10;

/** Takes some of what there is; true when there is probably more. */
type OnReady = () => boolean;

/** Tells which of many descriptors have something to read, without reading it: one waiting thread for all of them. */
export class Readiness {
  readonly #kernel: Kernel;
  readonly #epoll: number;
  readonly #watched = new Map<number, OnReady>();
  #lastToken = 0;
  #isUnderway = false;

  /** Throws what the system says when it has no descriptor left. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#epoll = kernel.createEpoll();
    if (this.#epoll < 0) throw systemError("epoll_create1", this.#epoll);
  }

  /** Calls `onReady` whenever `descriptor` can be read, until the returned function is called; throws when refused. */
  watch(descriptor: number, onReady: OnReady): () => void {
    const token = ++this.#lastToken;
    const added = this.#kernel.addToEpoll(this.#epoll, descriptor, token);
    if (added < 0) throw systemError("epoll_ctl", added);
    this.#watched.set(token, onReady);
    this.#wait();
    return () => {
      this.#watched.delete(token);
      this.#kernel.removeFromEpoll(this.#epoll, descriptor);
    };
  }

  #wait(): void {
    if (this.#isUnderway || this.#watched.size === 0) return;
    this.#isUnderway = true;
    this.#kernel.awaitEpoll(this.#epoll, WAIT_MS, (tokens) => this.#serve(tokens));
  }

  #serve(tokens: readonly number[]): void {
    let isBusy = tokens.length === 0;
    for (const token of tokens) isBusy = this.#watched.get(token)?.() === true || isBusy;
    const again = (): void => {
      this.#isUnderway = false;
      this.#wait();
    };
    if (isBusy) again();
    else setTimeout(again, PAUSE_MS);
  }
}
