import { readdirSync } from "node:fs";

export function logFileName(prefix: string, index: number): string {
  return `${prefix}.${index}`;
}

/** The numbers of the files that a log consists of, in order; none when the folder is not there. */
export function logIndexes(directory: string, prefix: string): number[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(`${prefix}.`))
    .map((name) => name.slice(prefix.length + 1))
    .filter((suffix) => /^(0|[1-9]\d{0,14})$/.test(suffix))
    .map(Number)
    .sort((left, right) => left - right);
}
