import { randomBytes } from "node:crypto";
import type { Clock, Logger, LogFields, LogLevel, Random, Timers } from "#core/base";

/** The real clock. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const realTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

export const realRandom: Random = {
  below: (bound) => Math.floor((randomBytes(4).readUInt32BE(0) / 0x1_0000_0000) * bound),
  fraction: () => randomBytes(4).readUInt32BE(0) / 0x1_0000_0000,
  bytes: (length) => new Uint8Array(randomBytes(length)),
};

/** Keeps what was logged, for a test to look at when it fails. */
export class MemoryLogger implements Logger {
  readonly lines: string[];
  readonly #name: string;

  constructor(name = "test", lines: string[] = []) {
    this.#name = name;
    this.lines = lines;
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    this.lines.push(`${level} ${this.#name}: ${message}${fields ? ` ${JSON.stringify(fields)}` : ""}`);
  }

  child(component: string): Logger {
    return new MemoryLogger(`${this.#name}.${component}`, this.lines);
  }
}
