/** So many values in [lowerMs, lowerMs + widthMs). */
export type Bin = readonly [lowerMs: number, widthMs: number, count: number];

/** Bins by their lower bound, ascending. */
export type Histogram = readonly Bin[];

export function countOf(histogram: Histogram): number {
  return histogram.reduce((sum, [, , count]) => sum + count, 0);
}

export function mergeHistograms(left: Histogram, right: Histogram): Histogram {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  return combine(left, right, 1).filter(([, , count]) => count !== 0);
}

/** What was added since `before`; undefined when something is missing now, which is a counter that began anew. */
export function subtractHistogram(now: Histogram, before: Histogram): Histogram | undefined {
  const rest = combine(now, before, -1);
  if (rest.some(([, , count]) => count < 0)) return undefined;
  return rest.filter(([, , count]) => count !== 0);
}

function combine(left: Histogram, right: Histogram, sign: 1 | -1): Bin[] {
  const counts = new Map<number, readonly [width: number, count: number]>();
  for (const [lower, width, count] of left) counts.set(lower, [width, count]);
  for (const [lower, width, count] of right) counts.set(lower, [width, (counts.get(lower)?.[1] ?? 0) + sign * count]);
  return [...counts].map(([lower, [width, count]]): Bin => [lower, width, count]).toSorted((a, b) => a[0] - b[0]);
}

/** The value below which that share lies, in milliseconds: the upper bound of its bin. Undefined without values. */
export function quantileOf(histogram: Histogram, share: number): number | undefined {
  const wanted = share * countOf(histogram);
  let seen = 0;
  for (const [lower, width, count] of histogram) {
    seen += count;
    if (seen >= wanted) return lower + width;
  }
  return undefined;
}

/** Values that are certainly not below the limit. */
export function countAbove(histogram: Histogram, limitMs: number): number {
  return histogram.reduce((sum, [lower, , count]) => sum + (lower >= limitMs ? count : 0), 0);
}
