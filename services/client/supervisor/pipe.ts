import { closeSync, constants, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { RotatingLog } from "#client/log";
import { type Kernel, systemError } from "./kernel.ts";
import type { OutputRules } from "./protocol.ts";
import type { Readiness } from "./readiness.ts";

const CHUNK_BYTES = 64 * 1024;

/** How the kernel moves output for us. */
export interface Mover {
  readonly kernel: Kernel;
  readonly readiness: Readiness;
}

type OnLost = (bytes: number, cause: string) => void;

/**
 * One stream of a task: a named pipe, emptied into a rotated log. The pipe is also held open for reading and writing, so
 * that it never reports an end while the task's last writer is between two processes. With a `mover` no byte is ever in
 * this process alone; without one it is, for the microseconds between a read and a write.
 */
export class Pipe {
  readonly #log: RotatingLog;
  readonly #hold: number;
  readonly #reader: number;
  readonly #mover: Mover | undefined;
  readonly #stop: () => void;
  readonly #onLost: OnLost;
  #isClosed = false;

  constructor(path: string, rules: OutputRules, mover: Mover | undefined, onLost: OnLost) {
    this.#onLost = onLost;
    this.#mover = mover;
    this.#log = new RotatingLog(rules);
    this.#hold = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.#stop = mover === undefined ? this.#readBySocket() : this.#moveWhenReady(mover);
  }

  /** Makes the log's file before the first byte; throws when there is no place for it. */
  openLog(): void {
    this.#log.open();
  }

  /** Takes what is in the pipe, now, and lets go of it. */
  drainAndClose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    while (this.#takeSome() > 0);
    this.#stop();
    closeSync(this.#hold);
    this.#log.close();
  }

  #moveWhenReady(mover: Mover): () => void {
    const unwatch = mover.readiness.watch(this.#reader, () => this.#takeSome() === CHUNK_BYTES);
    return () => {
      unwatch();
      closeSync(this.#reader);
    };
  }

  /** Through a socket on an own non-blocking descriptor: file streams on an idle pipe block a thread of the pool each. */
  #readBySocket(): () => void {
    const socket = new Socket({ fd: this.#reader, readable: true, writable: false });
    socket.on("data", (chunk: Buffer) => this.#write(chunk));
    socket.on("error", (error: Error) => this.#onLost(0, error.message));
    return () => socket.destroy();
  }

  /** How many bytes left the pipe, at most a chunk; 0 when there are none. */
  #takeSome(): number {
    if (this.#mover === undefined) return this.#copy();
    const { kernel } = this.#mover;
    // Asked first, or a file that is just full would be followed by an empty one.
    if (!kernel.hasInput(this.#reader)) return 0;
    const { written, error } = this.#log.append((file, offset, room) => {
      const moved = kernel.splice(this.#reader, file, offset, Math.min(room, CHUNK_BYTES));
      if (moved < 0) throw systemError("splice", moved);
      return moved;
    });
    return error === undefined ? written : this.#copy();
  }

  /** Where nothing can be moved (a full disk, a file system without splice) a task must still not stand. */
  #copy(): number {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = this.#read(buffer);
    if (count > 0) this.#write(buffer.subarray(0, count));
    return count;
  }

  /** Bytes read; 0 when there are none left (EAGAIN while a writer is there, the end otherwise). */
  #read(buffer: Buffer): number {
    try {
      return readSync(this.#reader, buffer);
    } catch {
      return 0;
    }
  }

  /** In the turn in which the bytes were read: what is only in memory is lost with this process. */
  #write(chunk: Buffer): void {
    const { written, error } = this.#log.write(chunk);
    if (error) this.#onLost(chunk.length - written, error.message);
  }
}
