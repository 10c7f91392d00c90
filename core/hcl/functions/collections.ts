import { convertToCommon, tryConvert } from "../convert.ts";
import { type HclFunction, FunctionFault } from "../scope.ts";
import { dynamicType, stringType, type Type, typeName } from "../type.ts";
import {
  aTypeName,
  boolValue,
  equalValues,
  identity,
  listValue,
  numberValue,
  objectValue,
  sortedEntries,
  stringValue,
  tupleValue,
  typeOf,
  type Value,
} from "../value.ts";
import {
  aListOf,
  aNumber,
  anything,
  aString,
  define,
  entriesOf,
  itemsOf,
  nullable,
  textOf,
  wholeOf,
} from "./define.ts";

/** A list when all items are of one type, else a tuple. */
function listOrTuple(source: Value, items: readonly Value[]): Value {
  return source.kind === "list" || source.kind === "set" ? listValue(items, source.element) : tupleValue(items);
}

function chunks(list: Value, size: number): Value {
  const items = itemsOf(list, 0);
  if (size < 0) throw new FunctionFault("the size argument must be positive", 1);
  if (size === 0) return tupleValue([list]);
  const groups: Value[] = [];
  for (let at = 0; at < items.length; at += size) groups.push(listOrTuple(list, items.slice(at, at + size)));
  return tupleValue(groups);
}

function coalesce(values: readonly Value[]): Value {
  const common = convertToCommon(values);
  if (common === undefined) throw new FunctionFault("all arguments must have the same type");
  const found = common.find((value) => value.kind !== "null");
  if (found === undefined) throw new FunctionFault("no non-null arguments");
  return found;
}

function coalesceList(values: readonly Value[]): Value {
  const found = values.find((value, index) => value.kind !== "null" && itemsOf(value, index).length > 0);
  if (found === undefined) throw new FunctionFault("no non-null, non-empty arguments");
  return found;
}

function concat(values: readonly Value[]): Value {
  const items: Value[] = [];
  for (const [index, value] of values.entries()) for (const item of itemsOf(value, index)) items.push(item);
  if (!values.every((value) => value.kind === "list")) return tupleValue(items);
  const common = convertToCommon(items);
  const [first] = common ?? [];
  return common === undefined || first === undefined ? tupleValue(items) : listValue(common, typeOf(first));
}

function flattened(value: Value): Value[] {
  return itemsOf(value, 0).flatMap((item) =>
    item.kind === "list" || item.kind === "set" || item.kind === "tuple" ? flattened(item) : [item],
  );
}

function distinct(list: Value): Value {
  const seen = new Map<string, Value>();
  for (const item of itemsOf(list, 0)) if (!seen.has(identity(item))) seen.set(identity(item), item);
  return listOrTuple(list, [...seen.values()]);
}

function element(list: Value, index: number): Value {
  const items = itemsOf(list, 0);
  if (items.length === 0) throw new FunctionFault("cannot use element function with an empty list", 0);
  return items.at(((index % items.length) + items.length) % items.length) as Value;
}

function elementAt(list: Value, key: Value): Value {
  if ("entries" in list) {
    const found = list.entries.get(key.kind === "string" ? key.value : "");
    if (found === undefined) throw new FunctionFault("there is no element with that key", 1);
    return found;
  }
  const found = itemsOf(list, 0)[wholeOf(tryConvert(key, { kind: "number" }), 1)];
  if (found === undefined) throw new FunctionFault("the index is outside the list", 1);
  return found;
}

function lengthOf(value: Value): number {
  if (value.kind === "map") return value.entries.size;
  if ("items" in value) return value.items.length;
  const hint = value.kind === "object" ? "; for an object use length(keys(…))" : "";
  throw new FunctionFault(`the collection must be a list, a map or a tuple, not ${aTypeName(value)}${hint}`, 0);
}

function lookup(map: Value, key: string, fallback: Value): Value {
  const found = entriesOf(map, 0).get(key);
  if (found === undefined) return map.kind === "map" ? (tryConvert(fallback, map.element) ?? fallback) : fallback;
  return found;
}

