import type { ObjectDiff } from "#core/model";
import type { Struct } from "#core/schema";
import { type DiffType, fieldDiff, fieldDiffs, orNull } from "./field-diff.ts";
import { type Flat, type FlattenOptions, flatten, flattenFree } from "./flatten.ts";

/** How a noun is shown in a diff: under which name, without which fields, with which parts. */
export interface View extends FlattenOptions {
  readonly noun: Struct;
  readonly name: string;
  readonly parts: readonly Part[];
}

/** A field that is an object, a collection of them, texts, or free-form. */
export type Part =
  | {
      readonly as: "one";
      readonly field: string;
      readonly view: () => View;
      /** Named even where neither side has it, as the compatible API does. */
      readonly isAlwaysNamed?: boolean;
    }
  /** Items without identity: what is gone was deleted, what is new added. */
  | { readonly as: "set"; readonly field: string; readonly view: () => View }
  /** Items with a name; those without a partner of their name are paired in order when `pairsRest` says so. */
  | {
      readonly as: "named";
      readonly field: string;
      readonly view: () => View;
      readonly key: string;
      readonly pairsRest: boolean;
    }
  /** A map of objects. */
  | { readonly as: "map"; readonly field: string; readonly view: () => View }
  | { readonly as: "texts"; readonly field: string; readonly name: string }
  | { readonly as: "free"; readonly field: string; readonly name: string };

type Value = Readonly<Record<string, unknown>> | null;

/** Whether two values have the same content. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
  return left.length === Object.keys(b).length && left.every(([name, item]) => isEqual(item, right[name]));
}

export function typeOfChange(old: unknown, current: unknown): DiffType {
  if (old === null) return "Added";
  if (current === null) return "Deleted";
  return isEqual(old, current) ? "None" : "Edited";
}

/** The difference of two objects with all their fields; undefined when there is none to show. */
export function objectDiff(view: View, old: Value, current: Value): ObjectDiff | undefined {
  if (isEqual(old, current)) return undefined;
  const fields = fieldDiffs(flatten(view.noun, old, view), flatten(view.noun, current, view), true);
  const objects = partDiffs(view.parts, old, current, true);
  if (objects.length === 0 && fields.length > 0 && fields.every((field) => field.type === "None")) return undefined;
  return { type: typeOfChange(old, current), name: view.name, fields: orNull(fields), objects: orNull(objects) };
}

export function partDiffs(parts: readonly Part[], old: Value, current: Value, contextual: boolean): ObjectDiff[] {
  return parts.flatMap((part) => partDiff(part, old?.[part.field] ?? null, current?.[part.field] ?? null, contextual));
}

function partDiff(part: Part, old: unknown, current: unknown, contextual: boolean): ObjectDiff[] {
  switch (part.as) {
    case "one":
      if (part.isAlwaysNamed === true && old === null && current === null)
        return [{ type: "None", name: part.view().name, fields: null, objects: null }];
      return present(objectDiff(part.view(), old as Value, current as Value));
    case "texts":
      return present(
        textsDiff(part.name, old as readonly string[] | null, current as readonly string[] | null, contextual),
      );
    case "free":
      return present(freeDiff(part.name, old, current));
    case "set":
      return setDiffs(part.view(), items(old), items(current));
    case "named":
      return namedDiffs(part, items(old), items(current));
    default:
      return mapDiffs(part.view(), old as Value, current as Value);
  }
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function items(value: unknown): readonly Value[] {
  return (value ?? []) as readonly Value[];
}

function setDiffs(view: View, old: readonly Value[], current: readonly Value[]): ObjectDiff[] {
  const gone = old.filter((item) => !current.some((other) => isEqual(item, other)));
  const added = current.filter((item) => !old.some((other) => isEqual(item, other)));
  return [
    ...added.flatMap((item) => present(objectDiff(view, null, item))),
    ...gone.flatMap((item) => present(objectDiff(view, item, null))),
  ];
}

function namedDiffs(
  part: Extract<Part, { as: "named" }>,
  old: readonly Value[],
  current: readonly Value[],
): ObjectDiff[] {
  const pairs: [Value, Value][] = [];
  const restOld = [...old];
  const restNew: Value[] = [];
  for (const item of current) {
    const at = restOld.findIndex((other) => other?.[part.key] === item?.[part.key]);
    if (at === -1) restNew.push(item);
    else pairs.push([restOld.splice(at, 1)[0] ?? null, item]);
  }
  while (part.pairsRest && restOld.length > 0 && restNew.length > 0)
    pairs.push([restOld.shift() ?? null, restNew.shift() ?? null]);
  for (const item of restNew) pairs.push([null, item]);
  for (const item of restOld) pairs.push([item, null]);
  return pairs.flatMap(([before, after]) => present(objectDiff(part.view(), before, after)));
}

function mapDiffs(view: View, old: Value, current: Value): ObjectDiff[] {
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(current ?? {})])].sort();
  return names.flatMap((name) =>
    present(objectDiff(view, (old?.[name] ?? null) as Value, (current?.[name] ?? null) as Value)),
  );
}

/** A list of texts without order; what stayed is shown as context. */
export function textsDiff(
  name: string,
  old: readonly string[] | null,
  current: readonly string[] | null,
  contextual: boolean,
): ObjectDiff | undefined {
  const [before, after] = [new Set(old ?? []), new Set(current ?? [])];
  const added = [...after].filter((item) => !before.has(item));
  const gone = [...before].filter((item) => !after.has(item));
  const kept = [...before].filter((item) => after.has(item));
  const isChanged = added.length > 0 || gone.length > 0;
  if (!isChanged && (!contextual || kept.length === 0)) return undefined;
  const type: DiffType = !isChanged ? "None" : gone.length === 0 ? "Added" : added.length === 0 ? "Deleted" : "Edited";
  const fields = [
    ...added.map((item) => fieldDiff(name, "", item)),
    ...kept.map((item) => fieldDiff(name, item, item)),
    ...gone.map((item) => fieldDiff(name, item, "")),
  ];
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  fields.sort((a, b) => byText(a.old, b.old) || byText(a.new, b.new));
  return { type, name, fields, objects: null };
}

function freeDiff(name: string, old: unknown, current: unknown): ObjectDiff | undefined {
  const [before, after]: [Flat, Flat] = [flattenFree(old), flattenFree(current)];
  if (isEqual(Object.fromEntries(before), Object.fromEntries(after))) return undefined;
  const type: DiffType = before.size === 0 ? "Added" : after.size === 0 ? "Deleted" : "Edited";
  return { type, name, fields: fieldDiffs(before, after, true), objects: null };
}
