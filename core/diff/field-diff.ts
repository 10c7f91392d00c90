import type { FieldDiff } from "#core/model";
import type { Flat } from "./flatten.ts";

export type DiffType = "None" | "Added" | "Deleted" | "Edited";

/** Differences of the fields in order of their names; with `contextual` also those that stayed the same. */
export function fieldDiffs(old: Flat, current: Flat, contextual: boolean): FieldDiff[] {
  const names = [...new Set([...old.keys(), ...current.keys()])].sort();
  return names.flatMap((name) => {
    const diff = fieldDiff(name, old.get(name) ?? "", current.get(name) ?? "");
    return diff.type === "None" && !contextual ? [] : [diff];
  });
}

export function fieldDiff(name: string, old: string, current: string): FieldDiff {
  const type: DiffType = old === current ? "None" : old === "" ? "Added" : current === "" ? "Deleted" : "Edited";
  return { type, name, old, new: current, annotations: null };
}

export function orNull<T>(items: readonly T[]): readonly T[] | null {
  return items.length > 0 ? items : null;
}