function merge(values: readonly Value[]): Value {
  const given = values.filter((value) => value.kind !== "null");
  const merged = new Map<string, Value>();
  given.forEach((value, index) => {
    for (const [key, item] of entriesOf(value, index)) merged.set(key, item);
  });
  const types = given.map((value) => (value.kind === "map" ? typeName(value.element) : ""));
  const [first] = given;
  if (first?.kind === "map" && types.every((type) => type === types[0]))
    return { kind: "map", element: first.element, entries: merged };
  return objectValue(merged);
}

function slice(list: Value, start: number, end: number): Value {
  const items = itemsOf(list, 0);
  if (start < 0 || start > end) throw new FunctionFault("the start index must be between zero and the end index", 1);
  if (end > items.length) throw new FunctionFault("the end index must not be greater than the length of the list", 2);
  return listOrTuple(list, items.slice(start, end));
}

function zipmap(keys: readonly Value[], values: Value): Value {
  const items = itemsOf(values, 1);
  if (keys.length !== items.length)
    throw new FunctionFault(
      `the number of keys (${keys.length}) does not match the number of values (${items.length})`,
    );
  const entries = new Map(keys.map((key, index) => [textOf(key), items[index] as Value]));
  return values.kind === "list" ? { kind: "map", element: values.element, entries } : objectValue(entries);
}

function valuesOf(value: Value): Value {
  const items = sortedEntries({ entries: entriesOf(value, 0) }).map(([, item]) => item);
  return value.kind === "map" ? listValue(items, value.element) : tupleValue(items);
}

const strings: Type = stringType;

export const collectionFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["chunklist", define([anything("list"), aNumber("size")], ([list, size]) => chunks(list as Value, wholeOf(size, 1)))],
  ["coalesce", define([nullable("vals")], coalesce, nullable("vals"))],
  ["coalescelist", define([nullable("vals")], coalesceList, nullable("vals"))],
  [
    "compact",
    define([aListOf("list", strings)], ([list]) => {
      const kept = itemsOf(list, 0).filter((item) => item.kind === "string" && item.value !== "");
      return listValue(kept, stringType);
    }),
  ],
  ["concat", define([anything("seqs")], concat, anything("seqs"))],
  [
    "contains",
    define([anything("list"), nullable("value")], ([list, value]) =>
      boolValue(itemsOf(list, 0).some((item) => equalValues(item, value as Value))),
    ),
  ],
  ["distinct", define([aListOf("list", dynamicType)], ([list]) => distinct(list as Value))],
  [
    "element",
    define([anything("list"), aNumber("index")], ([list, index]) => element(list as Value, wholeOf(index, 1))),
  ],
  ["flatten", define([anything("list")], ([list]) => tupleValue(flattened(list as Value)))],
  ["index", define([anything("collection"), anything("key")], ([list, key]) => elementAt(list as Value, key as Value))],
  [
    "keys",
    define([anything("inputMap")], ([value]) => {
      const names = sortedEntries({ entries: entriesOf(value, 0) }).map(([name]) => stringValue(name));
      return value?.kind === "map" ? listValue(names, stringType) : tupleValue(names);
    }),
  ],
  ["length", define([anything("collection")], ([value]) => numberValue(lengthOf(value as Value)))],
  [
    "lookup",
    define([anything("inputMap"), aString("key"), nullable("default")], ([map, key, fallback]) =>
      lookup(map as Value, textOf(key), fallback as Value),
    ),
  ],
  ["merge", define([], merge, nullable("maps"))],
  [
    "slice",
    define([anything("list"), aNumber("start_index"), aNumber("end_index")], ([list, start, end]) =>
      slice(list as Value, wholeOf(start, 1), wholeOf(end, 2)),
    ),
  ],
  ["values", define([anything("mapping")], ([value]) => valuesOf(value as Value))],
  [
    "zipmap",
    define([aListOf("keys", strings), anything("values")], ([keys, values]) =>
      zipmap(itemsOf(keys, 0), values as Value),
    ),
  ],
]);
