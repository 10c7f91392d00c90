import { crc32c, utf8Encode } from "#core/base";
import type { Node } from "#core/model";

const UNIQUE = "unique.";
const SECOND_SEED = 0x9e3779b9;

/**
 * What nodes share that a constraint may ask about: nodes of one class are feasible together. Attributes and meta
 * whose name says `unique.` are left out, and so are addresses (semantics §1, "computed class").
 */
export function computedClassOf(node: Node): string {
  const parts = [node.datacenter, node.nodeClass, node.nodePool];
  for (const map of [node.attributes, node.meta]) {
    for (const [key, value] of Object.entries(map ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1))) {
      if (!key.includes(UNIQUE)) parts.push(`${key}=${value}`);
    }
    parts.push("");
  }
  for (const device of node.nodeResources?.devices ?? []) parts.push(`${device.vendor}/${device.type}/${device.name}`);
  const bytes = utf8Encode(parts.join("\u0000"));
  return `v1:${(BigInt(crc32c(bytes)) << 32n) | BigInt(crc32c(bytes, SECOND_SEED))}`;
}

/** Whether a target names something that differs between nodes of one class. */
export function escapesClass(target: string): boolean {
  return target.startsWith("${") && target.includes(UNIQUE);
}
