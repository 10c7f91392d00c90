import type { AllocMetric } from "#core/model";

/** Why a group could not be placed, a line a reason. */
export function failureLines(metric: AllocMetric, prefix = "  "): string[] {
  const lines: string[] = [];
  const say = (text: string): void => void lines.push(`${prefix}* ${text}`);
  const each = (counts: Readonly<Record<string, number>> | null): [string, number][] =>
    Object.entries(counts ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  if (metric.nodesEvaluated === 0) say("No nodes were eligible for evaluation");
  for (const [datacenter, count] of each(metric.nodesAvailable)) {
    if (count === 0) say(`No nodes are available in datacenter ${JSON.stringify(datacenter)}`);
  }
  for (const [nodeClass, count] of each(metric.classFiltered))
    say(`Class ${JSON.stringify(nodeClass)}: ${count} nodes excluded by filter`);
  for (const [constraint, count] of each(metric.constraintFiltered))
    say(`Constraint ${JSON.stringify(constraint)}: ${count} nodes excluded by filter`);
  if (metric.nodesExhausted > 0) say(`Resources exhausted on ${metric.nodesExhausted} nodes`);
  for (const [nodeClass, count] of each(metric.classExhausted))
    say(`Class ${JSON.stringify(nodeClass)} exhausted on ${count} nodes`);
  for (const [dimension, count] of each(metric.dimensionExhausted))
    say(`Dimension ${JSON.stringify(dimension)} exhausted on ${count} nodes`);
  for (const quota of metric.quotaExhausted ?? []) say(`Quota limit hit ${JSON.stringify(quota)}`);
  return lines;
}

/** How many allocations a failure stands for. */
export function failureTitle(group: string, metric: AllocMetric): string {
  const count = metric.coalescedFailures + 1;
  return `Task Group ${JSON.stringify(group)} (failed to place ${count} allocation${count === 1 ? "" : "s"}):`;
}
