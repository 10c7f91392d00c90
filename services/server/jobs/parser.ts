import type { Worker } from "node:worker_threads";
import { err, failureOf, ok, type Result, type TimerHandle, type Timers } from "#core/base";
import type { ParseRequest } from "#core/jobspec";
import { startWorker } from "#server/log";
import { type ParseOutcome, refusalOf } from "./parse-text.ts";

const PARSE_MS = 950;
const OLD_HEAP_MIB = 224;
const YOUNG_HEAP_MIB = 32;
const WAITING_MAX = 32;

/** What one text may cost. With both heaps full the thread holds 256 MiB. */
export const parseLimits = {
  timeMs: PARSE_MS,
  oldHeapMib: OLD_HEAP_MIB,
  youngHeapMib: YOUNG_HEAP_MIB,
  waiting: WAITING_MAX,
} as const;

const START_MS = 10_000;
/** An answer that is already on its way counts, even if this thread was too busy to see it in time. */
const GRACE_MS = 25;
/** Afterwards the thread's memory is given back. */
const IDLE_MS = 30_000;

interface Task {
  readonly request: ParseRequest;
  readonly done: (outcome: Result<ParseOutcome>) => void;
}

export interface ParserPorts {
  readonly timers: Timers;
  /** For tests; `parseLimits` without it. */
  readonly limits?: Readonly<Record<keyof typeof parseLimits, number>>;
}

/** Reads the text of jobs in a thread of its own, one after the other; a thread that does not answer is replaced. */
export class JobParser {
  readonly #ports: ParserPorts;
  readonly #limits: Readonly<Record<keyof typeof parseLimits, number>>;
  readonly #waiting: Task[] = [];
  #running: Task | undefined;
  #worker: Worker | undefined;
  #isReady = false;
  #isClosed = false;
  /** Until the thread has started, has answered, or has been idle for too long. */
  #deadline: TimerHandle | undefined;

  constructor(ports: ParserPorts) {
    this.#ports = ports;
    this.#limits = ports.limits ?? parseLimits;
  }

  /** What the text says, or why it is refused; fails only when no text can be read now. */
  parse(request: ParseRequest): Promise<Result<ParseOutcome>> {
    if (this.#isClosed) return Promise.resolve(err("unavailable", "the server is stopping"));
    if (this.#waiting.length >= this.#limits.waiting)
      return Promise.resolve(
        err("too_many", `${this.#limits.waiting} job files are waiting to be parsed`, {
          hint: "try again in a second",
        }),
      );
    return new Promise((done) => {
      this.#waiting.push({ request, done });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#deadline?.cancel();
    for (const { done } of [this.#running, ...this.#waiting.splice(0)].filter((task) => task !== undefined))
      done(err("unavailable", "the server is stopping"));
    this.#running = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    if (this.#waiting.length === 0) return this.#rest();
    if (this.#worker === undefined) return this.#start();
    if (!this.#isReady) return;
    const task = this.#waiting.shift() as Task;
    this.#running = task;
    this.#worker.postMessage(task.request, []);
    this.#within(this.#limits.timeMs, () => this.#within(GRACE_MS, () => this.#end(ok(this.#tooSlow()))));
  }

  #tooSlow(): ParseOutcome {
    return refusalOf("Reading this file takes longer than 1 s.");
  }

  #rest(): void {
    if (this.#worker !== undefined) this.#within(IDLE_MS, () => this.#drop());
  }

  #start(): void {
    const { oldHeapMib, youngHeapMib } = this.#limits;
    const resourceLimits = { maxOldGenerationSizeMb: oldHeapMib, maxYoungGenerationSizeMb: youngHeapMib };
    const worker = startWorker("services/server/jobs/parse-worker.js", undefined, resourceLimits);
    this.#worker = worker;
    this.#isReady = false;
    worker.unref();
    worker.on("message", (message: ParseOutcome | "ready") => this.#heard(worker, message));
    worker.on("error", (error) => this.#broke(worker, error));
    worker.on("exit", () => this.#broke(worker, new Error("the thread that parses job files ended")));
    this.#within(START_MS, () => this.#broke(worker, new Error("the thread that parses job files did not start")));
  }

  #heard(worker: Worker, message: ParseOutcome | "ready"): void {
    if (worker !== this.#worker) return;
    this.#deadline?.cancel();
    if (message !== "ready") return this.#finish(ok(message));
    this.#isReady = true;
    this.#next();
  }

  #broke(worker: Worker, error: unknown): void {
    if (worker !== this.#worker) return;
    const isFull = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
    const outcome = isFull
      ? ok(refusalOf("Reading this file takes more than 256 MiB of memory."))
      : err("internal", "the job file could not be parsed", { cause: failureOf(error) });
    // Before a request is given to it, the oldest one is what it could not even be started for.
    this.#running ??= this.#waiting.shift();
    this.#end(outcome);
  }

  /** Answers the running task and does without its thread. */
  #end(outcome: Result<ParseOutcome>): void {
    this.#drop();
    this.#finish(outcome);
  }

  #finish(outcome: Result<ParseOutcome>): void {
    const task = this.#running;
    this.#running = undefined;
    task?.done(outcome);
    this.#next();
  }

  #drop(): void {
    this.#deadline?.cancel();
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #within(delayMs: number, run: () => void): void {
    this.#deadline?.cancel();
    this.#deadline = this.#ports.timers.after(delayMs, run);
  }
}
