/** Castagnoli's polynomial, reflected (RFC 3720 §12.1). */
const POLYNOMIAL = 0x82f63b78;

const tables = buildTables();

function buildTables(): readonly Uint32Array[] {
  const slices = Array.from({ length: 8 }, () => new Uint32Array(256));
  const first = slices[0] as Uint32Array;
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    first[byte] = value >>> 0;
  }
  for (let slice = 1; slice < 8; slice++) {
    const previous = slices[slice - 1] as Uint32Array;
    const current = slices[slice] as Uint32Array;
    for (let byte = 0; byte < 256; byte++) {
      const value = previous[byte] as number;
      current[byte] = ((value >>> 8) ^ (first[value & 0xff] as number)) >>> 0;
    }
  }
  return slices;
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as unknown as readonly [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/**
 * CRC-32C of `bytes[start, end)`, continued from `seed` (a previous result, or any 32-bit value to bind a checksum
 * to its place). Eight bytes a step ("slicing-by-8", Kounavis and Berry 2005).
 */
export function crc32c(bytes: Uint8Array, seed = 0, start = 0, end = bytes.length): number {
  let crc = ~seed >>> 0;
  let at = start;
  for (const last = end - 8; at <= last; at += 8) {
    const low =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24));
    crc =
      (t7[low & 0xff] as number) ^
      (t6[(low >>> 8) & 0xff] as number) ^
      (t5[(low >>> 16) & 0xff] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[bytes[at + 4] as number] as number) ^
      (t2[bytes[at + 5] as number] as number) ^
      (t1[bytes[at + 6] as number] as number) ^
      (t0[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
