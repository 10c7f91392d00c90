import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, fromHex, toHex, utf8Encode } from "#core/base";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { stringValue } from "../value.ts";
import { aString, define, textOf } from "./define.ts";
import { fromBase64, strictUtf8 } from "./encoding.ts";
import { decryptPkcs1, readRsaKey } from "./rsa.ts";

function hash(digest: (bytes: Uint8Array) => Uint8Array): HclFunction {
  return define([aString("str")], ([text], budget) => {
    budget.step(textOf(text).length >> 3);
    return stringValue(toHex(digest(utf8Encode(textOf(text)))));
  });
}

/** RFC 4122, appendix C. */
const namespaces: Readonly<Record<string, string>> = {
  dns: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
  url: "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
  oid: "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
  x500: "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
};

function uuidV5(namespace: string, name: string): string {
  const uuid = namespaces[namespace] ?? namespace;
  const prefix = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(uuid)
    ? fromHex(uuid.replaceAll("-", ""))
    : undefined;
  if (prefix === undefined)
    throw new FunctionFault(`namespace must be a UUID or one of ${Object.keys(namespaces).join(", ")}`, 0);
  const bytes = sha1(concatBytes([prefix, utf8Encode(name)])).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function rsaDecrypt(ciphertext: string, pem: string): string {
  const bytes = fromBase64(ciphertext);
  if (bytes === undefined) throw new FunctionFault("failed to decode input: ciphertext must be base64-encoded", 0);
  const key = readRsaKey(pem);
  if (key === undefined)
    throw new FunctionFault("failed to parse key: the key data does not contain any private key", 1);
  const plain = decryptPkcs1(key, bytes);
  const text = plain === undefined ? undefined : strictUtf8(plain);
  if (text === undefined) throw new FunctionFault("failed to decrypt: the key does not fit the ciphertext", 0);
  return text;
}

export const hashFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["md5", hash(md5)],
  ["sha1", hash(sha1)],
  ["sha256", hash(sha256)],
  ["sha512", hash(sha512)],
  [
    "uuidv5",
    define([aString("namespace"), aString("name")], ([namespace, name]) =>
      stringValue(uuidV5(textOf(namespace), textOf(name))),
    ),
  ],
  [
    "rsadecrypt",
    define([aString("ciphertext"), aString("privatekey")], ([ciphertext, key], budget) => {
      budget.step(100_000);
      return stringValue(rsaDecrypt(textOf(ciphertext), textOf(key)));
    }),
  ],
]);
