import type { FieldType, Struct } from "./declaration.ts";
import { zeroOf } from "./zero.ts";

/** The stored form of a draft: fields of drafts only fall away, and what was not written has its zero value. */
export function storedForm<T, D>(noun: Struct<T, D>, draft: D): T {
  return settled(noun, draft) as T;
}

function settled(noun: Struct, draft: unknown): unknown {
  const source = draft as Readonly<Record<string, unknown>>;
  const value: Record<string, unknown> = {};
  for (const [name, field] of noun.entries) {
    const written = source[name];
    value[name] = written === null || written === undefined ? zeroOf(field) : settledValue(field.type, written);
  }
  return value;
}

function settledValue(type: FieldType, value: unknown): unknown {
  switch (type.kind) {
    case "list":
      return (value as readonly unknown[]).map((item) => settledValue(type.of, item));
    case "map":
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, settledValue(type.of, item)]),
      );
    case "ref":
      return settled(type.struct(), value);
    default:
      return value;
  }
}
