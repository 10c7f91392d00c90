import { sha1 } from "@noble/hashes/legacy.js";
import { hmac } from "@noble/hashes/hmac.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import bcrypt from "bcryptjs";
import { toHex, utf8Encode } from "#core/base";
import { type CertificateRequest, makeCertificate, subjectOf } from "../certificates/certificate.ts";
import type { Certificate, Cryptography } from "../engine/host.ts";
import type { Session } from "../engine/session.ts";
import { base64OfBytes, decodeOr } from "../functions/encoding.ts";
import { intValue, refuse, text } from "../functions/define.ts";
import type { TemplateFunction } from "../language/function.ts";
import { bytesOfText, textOfBytes } from "../values/bytes.ts";
import { Struct, type StructType, type Value, plainText } from "../values/value.ts";
import { sprig, textsOf, toBig } from "./define.ts";
import { derivePassword } from "./derive-password.ts";

const f = sprig("cryptography");
const local = sprig("cryptography", "local");
const BCRYPT_COST = 10;
/** A bcrypt or scrypt hash takes about as long as this many steps. */
const SLOW_STEPS = 250_000;
/** A new key, of RSA in the mean. */
const KEY_STEPS = 100_000;

const certificateType: StructType = { name: "sprig.certificate", isPointer: false, fields: ["Cert", "Key"] };

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

function bcryptHash(password: string, session: Session): string {
  session.step(SLOW_STEPS);
  const salt = bcrypt.encodeBase64([...session.random.bytes(16)], 16);
  return bcrypt.hashSync(password, `$2a$${BCRYPT_COST}$${salt}`);
}

function platform({ host }: Session, name: string): Cryptography {
  return host.cryptography ?? refuse(`${name}: no cryptography is available here`);
}

function made(session: Session, name: string, request: Omit<CertificateRequest, "keyKind">): Struct {
  const { nowMs, random } = session.host;
  session.step(KEY_STEPS);
  const tools = { nowMs, random, cryptography: platform(session, name) };
  const certificate = makeCertificate({ ...request, keyKind: "rsa" }, tools);
  return typeof certificate === "string" ? refuse(`${name}: ${certificate}`) : certificateValue(certificate);
}

function certificateValue({ certPem, keyPem }: Certificate): Struct {
  return new Struct(certificateType, { Cert: certPem, Key: keyPem });
}

function authorityOf(value: Value): Certificate {
  if (!(value instanceof Struct) || value.type !== certificateType) return refuse("the authority must come from genCA");
  return { certPem: plainText(value.values["Cert"]), keyPem: plainText(value.values["Key"]) };
}

const names = (list: Value): readonly string[] => textsOf(list);

function decryptAes(password: string, sealed: string, session: Session): string {
  const bytes = decodeOr(sealed, "base64");
  if (typeof bytes === "string") return refuse(bytes);
  const plain = platform(session, "decryptAES").decryptAes(sha256(bytesOfText(password)), bytes);
  return plain === undefined ? refuse("the text does not fit the key") : textOfBytes(plain);
}

function privateKey(kind: string, session: Session): string {
  if (kind === "dsa") return refuse("genPrivateKey: DSA keys are out of use and are not made; use ecdsa or ed25519");
  if (kind !== "rsa" && kind !== "ecdsa" && kind !== "ed25519") return `Unknown type ${kind}`;
  session.step(KEY_STEPS);
  return platform(session, "genPrivateKey").generatePrivateKey(kind);
}

function derived(args: readonly Value[], session: Session): Value {
  const [counter, kind, password, user, site] = args;
  session.step(SLOW_STEPS * 2);
  return derivePassword(
    {
      counter: Number(BigInt.asUintN(32, toBig(counter))),
      kind: text(kind),
      password: text(password),
      user: text(user),
      site: text(site),
    },
    { scrypt, hmac: (key, message) => hmac(sha256, key, message) },
  );
}

