import type { Key, Keys } from "./key.ts";
import type { Tree } from "./read.ts";

/** Lays one file over another: blocks and maps key by key, lists behind each other, anything else by the later one. */
export function mergeTrees(base: Tree, over: Tree, keys: Keys): Tree {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const key = keys[name];
    merged[name] = key && name in base ? mergeValue(base[name], value, key) : value;
  }
  return merged;
}

function mergeValue(base: unknown, over: unknown, key: Key): unknown {
  switch (key.kind) {
    case "block":
      return mergeTrees(base as Tree, over as Tree, key.keys);
    case "labelled":
      return mergeLabelled(base as Tree, over as Tree, key.keys);
    case "map":
      return { ...(base as Tree), ...(over as Tree) };
    case "list":
      return [...(base as readonly unknown[]), ...(over as readonly unknown[])];
    default:
      return over;
  }
}

function mergeLabelled(base: Tree, over: Tree, keys: Keys): Tree {
  const merged: Record<string, unknown> = { ...base };
  for (const [label, block] of Object.entries(over)) {
    merged[label] = label in base ? mergeTrees(base[label] as Tree, block as Tree, keys) : block;
  }
  return merged;
}
