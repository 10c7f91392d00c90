import { countingSeed, type SeedResult } from "./run.ts";

export function isCounting(result: SeedResult): boolean {
  return (
    result.events >= countingSeed.events &&
    result.acknowledged >= countingSeed.acknowledged &&
    result.leaderChanges > countingSeed.leaderChanges &&
    result.missingFaults.length === 0
  );
}

/** Sums over seeds. */
export class RunTally {
  seeds = 0;
  counting = 0;
  events = 0;
  acknowledged = 0;
  leaderChanges = 0;
  readonly faults = new Map<string, number>();
  readonly failures: SeedResult[] = [];

  add(result: SeedResult): void {
    this.seeds++;
    if (isCounting(result)) this.counting++;
    this.events += result.events;
    this.acknowledged += result.acknowledged;
    this.leaderChanges += result.leaderChanges;
    for (const [kind, count] of result.faultsFired) this.faults.set(kind, (this.faults.get(kind) ?? 0) + count);
    if (result.failure !== undefined) this.failures.push(result);
  }

  /** One line for people. */
  line(cpuSeconds: number): string {
    const faults = [...this.faults].map(([kind, count]) => `${kind} ${count}`).sort();
    return [
      `${this.seeds} seeds (${this.counting} counting), ${(this.seeds / cpuSeconds).toFixed(0)} a CPU-second`,
      `${this.events} events, ${this.acknowledged} acknowledged, ${this.leaderChanges} leaders`,
      `faults: ${faults.join(", ")}`,
      `${this.failures.length} violations`,
    ].join("; ");
  }
}
