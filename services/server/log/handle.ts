import type { Worker } from "node:worker_threads";
import { assert, type Failure, failure } from "#core/base";
import type { LogBatch, LogEntry } from "#core/log";
import { startWorker } from "./built-entry.ts";
import { commandBytes, encodeCommand, type LogCommand } from "./command.ts";
import { Ring } from "./ring.ts";
import type { WorkerReport, WorkerStart } from "./worker.ts";

/** What the log tells its service; called from the event loop, never from inside `append`. */
export interface LogListener {
  /** Every batch up to `epoch` is on disk. */
  durable(epoch: number, index: number, term: number): void;
  /** The log can no longer be trusted: the process must stop. Nothing is reported after it. */
  fatal(reason: Failure): void;
  /** The disk has no room for a further segment: stop taking proposals, snapshot and release. */
  lowSpace(message: string): void;
}

const RING_BYTES = 16 * 1024 * 1024;

/** A batch and the position after it, as core/raft's `persist` effect states them. */
export type PersistBatch = LogBatch & { readonly index: number; readonly term: number };

/**
 * The open log. At most two groups are out: the one that the worker writes and syncs, and the one that forms meanwhile in
 * shared memory, of all that arrives; what does not fit there waits here.
 */
export class LogHandle {
  readonly #worker: Worker;
  readonly #ring: Ring;
  readonly #listener: LogListener;
  #waiting: LogCommand[] = [];
  readonly #unconfirmed: { readonly epoch: number; readonly index: number; readonly term: number }[] = [];
  /** Commands that the worker has been given and not done. */
  #given = 0;
  #isFlushScheduled = false;
  #isOver = false;
  #isReady = false;
  readonly #ready: Promise<void>;
  readonly #exited: Promise<void>;

  constructor(start: Omit<WorkerStart, "shared">, listener: LogListener) {
    this.#ring = Ring.ofBytes(RING_BYTES);
    this.#listener = listener;
    const workerData: WorkerStart = { ...start, shared: this.#ring.shared };
    this.#worker = startWorker("services/server/log/worker.js", workerData);
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.once("error", reject);
      this.#worker.on("message", (message: WorkerReport) => {
        if (message.type !== "ready") return this.#take(message);
        this.#isReady = true;
        resolve();
      });
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.#fail("the log's worker ended");
        resolve();
      });
    });
    this.#worker.on("error", (error) => this.#fail(error.message, error));
  }

  /** Resolves when the worker has begun its segment; rejects with what hindered it. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Queues a batch; `durable(epoch, …)` follows once it, and everything before it, is on disk. */
  append(batch: PersistBatch): void {
    const { epoch, index, term } = batch;
    this.#unconfirmed.push({ epoch, index, term });
    this.#enqueue({ type: "append", batch, isComplete: true });
  }

  /** Cuts the log after `index`. The numbers are those of the log afterwards. */
  truncate(index: number, term: number, epoch: number): void {
    this.append({ epoch, index, term, truncateAfter: index, reset: undefined, hardState: undefined, entries: [] });
  }

  /** Entries before `before` are in a durable snapshot; segments that hold only such are recycled. */
  release(before: number): void {
    this.#enqueue({ type: "release", before });
  }

  /** Writes what is queued, then ends the worker. */
  async close(): Promise<void> {
    this.#enqueue({ type: "close" });
    await this.#exited;
  }

  /** Ends the worker at once, whatever is queued: for tests of what a crash leaves. */
  async abandon(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
  }

  #enqueue(command: LogCommand): void {
    assert(!this.#isOver, "the log is open");
    this.#waiting.push(command);
    if (command.type === "close") this.#isOver = true;
    // A disk that has nothing to do begins at once; what follows in this turn is the next group.
    if (this.#given === 0) return this.#flush();
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    queueMicrotask(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  /** Hands over as much as the ring takes. */
  #flush(): void {
    let count = 0;
    while (count < this.#waiting.length && this.#push(this.#waiting[count] as LogCommand, count)) count++;
    this.#waiting.splice(0, count);
    this.#given += count;
  }

  #push(command: LogCommand, position: number): boolean {
    const bytes = commandBytes(command);
    if (bytes <= this.#ring.messageBytesMax) return this.#ring.push(bytes, (target) => encodeCommand(command, target));
    assert(command.type === "append", "only batches are large");
    const [front, rest] = splitBatch(command.batch);
    this.#waiting.splice(position, 1, { ...command, batch: front, isComplete: false }, { ...command, batch: rest });
    return this.#push(this.#waiting[position] as LogCommand, position);
  }

  #take(message: Exclude<WorkerReport, { type: "ready" }>): void {
    if (message.type === "low-space") return this.#listener.lowSpace(message.message);
    this.#given -= message.commands;
    assert(this.#given >= 0, "the worker does only what it was given");
    if (this.#waiting.length > 0) this.#flush();
    if (message.epoch === undefined) return;
    const count = this.#unconfirmed.findIndex((batch) => batch.epoch === message.epoch) + 1;
    const confirmed = this.#unconfirmed.splice(0, count).at(-1);
    assert(confirmed !== undefined, () => `the worker confirms epoch ${message.epoch}, which is not outstanding`);
    this.#listener.durable(confirmed.epoch, confirmed.index, confirmed.term);
  }

  #fail(message: string, cause?: Error): void {
    if (this.#isOver || !this.#isReady) return;
    this.#isOver = true;
    const hint = "the process stops: after a failed write or sync only what is on disk counts";
    this.#listener.fatal(failure("io", `raft log: ${message}`, { cause, hint }));
  }
}

/** Halves the entries of a batch; what precedes entries stays in front of them. */
function splitBatch(batch: LogBatch): readonly [LogBatch, LogBatch] {
  assert(batch.entries.length > 1, "a single entry fits in the ring");
  const middle = batch.entries.length >> 1;
  const part = (entries: readonly LogEntry[]): LogBatch => ({ ...batch, entries });
  const rest = {
    ...part(batch.entries.slice(middle)),
    truncateAfter: undefined,
    reset: undefined,
    hardState: undefined,
  };
  return [part(batch.entries.slice(0, middle)), rest];
}
