import { type Histogram, mergeHistograms, subtractHistogram } from "./histogram.ts";

/** Requests to one version: attempts that were completed, those with 5xx, and how long answers took. */
export interface Tally {
  readonly completed: number;
  readonly errors: number;
  /** Attempts that the proxy repeated; they are among `completed`. */
  readonly retries: number;
  readonly latencies: Histogram;
}

/** What a caller's proxy has counted for one version since it started, and whom it can reach now. */
export interface VersionReading extends Tally {
  /** Endpoints that may be sent to; undefined when the proxy does not know the version. */
  readonly healthy: number | undefined;
  /** Endpoints that the proxy keeps out for their errors. */
  readonly ejected: number;
}

/** One caller's proxy at one moment. */
export interface CallerReading {
  readonly id: string;
  /** Which process it is: another one counts anew. */
  readonly process: string;
  /** Canary's share in its configuration, in per cent; undefined when it does not answer or knows neither version. */
  readonly appliedPercent: number | undefined;
  /** Why it refused configuration of this service, if it did. */
  readonly refusal: string | undefined;
  readonly canary: VersionReading;
  readonly stable: VersionReading;
}

export const emptyTally: Tally = { completed: 0, errors: 0, retries: 0, latencies: [] };

/** Canary and stable over the same callers and the same time. */
export class Window {
  #before = new Map<string, CallerReading>();
  canary: Tally = emptyTally;
  stable: Tally = emptyTally;

  /**
   * Adds what callers have counted since the last reading. A caller that is new counts from its first one. False when a
   * counter began anew: then nobody knows what is missing, and the window is worthless.
   */
  add(readings: readonly CallerReading[]): boolean {
    for (const reading of readings) {
      if (reading.appliedPercent === undefined) continue;
      const before = this.#before.get(reading.id);
      this.#before.set(reading.id, reading);
      if (!before) continue;
      if (before.process !== reading.process) return false;
      const canary = since(reading.canary, before.canary);
      const stable = since(reading.stable, before.stable);
      if (!canary || !stable) return false;
      this.canary = addTallies(this.canary, canary);
      this.stable = addTallies(this.stable, stable);
    }
    return true;
  }
}

function since(now: Tally, before: Tally): Tally | undefined {
  const latencies = subtractHistogram(now.latencies, before.latencies);
  const [completed, errors] = [now.completed - before.completed, now.errors - before.errors];
  const retries = now.retries - before.retries;
  if (!latencies || completed < 0 || errors < 0 || retries < 0) return undefined;
  // The two counters are not read in one instant of the proxy.
  return { completed: Math.max(completed, errors), errors, retries, latencies };
}

export function addTallies(left: Tally, right: Tally): Tally {
  return {
    completed: left.completed + right.completed,
    errors: left.errors + right.errors,
    retries: left.retries + right.retries,
    latencies: mergeHistograms(left.latencies, right.latencies),
  };
}
