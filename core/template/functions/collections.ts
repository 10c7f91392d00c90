import type { TemplateFunction } from "../language/function.ts";
import { sortedEntries } from "../values/order.ts";
import {
  ANY,
  GoMap,
  Int,
  isTrue,
  JsonNumber,
  kindOf,
  List,
  Struct,
  type Value,
  typeName,
  plainText,
} from "../values/value.ts";
import { group, listOf, mapOf, refuse } from "./define.ts";

const f = group("Collections");

/** Whether a list has the element; on a string, whether it has the part. Kinds are told apart. */
function has(container: Value, wanted: Value): boolean {
  if (typeof container === "string") return typeof wanted === "string" && container.includes(wanted);
  return container instanceof List && container.items.some((item) => isSame(item, wanted));
}

function isSame(item: Value, wanted: Value): boolean {
  if (item instanceof Int && wanted instanceof Int)
    return kindOf(item) === kindOf(wanted) && item.value === wanted.value;
  if (item instanceof JsonNumber && wanted instanceof JsonNumber) return item.text === wanted.text;
  // Booleans never match, as in the tool that these functions come from.
  return typeof item !== "boolean" && item === wanted;
}

function count(required: Value, list: Value): readonly [found: number, of: number] {
  const wanted = listOf(required);
  return [wanted.filter((item) => has(list, item)).length, wanted.length];
}

const PAIR = "*dependency.KeyPair";

function textField(value: Value, name: string): string {
  return value instanceof Struct ? plainText(value.values[name] ?? "") : "";
}

/** Pairs by the first segment of their key, then by the rest. */
function byKey(pairs: Value): Value {
  const made = new GoMap({ key: "string", element: `map[string]${PAIR}` });
  for (const pair of listOfStructs(pairs, "byKey")) {
    const [first = "", ...rest] = textField(pair, "Key").split("/");
    if (rest.length === 0) continue;
    const inner = (made.get(first) as GoMap | undefined) ?? new GoMap({ key: "string", element: PAIR });
    const key = rest.join("/");
    inner.set(key, new Struct(pair.type, { ...pair.values, Key: key }));
    made.set(first, inner);
  }
  return made;
}

function listOfStructs(value: Value, name: string): readonly Struct[] {
  if (value == null) return [];
  if (!(value instanceof List) || value.items.some((item) => !(item instanceof Struct)))
    return refuse(`${name}: wrong argument type ${typeName(value)}`);
  return value.items as readonly Struct[];
}

/** Services by keys; each key's list keeps the order. */
function grouped(
  services: Value,
  name: string,
  keyType: "string" | "int",
  keysOf: (service: Struct) => readonly Value[],
): Value {
  const element = services instanceof List ? services.element : ANY;
  const made = new GoMap({ key: keyType, element: `[]${element}` });
  for (const service of listOfStructs(services, name)) {
    for (const key of keysOf(service)) {
      const before = made.get(key);
      made.set(key, new List([...(before instanceof List ? before.items : []), service], element));
    }
  }
  return made;
}

const PADDED_DIGITS = 5;

function metaKey(service: Struct, spec: string): string {
  const [name = "", type] = spec.split("|");
  const meta = service.values["ServiceMeta"];
  const value = meta instanceof GoMap ? meta.get(name) : undefined;
  if (type === "int") {
    const digits = value === undefined ? "0" : plainText(value);
    if (!/^[-+]?\d+$/.test(digits))
      return refuse(
        `cannot parse ${digits} as number : strconv.Atoi: parsing ${JSON.stringify(digits)}: invalid syntax`,
      );
    return String(Number(digits)).padStart(PADDED_DIGITS, "0");
  }
  if (value === undefined) return `_no_${name}_`;
  return plainText(value).replace(/[^\p{L}\p{Nd}_-]/gu, "_");
}

/** Nested maps of texts whose keys are paths. */
function explodePairs(pairs: Value): Value {
  const made = new GoMap();
  for (const pair of listOfStructs(pairs, "explode"))
    nest(made, textField(pair, "Key").split("/"), pair.values["Value"]);
  return made;
}

function explodeMap(map: Value): Value {
  const made = new GoMap();
  for (const [key, value] of sortedEntries(mapOf(map))) nest(made, plainText(key).split("/"), value);
  return made;
}

function nest(into: GoMap, path: readonly string[], value: Value): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    if (first !== "") into.set(first, value);
    return;
  }
  const existing = into.get(first);
  if (existing !== undefined && !(existing instanceof GoMap))
    return refuse(`explode: ${first}: is a value and has keys below it`);
  const inner = existing ?? new GoMap();
  into.set(first, inner);
  nest(inner, rest, value);
}

/** Merges the second map into a copy of the first; maps inside are merged too. */
export function merged(target: GoMap, source: GoMap, overrides: boolean): GoMap {
  const made = target.copy();
  for (const [text, value] of source.entries) {
    const before = made.entries.get(text);
    if (before instanceof GoMap && value instanceof GoMap) made.entries.set(text, merged(before, value, overrides));
    else if (!made.entries.has(text) || !isTrue(before) || (overrides && isTrue(value)))
      made.set(source.keyOf(text), value);
  }
  return made;
}

const MAP = "map[string]interface {}";
const LIST = "[]interface {}";

export const collectionFunctions: readonly TemplateFunction[] = [
  f("contains", "any; any", "bool", "whether the list has the element, or the string the part", ([wanted, list]) =>
    has(list, wanted),
  ),
  f("in", "any; any", "bool", "contains with its arguments turned round", ([list, wanted]) => has(list, wanted)),
  f("containsAll", `${LIST}; any`, "bool", "whether the second list has all of the first", ([required, list]) => {
    const [found, of] = count(required, list);
    return found === of;
  }),
  f(
    "containsAny",
    `${LIST}; any`,
    "bool",
    "whether the second list has any of the first",
    ([required, list]) => count(required, list)[0] > 0,
  ),
  f(
    "containsNone",
    `${LIST}; any`,
    "bool",
    "whether the second list has none of the first",
    ([required, list]) => count(required, list)[0] === 0,
  ),
  f("containsNotAll", `${LIST}; any`, "bool", "whether the second list lacks one of the first", ([required, list]) => {
    const [found, of] = count(required, list);
    return found < of;
  }),
  f("byKey", "any", "map", "key pairs by the first segment of their keys", ([pairs]) => byKey(pairs)),
  f("byTag", "any", "map", "services by tag", ([services]) =>
    grouped(services, "byTag", "string", ({ values }) => (values["Tags"] instanceof List ? values["Tags"].items : [])),
  ),
  f("byPort", "any", "map", "services by port", ([services]) =>
    grouped(services, "byPort", "int", ({ values }) => [values["Port"]]),
  ),
  f("byMeta", "string; any", "map", "services by values of their metadata, `|int` pads numbers", ([keys, services]) =>
    grouped(services, "byMeta", "string", (service) => [
      plainText(keys)
        .split(",")
        .map((key) => metaKey(service, key))
        .join("_"),
    ]),
  ),
  f("explode", "any", "map", "key pairs as nested maps", ([pairs]) => explodePairs(pairs)),
  f("explodeMap", MAP, "map", "a map with paths as keys as nested maps", ([map]) => explodeMap(map)),
  f("mergeMap", `${MAP}; ${MAP}`, "map", "the first map with what it lacks from the second", ([target, source]) =>
    merged(mapOf(target), mapOf(source), false),
  ),
  f("mergeMapWithOverride", `${MAP}; ${MAP}`, "map", "the first map overwritten by the second", ([target, source]) =>
    merged(mapOf(target), mapOf(source), true),
  ),
];
