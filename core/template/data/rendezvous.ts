import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, utf8Encode } from "#core/base";

/** What of a registration says which instance it is. */
export interface Weighable {
  readonly Port: number;
  readonly AllocID: string;
  readonly ID: string;
  readonly Namespace?: string;
  readonly Address: string;
  readonly ServiceName: string;
  readonly Tags: readonly string[] | null;
}

/**
 * Rendezvous hashing: each instance is weighed with the caller's key and the lightest are taken, so that a change of the
 * instances moves as few callers as can be. All who are given the same instances and key choose alike, also those who
 * ask an agent that is not ours (decision 0060).
 */
export function choose<T extends Weighable>(instances: readonly T[], count: number, key: string): T[] {
  const weighed = instances.map((instance) => ({ instance, weight: weightOf(instance, key) }));
  weighed.sort((left, right) => (left.weight < right.weight ? -1 : left.weight > right.weight ? 1 : 0));
  return weighed.slice(0, count).map(({ instance }) => instance);
}

/** SHA-256 of the port as 64 bits, most significant first, and of the texts one after the other. */
function weightOf(instance: Weighable, key: string): string {
  const { AllocID, ID, Namespace = "default", Address, ServiceName, Tags } = instance;
  const port = new DataView(new ArrayBuffer(8));
  port.setBigInt64(0, BigInt(instance.Port));
  const texts = [AllocID, ID, Namespace, Address, ServiceName, ...(Tags ?? []), key].join("");
  return toHex(sha256.create().update(new Uint8Array(port.buffer)).update(utf8Encode(texts)).digest());
}
