import { fromHex, toHex } from "#core/base";
import { fromBase64 } from "./encoding.ts";

/** What is needed of a private key (RFC 8017). */
export interface RsaKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
  readonly bytes: number;
}

const BITS_MAX = 8192;

/** Reads a key in PEM: PKCS #1 ("RSA PRIVATE KEY") or PKCS #8 ("PRIVATE KEY"); undefined when it is none. */
export function readRsaKey(pem: string): RsaKey | undefined {
  const match = /-----BEGIN (?:RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem);
  const der = match === null ? undefined : fromBase64((match[1] as string).replace(/\s/g, ""));
  const outer = der && children(der);
  if (outer === undefined) return undefined;
  const inner = outer.find((part) => part.tag === 0x04)?.content;
  const integers = (inner === undefined ? outer : (children(inner) ?? [])).filter((part) => part.tag === 0x02);
  const [modulus, exponent] = [integers[1], integers[3]].map(
    (part) => part && BigInt(`0x${toHex(part.content) || "0"}`),
  );
  if (modulus === undefined || exponent === undefined) return undefined;
  const bytes = Math.ceil(modulus.toString(16).length / 2);
  return bytes * 8 > BITS_MAX || modulus < 3n ? undefined : { modulus, exponent, bytes };
}

interface DerPart {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The members of a DER sequence. */
function children(der: Uint8Array): DerPart[] | undefined {
  const sequence = partAt(der, 0);
  if (sequence === undefined || sequence.part.tag !== 0x30) return undefined;
  const parts: DerPart[] = [];
  for (let at = 0; at < sequence.part.content.length; ) {
    const found = partAt(sequence.part.content, at);
    if (found === undefined) return undefined;
    parts.push(found.part);
    at = found.end;
  }
  return parts;
}

function partAt(der: Uint8Array, at: number): { part: DerPart; end: number } | undefined {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4) return undefined;
  let length = lengthBytes === 0 ? first : 0;
  for (let index = 0; index < lengthBytes; index++) length = length * 256 + (der[at + 2 + index] ?? 0);
  const start = at + 2 + lengthBytes;
  if (start + length > der.length) return undefined;
  return { part: { tag, content: der.subarray(start, start + length) }, end: start + length };
}

/** RSAES-PKCS1-v1_5 (RFC 8017 §7.2.2); undefined when the padding is wrong. */
export function decryptPkcs1(key: RsaKey, ciphertext: Uint8Array): Uint8Array | undefined {
  const cipher = BigInt(`0x${toHex(ciphertext) || "0"}`);
  if (cipher >= key.modulus) return undefined;
  const hex = power(cipher, key.exponent, key.modulus)
    .toString(16)
    .padStart(key.bytes * 2, "0");
  const padded = fromHex(hex);
  if (padded === undefined || padded[0] !== 0 || padded[1] !== 2) return undefined;
  const end = padded.indexOf(0, 2);
  return end < 10 ? undefined : padded.subarray(end + 1);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
