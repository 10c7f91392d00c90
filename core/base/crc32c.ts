/** Castagnoli's polynomial, reflected (RFC 3720 §12.1). */
const POLYNOMIAL = 0x82f63b78;

const SLICES = 16;
/** For compiled code that does the same. */
export const crc32cTables = buildTables();

/** Signed, because bit operations of JavaScript are: an unsigned table would be converted at every look-up. */
function buildTables(): readonly Int32Array[] {
  const slices = Array.from({ length: SLICES }, () => new Int32Array(256));
  const first = slices[0] as Int32Array;
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    first[byte] = value;
  }
  for (let slice = 1; slice < SLICES; slice++) {
    const previous = slices[slice - 1] as Int32Array;
    const current = slices[slice] as Int32Array;
    for (let byte = 0; byte < 256; byte++) {
      const value = previous[byte] as number;
      current[byte] = (value >>> 8) ^ (first[value & 0xff] as number);
    }
  }
  return slices;
}

type Table = Int32Array;
const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = crc32cTables as unknown as readonly [
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
  Table,
];

/**
 * CRC-32C of `bytes[start, end)`, continued from `seed` (a previous result, or any 32-bit value to bind a checksum
 * to its place). Sixteen bytes a step ("slicing-by-8", Kounavis and Berry 2005, twice as wide).
 */
export function crc32c(bytes: Uint8Array, seed = 0, start = 0, end = bytes.length): number {
  let crc = ~seed;
  let at = start;
  for (const last = end - SLICES; at <= last; at += SLICES) {
    const low =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24));
    crc =
      (t15[low & 0xff] as number) ^
      (t14[(low >>> 8) & 0xff] as number) ^
      (t13[(low >>> 16) & 0xff] as number) ^
      (t12[low >>> 24] as number) ^
      (t11[bytes[at + 4] as number] as number) ^
      (t10[bytes[at + 5] as number] as number) ^
      (t9[bytes[at + 6] as number] as number) ^
      (t8[bytes[at + 7] as number] as number) ^
      (t7[bytes[at + 8] as number] as number) ^
      (t6[bytes[at + 9] as number] as number) ^
      (t5[bytes[at + 10] as number] as number) ^
      (t4[bytes[at + 11] as number] as number) ^
      (t3[bytes[at + 12] as number] as number) ^
      (t2[bytes[at + 13] as number] as number) ^
      (t1[bytes[at + 14] as number] as number) ^
      (t0[bytes[at + 15] as number] as number);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
