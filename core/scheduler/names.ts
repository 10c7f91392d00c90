/** Allocations are named `job.group[index]`. */
export function allocationName(jobId: string, group: string, index: number): string {
  return `${jobId}.${group}[${index}]`;
}

export function nameIndex(name: string): number {
  return Number(name.slice(name.lastIndexOf("[") + 1, -1));
}

/** The lowest names that are not in use. */
export function freeNames(jobId: string, group: string, count: number, used: ReadonlySet<number>): string[] {
  const names: string[] = [];
  for (let index = 0; names.length < count; index++) {
    if (!used.has(index)) names.push(allocationName(jobId, group, index));
  }
  return names;
}
