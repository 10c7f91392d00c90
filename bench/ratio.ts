/** A figure of several runs: the median to quote, and how far they spread. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1
      ? (sorted[middle] as number)
      : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  return { median, min: sorted[0] as number, max: sorted.at(-1) as number };
}

/** A figure and the side on which it must lie; without one it is only noted. */
export interface Goal {
  readonly name: string;
  readonly values: readonly number[];
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One line a goal; false when it is missed. */
export function report({ name, values, atLeast, atMost }: Goal): boolean {
  const { median, min, max } = spreadOf(values);
  const isMet = (atLeast === undefined || median >= atLeast) && (atMost === undefined || median <= atMost);
  const figure = `${name}: median ${round(median)} (${round(min)} to ${round(max)}, ${values.length} runs)`;
  const hasGoal = atLeast !== undefined || atMost !== undefined;
  const goal = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  const line = hasGoal ? `${isMet ? "met   " : "missed"}  ${figure}, goal ${goal}` : `noted   ${figure}`;
  process.stdout.write(`${line}\n`);
  return isMet;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** CPU seconds that a piece of work took. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
