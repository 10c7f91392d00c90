import type { Session } from "../engine/session.ts";
import { intValue, refuse } from "../functions/define.ts";
import type { TemplateFunction } from "../language/function.ts";
import { isTrue, List, type Value, typeName } from "../values/value.ts";
import { deepEqual } from "./deep.ts";
import { sprig, toBig } from "./define.ts";

const f = sprig("lists");

/** Each list function has a twin `must…`; ours refuse in either. */
function both(
  name: string,
  params: string,
  result: string,
  summary: string,
  call: (args: readonly Value[], session: Session) => Value,
) {
  const must = `must${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [f(name, params, result, summary, call), f(must, params, result, summary, call)];
}

function itemsOf(value: Value, what: string): readonly Value[] {
  if (value instanceof List) return value.items;
  return refuse(`Cannot ${what} on type ${typeName(value)}`);
}

function unique(items: readonly Value[], session: Session): Value[] {
  const made: Value[] = [];
  for (const item of items) {
    session.step(made.length >> 4);
    if (!made.some((known) => deepEqual(known, item))) made.push(item);
  }
  return made;
}

function slice([list, ...bounds]: readonly Value[]): Value {
  const items = itemsOf(list, "slice");
  const [from = 0, to = items.length] = bounds.map((bound) => Number(toBig(bound)));
  if (from < 0 || to > items.length || from > to) return refuse(`slice bounds out of range [${from}:${to}]`);
  return new List(items.slice(from, to));
}

function chunk([size, list]: readonly Value[]): Value {
  const items = itemsOf(list, "chunk");
  const step = intValue(size);
  if (step < 1) return refuse("chunk: the size must be positive");
  const made: Value[] = [];
  for (let at = 0; at < items.length; at += step) made.push(new List(items.slice(at, at + step)));
  return new List(made, "[]interface {}");
}

function concat(lists: readonly Value[]): Value {
  return new List(lists.flatMap((list) => itemsOf(list, "concat")));
}

const list = (items: readonly Value[]): List => new List(items);

export const sprigLists: readonly TemplateFunction[] = [
  f("list", "any...", "[]any", "a list of the arguments", list),
  f("tuple", "any...", "[]any", "a list of the arguments", list),
  f("concat", "any...", "[]any", "the lists one after another", concat),
  ...both("first", "any", "any", "the first element", ([items]) => itemsOf(items, "find first")[0] ?? null),
  ...both("last", "any", "any", "the last element", ([items]) => itemsOf(items, "find last").at(-1) ?? null),
  ...both("rest", "any", "[]any", "all but the first", ([items]) => list(itemsOf(items, "find rest").slice(1))),
  ...both("initial", "any", "[]any", "all but the last", ([items]) =>
    list(itemsOf(items, "find initial").slice(0, -1)),
  ),
  ...both("append", "any; any", "[]any", "with the element at the end", ([items, item], session) => {
    session.step(itemsOf(items, "push").length >> 4);
    return list([...itemsOf(items, "push"), item]);
  }),
  ...both("push", "any; any", "[]any", "with the element at the end", ([items, item], session) => {
    session.step(itemsOf(items, "push").length >> 4);
    return list([...itemsOf(items, "push"), item]);
  }),
  ...both("prepend", "any; any", "[]any", "with the element at the beginning", ([items, item], session) => {
    session.step(itemsOf(items, "prepend").length >> 4);
    return list([item, ...itemsOf(items, "prepend")]);
  }),
  ...both("reverse", "any", "[]any", "in reverse order", ([items]) =>
    list(itemsOf(items, "find reverse").toReversed()),
  ),
  ...both("compact", "any", "[]any", "without empty elements", ([items]) =>
    list(itemsOf(items, "compact").filter(isTrue)),
  ),
  ...both("uniq", "any", "[]any", "each element once", ([items], session) =>
    list(unique(itemsOf(items, "find uniq"), session)),
  ),
  ...both("without", "any; any...", "[]any", "without the elements", ([items, ...omitted]) =>
    list(itemsOf(items, "find without").filter((item) => !omitted.some((one) => deepEqual(one, item)))),
  ),
  ...both(
    "has",
    "any; any",
    "bool",
    "whether the list has the element",
    ([wanted, items]) => items != null && itemsOf(items, "find has").some((item) => deepEqual(item, wanted)),
  ),
  ...both("slice", "any; any...", "[]any", "a part", slice),
  ...both("chunk", "int; any", "[][]any", "parts of a size", chunk),
];
