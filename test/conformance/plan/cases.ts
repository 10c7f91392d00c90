import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { conformanceFolder, isConformancePresent } from "#test/support";

export const planFolder = conformanceFolder("plan");
export const isPresent = isConformancePresent("plan");

/** A file of a case; undefined when the case has none. */
export function readCase(name: string, file: string): string | undefined {
  const path = join(planFolder, name, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

export function planCases(): string[] {
  return isPresent ? readdirSync(planFolder).filter((name) => existsSync(join(planFolder, name, "new.hcl"))) : [];
}

/** Objects of one name and type in the order of their content: the recorded order among them is a map's. */
export function normalised(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normalised);
    const isTie = (a: { Name?: string; Type?: string }, b: { Name?: string; Type?: string }): boolean =>
      a.Name === b.Name && a.Type === b.Type;
    return items.sort((a, b) =>
      isTie(a as object, b as object) ? (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1) : 0,
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, normalised(item)]),
  );
}

/** Where two values differ first; a placeholder such as `<uuid>` stands for any value, also as a key. */
export function difference(expected: unknown, actual: unknown, path = "$"): string | undefined {
  if (typeof expected === "string" && /^<[\w-]+>$/.test(expected)) return undefined;
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null)
    return expected === actual
      ? undefined
      : `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)?.slice(0, 300)}`;
  const [wanted, found] = [entriesOf(expected), entriesOf(actual)];
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    const place = `${path}.${key}`;
    if (!(key in wanted)) return `${place} is not expected: ${JSON.stringify(found[key])?.slice(0, 300)}`;
    if (!(key in found)) return `${place} is missing`;
    const inner = difference(wanted[key], found[key], place);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Keys that are placeholders, or stand where one does, by their order. */
function entriesOf(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [/^<class>$|^v1:\d+$/.test(key) ? "a class" : key, item]),
  );
}

/** A printed text with what differs from run to run left out. */
export function plain(text: string): string {
  return text
    .replace(/Job Modify Index: [1-9]\d*/g, "Job Modify Index: <modify-index>")
    .replace(/-check-index [1-9]\d*/g, "-check-index <modify-index>")
    .replace(/launch would be at .*/g, "launch would be at <time>")
    .replace(/[ \t]+$/gm, "")
    .trim();
}
