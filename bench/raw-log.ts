import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";

const BYTES = 64 * 1024 * 1024;
const CHUNK = Buffer.alloc(1024 * 1024, 1);

/**
 * What the log is measured against ("CAL-FS1", reference/performance.md §4.2): one preallocated file and one writer for as many
 * clients as are outstanding. Whatever waits is copied into one buffer, written and synced at once, and each client is answered
 * by a promise of its own. It frames, checks and recovers nothing.
 */
export class RawLog {
  readonly #descriptor: number;
  readonly #buffer: Buffer;
  readonly #entryBytes: number;
  #waiting: (() => void)[] = [];
  #offset = 0;

  constructor(path: string, entryBytes: number, outstandingMax: number) {
    this.#entryBytes = entryBytes;
    this.#buffer = Buffer.alloc(entryBytes * outstandingMax);
    this.#descriptor = openSync(path, "w");
    for (let offset = 0; offset < BYTES; offset += CHUNK.length)
      writeSync(this.#descriptor, CHUNK, 0, CHUNK.length, offset);
    fdatasyncSync(this.#descriptor);
  }

  /** Entries a second over a slice of time. */
  async run(outstanding: number, sliceMs: number): Promise<number> {
    const entry = new Uint8Array(this.#entryBytes).fill(7);
    const startMs = performance.now();
    let entries = 0;
    const client = async (): Promise<void> => {
      while (performance.now() - startMs < sliceMs) {
        await this.#append(entry);
        entries++;
      }
    };
    await Promise.all(Array.from({ length: outstanding }, client));
    return (entries * 1000) / (performance.now() - startMs);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #append(entry: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#buffer.set(entry, this.#waiting.length * this.#entryBytes);
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const bytes = waiting.length * this.#entryBytes;
    if (this.#offset + bytes > BYTES) this.#offset = 0;
    writeSync(this.#descriptor, this.#buffer, 0, bytes, this.#offset);
    fdatasyncSync(this.#descriptor);
    this.#offset += bytes;
    for (const resolve of waiting) resolve();
  }
}