export const sprigCrypto: readonly TemplateFunction[] = [
  f("sha1sum", "string", "string", "SHA-1 in hexadecimal", ([value]) => toHex(sha1(bytesOfText(text(value))))),
  f("sha256sum", "string", "string", "SHA-256 in hexadecimal", ([value]) => toHex(sha256(bytesOfText(text(value))))),
  f("sha512sum", "string", "string", "SHA-512 in hexadecimal", ([value]) => toHex(sha512(bytesOfText(text(value))))),
  f("adler32sum", "string", "string", "Adler-32 as a number", ([value]) => String(adler32(utf8Encode(text(value))))),
  local("bcrypt", "string", "string", "a bcrypt hash", ([password], session) => bcryptHash(text(password), session)),
  local("htpasswd", "string; string", "string", "a line of an htpasswd file", ([user, password], session) =>
    text(user).includes(":")
      ? `invalid username: ${text(user)}`
      : `${text(user)}:${bcryptHash(text(password), session)}`,
  ),
  f(
    "derivePassword",
    "any; string; string; string; string",
    "string",
    "a password by the Master Password algorithm",
    derived,
  ),
  local("genPrivateKey", "string", "string", "a private key: rsa, ecdsa or ed25519", ([kind], session) =>
    privateKey(text(kind), session),
  ),
  local("genCA", "string; int", "certificate", "a certificate authority for so many days", ([name, days], session) =>
    made(session, "genCA", { commonName: text(name), days: intValue(days), isAuthority: true }),
  ),
  local(
    "genCAWithKey",
    "string; int; string",
    "certificate",
    "genCA for a private key that is given",
    ([name, days, key], session) =>
      made(session, "genCAWithKey", {
        commonName: text(name),
        days: intValue(days),
        isAuthority: true,
        keyPem: text(key),
      }),
  ),
  local(
    "genSelfSignedCertWithKey",
    "string; any; any; int; string",
    "certificate",
    "genSelfSignedCert for a private key that is given",
    ([name, addresses, dns, days, key], session) =>
      made(session, "genSelfSignedCertWithKey", {
        commonName: text(name),
        addresses: names(addresses),
        dnsNames: names(dns),
        days: intValue(days),
        keyPem: text(key),
      }),
  ),
  local(
    "genSignedCertWithKey",
    "string; any; any; int; any; string",
    "certificate",
    "genSignedCert for a private key that is given",
    ([name, addresses, dns, days, ca, key], session) =>
      made(session, "genSignedCertWithKey", {
        commonName: text(name),
        addresses: names(addresses),
        dnsNames: names(dns),
        days: intValue(days),
        authority: authorityOf(ca),
        keyPem: text(key),
      }),
  ),
  local(
    "genSelfSignedCert",
    "string; any; any; int",
    "certificate",
    "a certificate that signs itself: name, addresses, names, days",
    ([name, addresses, dns, days], session) =>
      made(session, "genSelfSignedCert", {
        commonName: text(name),
        addresses: names(addresses),
        dnsNames: names(dns),
        days: intValue(days),
      }),
  ),
  local(
    "genSignedCert",
    "string; any; any; int; any",
    "certificate",
    "a certificate signed by an authority",
    ([name, addresses, dns, days, ca], session) =>
      made(session, "genSignedCert", {
        commonName: text(name),
        addresses: names(addresses),
        dnsNames: names(dns),
        days: intValue(days),
        authority: authorityOf(ca),
      }),
  ),
  local(
    "buildCustomCert",
    "string; string",
    "certificate",
    "an authority from base64 of certificate and key",
    ([cert, key], session) => {
      const [certBytes, keyBytes] = [decodeOr(text(cert), "base64"), decodeOr(text(key), "base64")];
      if (typeof certBytes === "string" || typeof keyBytes === "string")
        return refuse("unable to decode base64 certificate or key");
      const given = { certPem: textOfBytes(certBytes), keyPem: textOfBytes(keyBytes) };
      if (subjectOf(given.certPem) === undefined) return refuse("unable to decode certificate");
      if (platform(session, "buildCustomCert").publicKey(given.keyPem) === undefined)
        return refuse("unable to decode private key");
      return certificateValue(given);
    },
  ),
  local(
    "encryptAES",
    "string; string",
    "string",
    "encrypted with AES-256-CBC, as base64",
    ([password, plain], session) =>
      base64OfBytes(
        platform(session, "encryptAES").encryptAes(sha256(bytesOfText(text(password))), bytesOfText(text(plain))),
      ),
  ),
  local("decryptAES", "string; string", "string", "what encryptAES encrypted", ([password, sealed], session) =>
    decryptAes(text(password), text(sealed), session),
  ),
];
