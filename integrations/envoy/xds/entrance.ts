import type { Socket } from "node:net";
import type { TimerHandle, Timers } from "#core/base";

/**
 * How many may be on their way to a first configuration. Node handles up to 48 times 1024 ready sockets before it looks at
 * anything else; of so many never enough are ready for that.
 */
const VISITS_MAX = 48;
/** Who needs longer is let go its own way; others are not held up by it. */
const VISIT_MS = 1000;

/** A connection from when it is let in until it is configured. */
interface Visit {
  readonly timer: TimerHandle;
}

/**
 * Lets connections in a few at a time: after a restart with thousands of Envoys nothing else would happen for as long as
 * all of them take. Whoever waits is not read, so that what it has sent stays with the kernel.
 */
export class Entrance {
  readonly #admit: (socket: Socket) => void;
  readonly #timers: Timers;
  readonly #visits = new Set<Visit>();
  #waiting: Socket[] = [];
  /** Visits whose stream has not been opened yet, oldest first. */
  #unclaimed: Visit[] = [];
  #isDue = false;

  constructor(admit: (socket: Socket) => void, timers: Timers) {
    this.#admit = admit;
    this.#timers = timers;
  }

  take(socket: Socket): void {
    socket.on("error", () => undefined);
    this.#waiting.push(socket);
    this.#fillSoon();
  }

  /**
   * A stream was opened; the result is called when it is configured or has ended. Which connection it came on does not
   * matter, as each has one.
   */
  opened(): () => void {
    const visit = this.#unclaimed.shift();
    return () => {
      if (visit) this.#leave(visit);
    };
  }

  #fillSoon(): void {
    if (this.#isDue || this.#waiting.length === 0 || this.#visits.size >= VISITS_MAX) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#fill();
    });
  }

  #fill(): void {
    const next = this.#waiting.splice(0, VISITS_MAX - this.#visits.size);
    for (const socket of next) {
      if (socket.destroyed) continue;
      const visit: Visit = { timer: this.#timers.after(VISIT_MS, () => this.#leave(visit)) };
      this.#visits.add(visit);
      this.#unclaimed.push(visit);
      socket.once("close", () => this.#leave(visit));
      this.#admit(socket);
    }
    this.#fillSoon();
  }

  #leave(visit: Visit): void {
    if (!this.#visits.delete(visit)) return;
    visit.timer.cancel();
    this.#unclaimed = this.#unclaimed.filter((other) => other !== visit);
    this.#fillSoon();
  }
}
