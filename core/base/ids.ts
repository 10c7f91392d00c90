import { assert } from "./assert.ts";
import { fromHex, toHex } from "./bytes.ts";
import type { Random } from "./contracts.ts";

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A random UUID, version 4 (RFC 9562 §5.4), from the handed-in source. */
export function uuidFrom(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return uuidFromBytes(bytes);
}

export function uuidToBytes(id: string): Uint8Array {
  assert(isUuid(id), () => `not a UUID: ${id}`);
  return fromHex(id.replaceAll("-", ""));
}

export function uuidFromBytes(bytes: Uint8Array): string {
  assert(bytes.length === 16, "a UUID has 16 bytes");
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The eight characters by which people name an object. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
