import { closeSync, constants, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { RotatingLog } from "#client/log";
import type { OutputRules } from "./protocol.ts";

const CHUNK_BYTES = 64 * 1024;

/**
 * One stream of a task: a named pipe read into a rotated log. The pipe is also held open for reading and writing, so
 * that it never reports an end while the task's last writer is between two processes. Reading goes through a socket on
 * an own non-blocking descriptor, because file streams on an idle pipe block a thread of the pool each.
 */
export class Pipe {
  readonly #log: RotatingLog;
  readonly #hold: number;
  readonly #reader: number;
  readonly #socket: Socket;
  readonly #onLost: (bytes: number, cause: string) => void;
  #isClosed = false;

  constructor(path: string, rules: OutputRules, onLost: (bytes: number, cause: string) => void) {
    this.#onLost = onLost;
    this.#log = new RotatingLog(rules);
    this.#hold = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.#socket = new Socket({ fd: this.#reader, readable: true, writable: false });
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#socket.on("error", (error: Error) => onLost(0, error.message));
  }

  /** Makes the log's file before the first byte; throws when there is no place for it. */
  openLog(): void {
    this.#log.open();
  }

  /** Takes what is in the pipe, now, and lets go of it. */
  drainAndClose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let count = this.#read(buffer); count > 0; count = this.#read(buffer)) this.#take(buffer.subarray(0, count));
    this.#socket.destroy();
    closeSync(this.#hold);
    this.#log.close();
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
  #take(chunk: Buffer): void {
    const { written, error } = this.#log.write(chunk);
    if (error) this.#onLost(chunk.length - written, error.message);
  }
}
