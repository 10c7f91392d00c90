import { compareText } from "./bytes.ts";
import { type GoMap, Int, JsonNumber, type Value, plainText } from "./value.ts";

/** The entries of a map in the order in which Go's fmt and range give them. */
export function sortedEntries(map: GoMap): [Value, Value][] {
  if (map.keys.size === 0) {
    const names = [...map.entries.keys()].sort(compareText);
    return names.map((name) => [name, map.entries.get(name)]);
  }
  const pairs = [...map.entries].map(([text, value]): [Value, Value] => [map.keyOf(text), value]);
  return pairs.sort(([left], [right]) => compareKeys(left, right));
}

/** Keys of a map with keys of any type: nil, texts, integers, floats, booleans. */
function compareKeys(left: Value, right: Value): number {
  const [a, b] = [rank(left), rank(right)];
  if (a !== b) return a - b;
  if (left instanceof Int && right instanceof Int)
    return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "boolean") return Number(left) - Number(right);
  return compareText(plainText(left), plainText(right));
}

function rank(key: Value): number {
  if (key == null) return 0;
  if (typeof key === "string" || key instanceof JsonNumber) return 1;
  if (key instanceof Int) return key.isUnsigned ? 3 : 2;
  return typeof key === "number" ? 4 : typeof key === "boolean" ? 5 : 6;
}
