import { countingSeed, type SeedResult } from "./run.ts";

export function isCounting(result: SeedResult): boolean {
  return (
    result.events >= countingSeed.events &&
    result.acknowledged >= countingSeed.acknowledged &&
    result.leaderChanges > countingSeed.leaderChanges &&
    result.missingFaults.length === 0
  );
}

const COUNTING_SHARE = 0.9;

/** Sums over seeds. */
export class RunTally {
  seeds = 0;
  counting = 0;
  events = 0;
  acknowledged = 0;
  leaderChanges = 0;
  readonly faults = new Map<string, number>();
  /** Clients' histories that were judged linearizable, and those that were given up. */
  explained = 0;
  undecided = 0;
  readonly sites = new Map<string, number>();
  readonly failures: SeedResult[] = [];

  add(result: SeedResult): void {
    this.seeds++;
    if (isCounting(result)) this.counting++;
    this.events += result.events;
    this.acknowledged += result.acknowledged;
    this.leaderChanges += result.leaderChanges;
    if (result.history === "explained") this.explained++;
    if (result.history === "undecided") this.undecided++;
    addTo(this.faults, result.faultsFired);
    addTo(this.sites, result.sitesFired);
    if (result.failure !== undefined) this.failures.push(result);
  }

  /** A run claims something only when nearly all of its seeds count. */
  get isCovering(): boolean {
    return this.counting > 0 && this.counting >= COUNTING_SHARE * this.seeds;
  }

  /** One short line while it goes on. */
  progress(cpuSeconds: number): string {
    const rate = (this.seeds / cpuSeconds).toFixed(0);
    const kinds = `${this.faults.size} kinds of faults, ${this.sites.size} rare courses fired`;
    return `${this.seeds} seeds (${this.counting} counting), ${rate} a CPU-second; ${kinds}; ${this.failures.length} violations`;
  }

  /** One line for people. */
  line(cpuSeconds: number): string {
    return [
      `${this.seeds} seeds (${this.counting} counting), ${(this.counting / cpuSeconds).toFixed(0)} counting a CPU-second`,
      `${this.events} events, ${this.acknowledged} acknowledged, ${this.leaderChanges} leaders`,
      `faults: ${wordsOf(this.faults)}`,
      `rare courses: ${wordsOf(this.sites)}`,
      `${this.explained} histories explained, ${this.undecided} undecided`,
      `${this.failures.length} violations`,
    ].join("; ");
  }
}

function addTo(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
}

function wordsOf(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .map(([name, count]) => `${name} ${count}`)
    .sort()
    .join(", ");
}
