import { concatBytes } from "#core/base";
import type { Cryptography, Signature } from "../engine/host.ts";

interface PlatformKey {
  readonly asymmetricKeyType?: string;
  export(options: { type: string; format: "pem" }): string | Uint8Array;
}

interface PlatformCipher {
  update(bytes: Uint8Array): Uint8Array;
  final(): Uint8Array;
}

/** The part of `node:crypto` that is used: whoever owns the platform hands that module in. */
export interface PlatformCryptography {
  generateKeyPairSync(type: "rsa", options: { modulusLength: number }): { readonly privateKey: PlatformKey };
  generateKeyPairSync(type: "ec", options: { namedCurve: string }): { readonly privateKey: PlatformKey };
  generateKeyPairSync(type: "ed25519"): { readonly privateKey: PlatformKey };
  createPrivateKey(pem: string): PlatformKey;
  createPublicKey(pem: string): { export(options: { type: "spki"; format: "der" }): Uint8Array };
  sign(algorithm: string | null, bytes: Uint8Array, pem: string): Uint8Array;
  createCipheriv(algorithm: string, key: Uint8Array, vector: Uint8Array): PlatformCipher;
  createDecipheriv(algorithm: string, key: Uint8Array, vector: Uint8Array): PlatformCipher;
  randomBytes(length: number): Uint8Array;
}

const RSA_BITS = 2048;
const AES = "aes-256-cbc";
const VECTOR_BYTES = 16;

/** Keys, signatures and AES by the platform's own library. */
export function cryptographyOf(platform: PlatformCryptography): Cryptography {
  return {
    generatePrivateKey: (kind) => generate(platform, kind),
    publicKey: (pem) => tried(() => platform.createPublicKey(pem).export({ type: "spki", format: "der" })),
    sign: (pem, bytes) => tried(() => sign(platform, pem, bytes)),
    encryptAes: (key, plain) => {
      const vector = platform.randomBytes(VECTOR_BYTES);
      const cipher = platform.createCipheriv(AES, key, vector);
      return concatBytes([vector, cipher.update(plain), cipher.final()]);
    },
    decryptAes: (key, sealed) =>
      tried(() => {
        const decipher = platform.createDecipheriv(AES, key, sealed.subarray(0, VECTOR_BYTES));
        return concatBytes([decipher.update(sealed.subarray(VECTOR_BYTES)), decipher.final()]);
      }),
  };
}

function generate(platform: PlatformCryptography, kind: "rsa" | "ecdsa" | "ed25519"): string {
  switch (kind) {
    case "rsa":
      return pemOf(platform.generateKeyPairSync("rsa", { modulusLength: RSA_BITS }).privateKey, "pkcs1");
    case "ecdsa":
      return pemOf(platform.generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, "sec1");
    default:
      return pemOf(platform.generateKeyPairSync("ed25519").privateKey, "pkcs8");
  }
}

function pemOf(key: PlatformKey, type: string): string {
  const text = key.export({ type, format: "pem" });
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}

function sign(platform: PlatformCryptography, pem: string, bytes: Uint8Array): Signature | undefined {
  const type = platform.createPrivateKey(pem).asymmetricKeyType;
  if (type === "ed25519") return { algorithm: type, bytes: platform.sign(null, bytes, pem) };
  const algorithm = type === "rsa" ? "rsa" : type === "ec" ? "ecdsa" : undefined;
  return algorithm === undefined ? undefined : { algorithm, bytes: platform.sign("sha256", bytes, pem) };
}

/** The library throws where a key cannot be read or a text does not fit its key. */
function tried<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
