import type { EncodedResource } from "../encode.ts";

type Resources = ReadonlyMap<string, EncodedResource>;

/** Found once for each pair, since a thousand streams may go from the same set to the same other one. */
const found = new WeakMap<Resources, WeakMap<Resources, readonly string[]>>();

/** The names in which one set differs from another. */
export function changedNames(before: Resources, after: Resources): readonly string[] {
  const known = found.get(before)?.get(after);
  if (known) return known;
  const changed: string[] = [];
  for (const [name, { version }] of after) if (before.get(name)?.version !== version) changed.push(name);
  for (const name of before.keys()) if (!after.has(name)) changed.push(name);
  const pairs = found.get(before) ?? new WeakMap<Resources, readonly string[]>();
  found.set(before, pairs.set(after, changed));
  return changed;
}
