import { md5 } from "@noble/hashes/legacy.js";
import { toHex, utf8Encode } from "#core/base";

/**
 * Rendezvous hashing: each instance is weighed with the caller's key and the heaviest are taken, so that a change of
 * the instances moves as few callers as can be.
 */
export function choose<T>(instances: readonly T[], count: number, key: string, idOf: (instance: T) => string): T[] {
  const weighed = instances.map((instance) => ({
    instance,
    weight: toHex(md5(utf8Encode(idOf(instance) + key))),
  }));
  weighed.sort((left, right) => (left.weight < right.weight ? -1 : left.weight > right.weight ? 1 : 0));
  return weighed.slice(0, count).map(({ instance }) => instance);
}
