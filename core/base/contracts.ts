/** Wall-clock milliseconds since 1970. */
export type Instant = number;

/** Where time comes from. Nothing in `core` reads a clock by itself. */
export interface Clock {
  /** Wall clock, whole milliseconds since 1970; may jump. For what is shown and stored. */
  nowMs(): Instant;
  /** Monotonic milliseconds with an arbitrary zero; never jumps back. For timers and durations. */
  monotonicMs(): number;
}

export interface TimerHandle {
  cancel(): void;
}

export interface Timers {
  /** Calls `run` once after `delayMs` of monotonic time unless cancelled. */
  after(delayMs: number, run: () => void): TimerHandle;
}

/** Where randomness comes from; seeded in simulations. */
export interface Random {
  /** A whole number in [0, bound); `bound` at most 2^32. */
  below(bound: number): number;
  /** A number in [0, 1). */
  fraction(): number;
  bytes(length: number): Uint8Array;
}

/**
 * Asks whether this rare but allowed course is taken now (FoundationDB's BUGGIFY): a short batch, a skipped heartbeat.
 * Only simulations ever say yes.
 */
export type Buggify = (site: string) => boolean;

export const neverBuggify: Buggify = () => false;

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** A named logger; `child` adds a component to the name. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
  child(component: string): Logger;
}
