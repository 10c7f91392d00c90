import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes } from "node:crypto";
import type { Cryptography } from "#core/template";

function generatePrivateKey(kind: string): string {
  if (kind === "rsa")
    return generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ type: "pkcs1", format: "pem" })
      .toString();
  if (kind === "ed25519")
    return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "sec1", format: "pem" })
    .toString();
}

/** Cryptography of the platform for tests; its certificates carry the right frame and nothing inside. */
export const testCryptography: Cryptography = {
  generatePrivateKey,
  selfSignedCertificate: (name, addresses) => ({
    certPem: `-----BEGIN CERTIFICATE-----\n${Buffer.from(name).toString("base64")}\n-----END CERTIFICATE-----\n`,
    keyPem: generatePrivateKey(addresses.length > 0 ? "rsa" : "ecdsa"),
  }),
  encryptAes: (key, plain) => {
    const vector = randomBytes(16);
    const cipher = createCipheriv("aes-256-cbc", key, vector);
    return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
  },
  decryptAes: (key, sealed) => {
    const decipher = createDecipheriv("aes-256-cbc", key, sealed.subarray(0, 16));
    return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]);
  },
};
