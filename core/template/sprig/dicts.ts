import { EncodeFault, writeJson } from "../format/json-write.ts";
import { JsonFault, readJson } from "../format/json-read.ts";
import { mapOf, refuse, text } from "../functions/define.ts";
import type { TemplateFunction } from "../language/function.ts";
import { sortedEntries } from "../values/order.ts";
import { GoMap, isTrue, kindOf, List, strings, type Value, typeName, plainText } from "../values/value.ts";
import { deepCopy, deepEqual } from "./deep.ts";
import { sprig, textOf } from "./define.ts";

const f = sprig("dictionaries");
const d = sprig("defaults");
const t = sprig("types");
const j = sprig("JSON");
const MAP = "map[string]interface {}";

function dict(args: readonly Value[]): Value {
  const made = new GoMap();
  for (let at = 0; at < args.length; at += 2)
    made.entries.set(textOf(args[at]), at + 1 < args.length ? args[at + 1] : "");
  return made;
}

/** Later maps fill what earlier ones lack, or overwrite; the first map is changed, as sprig does it. */
function mergeInto(target: GoMap, source: GoMap, overrides: boolean): void {
  for (const [key, value] of source.entries) {
    const before = target.entries.get(key);
    if (before instanceof GoMap && value instanceof GoMap) mergeInto(before, value, overrides);
    else if (!isTrue(before) || (overrides && isTrue(value))) target.entries.set(key, value);
  }
}

function mergeAll(overrides: boolean) {
  return ([target, ...sources]: readonly Value[]): Value => {
    for (const source of sources) mergeInto(mapOf(target), mapOf(source), overrides);
    return target;
  };
}

function dig(args: readonly Value[]): Value {
  if (args.length < 3) return refuse("dig needs at least three arguments");
  const path = args.slice(0, -2);
  let current = args.at(-1);
  for (const step of path) {
    if (!(current instanceof GoMap) || typeof step !== "string")
      return refuse(`dig: ${typeName(current)} is no dictionary`);
    if (!current.entries.has(step)) return args.at(-2);
    current = current.entries.get(step);
  }
  return current;
}

function picked(map: Value, keep: (key: string) => boolean): Value {
  return new GoMap(
    mapOf(map).type,
    [...mapOf(map).entries].filter(([key]) => keep(key)),
  );
}

function both(
  declare: typeof f,
  name: string,
  params: string,
  result: string,
  summary: string,
  call: Parameters<typeof f>[4],
) {
  const must = `must${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [declare(name, params, result, summary, call), declare(must, params, result, summary, call)];
}

function encoded(value: Value, escapesHtml: boolean, indent: string): string {
  try {
    return writeJson(value, { escapesHtml, indent });
  } catch (error) {
    if (error instanceof EncodeFault) return refuse(error.message);
    throw error;
  }
}

function decoded(source: Value, isStrict: boolean): Value {
  try {
    return readJson(text(source));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return isStrict ? refuse(error.message) : null;
  }
}

function goKind(value: Value): string {
  const kind = kindOf(value);
  if (kind === "int" || kind === "uint") return typeName(value).startsWith("time.") ? "int64" : typeName(value);
  return kind === "float" ? "float64" : kind === "complex" ? "complex128" : kind;
}

const shown = (value: Value): string => typeName(value);

export const sprigDicts: readonly TemplateFunction[] = [
  f("dict", "any...", MAP, "a dictionary of keys and values in turn", dict),
  f(
    "get",
    `${MAP}; string`,
    "any",
    "the value of a key, or an empty text",
    ([map, key]) => mapOf(map).entries.get(text(key)) ?? "",
  ),
  f("set", `${MAP}; string; any`, MAP, "sets a key", ([map, key, value]) => {
    mapOf(map).entries.set(text(key), value);
    return map;
  }),
  f("unset", `${MAP}; string`, MAP, "removes a key", ([map, key]) => {
    mapOf(map).entries.delete(text(key));
    return map;
  }),
  f("hasKey", `${MAP}; string`, "bool", "whether there is the key", ([map, key]) => mapOf(map).entries.has(text(key))),
  f("keys", `${MAP}...`, "[]string", "the keys", (maps) =>
    strings(maps.flatMap((map) => sortedEntries(mapOf(map)).map(([key]) => plainText(key)))),
  ),
  f("values", MAP, "[]any", "the values", ([map]) => new List(sortedEntries(mapOf(map)).map(([, value]) => value))),
  f(
    "pluck",
    `string; ${MAP}...`,
    "[]any",
    "the values that the dictionaries have of a key",
    ([key, ...maps]) =>
      new List(maps.filter((map) => mapOf(map).entries.has(text(key))).map((map) => mapOf(map).entries.get(text(key)))),
  ),
  f("pick", `${MAP}; string...`, MAP, "only these keys", ([map, ...keys]) => picked(map, (key) => keys.includes(key))),
  f("omit", `${MAP}; string...`, MAP, "all but these keys", ([map, ...keys]) =>
    picked(map, (key) => !keys.includes(key)),
  ),
  f("dig", "any...", "any", "a value deep inside, or the default", dig),
  ...both(f, "merge", `${MAP}; ${MAP}...`, MAP, "fills what the first lacks", mergeAll(false)),
  ...both(f, "mergeOverwrite", `${MAP}; ${MAP}...`, MAP, "overwrites the first", mergeAll(true)),
  ...both(f, "deepCopy", "any", "any", "a copy with all inside", ([value]) => deepCopy(value)),
  d("default", "any; any...", "any", "the value, or the default when it is empty", ([other, value]) =>
    isTrue(value) ? value : other,
  ),
  d("empty", "any", "bool", "whether the value is empty", ([value]) => !isTrue(value)),
  d("coalesce", "any...", "any", "the first that is not empty", (args) => args.find(isTrue) ?? null),
  d("all", "any...", "bool", "whether none is empty", (args) => args.every(isTrue)),
  d("any", "any...", "bool", "whether one is not empty", (args) => args.some(isTrue)),
  d("ternary", "any; any; bool", "any", "the first when true, else the second", ([yes, no, test]) =>
    test === true ? yes : no,
  ),
  d("fail", "string", "string", "refuses with the message", ([message]) => refuse(text(message))),
  t("typeOf", "any", "string", "the type", ([value]) => shown(value)),
  t("typeIs", "string; any", "bool", "whether it is of the type", ([type, value]) => type === shown(value)),
  t(
    "typeIsLike",
    "string; any",
    "bool",
    "whether it is of the type or a pointer to it",
    ([type, value]) => type === shown(value) || `*${text(type)}` === shown(value),
  ),
  t("kindOf", "any", "string", "the kind", ([value]) => goKind(value)),
  t("kindIs", "string; any", "bool", "whether it is of the kind", ([kind, value]) => kind === goKind(value)),
  t("deepEqual", "any; any", "bool", "whether both are the same all through", ([left, right]) =>
    deepEqual(left, right),
  ),
  ...both(j, "toJson", "any", "string", "as JSON", ([value]) => encoded(value, true, "")),
  ...both(j, "toPrettyJson", "any", "string", "as JSON, indented", ([value]) => encoded(value, true, "  ")),
  ...both(j, "toRawJson", "any", "string", "as JSON without escapes for HTML", ([value]) => encoded(value, false, "")),
  j("fromJson", "string", "any", "the value of a JSON text, nil when malformed", ([source]) => decoded(source, false)),
  j("mustFromJson", "string", "any", "the value of a JSON text", ([source]) => decoded(source, true)),
];
