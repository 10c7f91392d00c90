import { concatBytes, utf8Encode } from "#core/base";
import { refuse } from "../functions/define.ts";

/** The Master Password algorithm, version 3 (masterpassword.app, "masterpassword-algorithm.pdf"). */
const SCOPE = "com.lyndir.masterpassword";

const templates: Readonly<Record<string, readonly string[]>> = {
  maximum: ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
  long: [
    "CvcvnoCvcvCvcv",
    "CvcvCvcvnoCvcv",
    "CvcvCvcvCvcvno",
    "CvccnoCvcvCvcv",
    "CvccCvcvnoCvcv",
    "CvccCvcvCvcvno",
    "CvcvnoCvccCvcv",
    "CvcvCvccnoCvcv",
    "CvcvCvccCvcvno",
    "CvcvnoCvcvCvcc",
    "CvcvCvcvnoCvcc",
    "CvcvCvcvCvccno",
    "CvccnoCvccCvcv",
    "CvccCvccnoCvcv",
    "CvccCvccCvcvno",
    "CvcvnoCvccCvcc",
    "CvcvCvccnoCvcc",
    "CvcvCvccCvccno",
    "CvccnoCvcvCvcc",
    "CvccCvcvnoCvcc",
    "CvccCvcvCvccno",
  ],
  medium: ["CvcnoCvc", "CvcCvcno"],
  short: ["Cvcn"],
  basic: ["aaanaaan", "aannaaan", "aaannaaa"],
  pin: ["nnnn"],
};

const CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ";
const SMALL_CONSONANTS = "bcdfghjklmnpqrstvwxyz";
const characters: Readonly<Record<string, string>> = {
  V: "AEIOU",
  C: CONSONANTS,
  v: "aeiou",
  c: SMALL_CONSONANTS,
  A: `AEIOU${CONSONANTS}`,
  a: `AEIOUaeiou${CONSONANTS}${SMALL_CONSONANTS}`,
  n: "0123456789",
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `AEIOUaeiou${CONSONANTS}${SMALL_CONSONANTS}0123456789!@#$%^&*()`,
};

export interface PasswordRequest {
  readonly counter: number;
  readonly kind: string;
  readonly password: string;
  readonly user: string;
  readonly site: string;
}

export interface PasswordHashes {
  readonly scrypt: (
    password: Uint8Array,
    salt: Uint8Array,
    cost: { readonly N: number; readonly r: number; readonly p: number; readonly dkLen: number },
  ) => Uint8Array;
  readonly hmac: (key: Uint8Array, message: Uint8Array) => Uint8Array;
}

function sized(value: string): Uint8Array {
  const bytes = utf8Encode(value);
  return concatBytes([bigEndian(bytes.length), bytes]);
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
}

export function derivePassword(request: PasswordRequest, hashes: PasswordHashes): string {
  const choices = templates[request.kind];
  if (choices === undefined) return refuse(`cannot find password template ${request.kind}`);
  const salt = concatBytes([utf8Encode(SCOPE), sized(request.user)]);
  const key = hashes.scrypt(utf8Encode(request.password), salt, { N: 32_768, r: 8, p: 2, dkLen: 64 });
  const message = concatBytes([utf8Encode(SCOPE), sized(request.site), bigEndian(request.counter)]);
  const seed = hashes.hmac(key, message);
  const template = choices[(seed[0] as number) % choices.length] as string;
  return Array.from(template)
    .map((kind, index) => {
      const set = characters[kind] as string;
      return set.charAt((seed[index + 1] as number) % set.length);
    })
    .join("");
}
