import { GoMap, Int, JsonNumber, List, Struct, type Value, typeName } from "../values/value.ts";

/** Go's reflect.DeepEqual: types count. */
export function deepEqual(left: Value, right: Value): boolean {
  if (left == null || right == null) return left == null && right == null;
  if (typeName(left) !== typeName(right)) return false;
  if (left instanceof Int && right instanceof Int) return left.value === right.value;
  if (left instanceof JsonNumber && right instanceof JsonNumber) return left.text === right.text;
  if (left instanceof List && right instanceof List)
    return left.items.length === right.items.length && left.items.every((item, at) => deepEqual(item, right.items[at]));
  if (left instanceof GoMap && right instanceof GoMap)
    return (
      left.entries.size === right.entries.size &&
      [...left.entries].every(([key, item]) => right.entries.has(key) && deepEqual(item, right.entries.get(key)))
    );
  if (left instanceof Struct && right instanceof Struct)
    return left.type.fields.every((name) => deepEqual(left.values[name], right.values[name]));
  return left === right;
}

export function deepCopy(value: Value): Value {
  if (value instanceof List) return new List(value.items.map(deepCopy), value.element, value.named);
  if (!(value instanceof GoMap)) return value;
  const made = new GoMap(value.type);
  for (const [key, item] of value.entries) made.set(value.keyOf(key), deepCopy(item));
  return made;
}
