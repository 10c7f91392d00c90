import { sha1 } from "@noble/hashes/legacy.js";
import { type Random, utf8Encode } from "#core/base";
import { type IpAddress, parseIp } from "#core/values";
import type { Certificate, Cryptography, Signature } from "../engine/host.ts";
import { formatTime } from "../format/time-layout.ts";
import { base64OfBytes, decodeOr } from "../functions/encoding.ts";
import { utcMoment } from "../functions/time-value.ts";
import {
  bitString,
  elements,
  encode,
  integer,
  nothing,
  objectId,
  octetString,
  sequence,
  Tag,
  tagged,
  text,
  truth,
} from "./der.ts";

/** What a certificate is to say. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly addresses?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly uris?: readonly string[];
  readonly days: number;
  readonly isAuthority?: boolean;
  readonly keyKind: Signature["algorithm"];
  /** The key to certify; a new one when absent. */
  readonly keyPem?: string;
  /** Who signs it; itself when absent. */
  readonly authority?: Certificate;
}

export interface CertificateTools {
  readonly nowMs: number;
  readonly random: Random;
  readonly cryptography: Cryptography;
}

const DAY_MS = 86_400_000;
const SERIAL_BYTES = 16;
/** The first moment of 2050, which needs the longer form of a time (RFC 5280, 4.1.2.5). */
const UTC_TIME_END_MS = 2_524_608_000_000;
const LINE = 64;

/** A certificate with its serial number, as `0a:1b:…`. */
export interface MadeCertificate extends Certificate {
  readonly serial: string;
}

/** Makes a key and an X.509 certificate (RFC 5280) for it; a text says what is wrong with the request. */
export function makeCertificate(request: CertificateRequest, tools: CertificateTools): MadeCertificate | string {
  const wrong = request.addresses?.find((address) => parseIp(address) === undefined);
  if (wrong !== undefined) return `${JSON.stringify(wrong)} is no IP address`;
  const keyPem = request.keyPem ?? tools.cryptography.generatePrivateKey(request.keyKind);
  const publicKey = tools.cryptography.publicKey(keyPem);
  if (publicKey === undefined) return "the private key cannot be read";
  const issuer = request.authority === undefined ? nameOf(request.commonName) : subjectOf(request.authority.certPem);
  if (issuer === undefined) return "the authority's certificate cannot be read";
  const signingKey = request.authority?.keyPem ?? keyPem;
  const algorithm = tools.cryptography.sign(signingKey, Uint8Array.of())?.algorithm;
  if (algorithm === undefined) return "the authority's key cannot be read";
  const serial = serialNumber(tools.random);
  const body = toBeSigned(request, { issuer, publicKey, algorithm, tools, signingKey, serial });
  const signature = tools.cryptography.sign(signingKey, body);
  if (signature === undefined) return "the authority's key cannot sign";
  const whole = sequence(body, algorithmOf(algorithm), bitString(signature.bytes));
  return { certPem: pem("CERTIFICATE", whole), keyPem, serial: Array.from(serial, hexByte).join(":") };
}

interface Parts {
  readonly issuer: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly algorithm: Signature["algorithm"];
  readonly signingKey: string;
  readonly serial: Uint8Array;
  readonly tools: CertificateTools;
}

/** Positive, and without leading zeros. */
function serialNumber(random: Random): Uint8Array {
  const serial = random.bytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function toBeSigned(request: CertificateRequest, parts: Parts): Uint8Array {
  const { nowMs } = parts.tools;
  return sequence(
    tagged(0, true, integer(Uint8Array.of(2))),
    integer(parts.serial),
    algorithmOf(parts.algorithm),
    parts.issuer,
    sequence(time(nowMs), time(nowMs + request.days * DAY_MS)),
    nameOf(request.commonName),
    parts.publicKey,
    tagged(3, true, sequence(...extensions(request, parts))),
  );
}

const signatureIds: Readonly<Record<Signature["algorithm"], string>> = {
  rsa: "1.2.840.113549.1.1.11",
  ecdsa: "1.2.840.10045.4.3.2",
  ed25519: "1.3.101.112",
};

function algorithmOf(algorithm: Signature["algorithm"]): Uint8Array {
  const id = objectId(signatureIds[algorithm]);
  return algorithm === "rsa" ? sequence(id, nothing) : sequence(id);
}

function nameOf(commonName: string): Uint8Array {
  return sequence(encode(Tag.set, sequence(objectId("2.5.4.3"), text(commonName))));
}

function time(timeMs: number): Uint8Array {
  const isShort = timeMs < UTC_TIME_END_MS;
  const shown = formatTime(utcMoment(timeMs), isShort ? "060102150405Z" : "20060102150405Z");
  return encode(isShort ? Tag.utcTime : Tag.generalizedTime, utf8Encode(shown));
}

function extension(id: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  return sequence(objectId(id), ...(isCritical ? [truth] : []), octetString(value));
}

const DIGITAL_SIGNATURE_AND_KEY_ENCIPHERMENT = 0xa0;
const SIGN_CERTIFICATES = 0x04;

function extensions(request: CertificateRequest, { publicKey, signingKey, tools }: Parts): readonly Uint8Array[] {
  const usage = DIGITAL_SIGNATURE_AND_KEY_ENCIPHERMENT | (request.isAuthority === true ? SIGN_CERTIFICATES : 0);
  const issuerKey = tools.cryptography.publicKey(signingKey) ?? publicKey;
  const made = [
    extension("2.5.29.15", true, bitString(Uint8Array.of(usage), request.isAuthority === true ? 2 : 5)),
    extension("2.5.29.37", false, sequence(objectId("1.3.6.1.5.5.7.3.1"), objectId("1.3.6.1.5.5.7.3.2"))),
    extension("2.5.29.19", true, sequence(...(request.isAuthority === true ? [truth] : []))),
    extension("2.5.29.14", false, octetString(keyId(publicKey))),
    extension("2.5.29.35", false, sequence(tagged(0, false, keyId(issuerKey)))),
  ];
  const names = alternativeNames(request);
  return names.length === 0 ? made : [...made, extension("2.5.29.17", false, sequence(...names))];
}

function alternativeNames({ dnsNames = [], addresses = [], uris = [] }: CertificateRequest): Uint8Array[] {
  return [
    ...dnsNames.map((name) => tagged(2, false, utf8Encode(name))),
    ...addresses.flatMap((address) => {
      const ip = parseIp(address);
      return ip === undefined ? [] : [tagged(7, false, addressBytes(ip))];
    }),
    ...uris.map((uri) => tagged(6, false, utf8Encode(uri))),
  ];
}

function addressBytes({ bits, value }: IpAddress): Uint8Array {
  return Uint8Array.from({ length: bits / 8 }, (_, index) => Number((value >> BigInt(bits - 8 - 8 * index)) & 255n));
}

/** SHA-1 of the key's bits, which stand last in its SubjectPublicKeyInfo. */
function keyId(publicKey: Uint8Array): Uint8Array {
  const bits = elements(elements(publicKey)?.[0]?.content ?? Uint8Array.of())?.at(-1)?.content;
  return sha1(bits?.subarray(1) ?? publicKey);
}

/** The subject of a certificate, as it is encoded there; undefined when it is no certificate. */
export function subjectOf(certificatePem: string): Uint8Array | undefined {
  const encoded = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/.exec(certificatePem)?.[1];
  const bytes = decodeOr((encoded ?? "").replace(/\s+/g, ""), "base64");
  if (typeof bytes === "string") return undefined;
  const body = elements(elements(bytes)?.[0]?.content ?? Uint8Array.of())?.[0];
  const fields = body === undefined ? undefined : elements(body.content);
  // The version is told by its tag and may be absent; then serial, algorithm, issuer, validity, subject.
  return fields?.[fields[0]?.tag === 0xa0 ? 5 : 4]?.whole;
}

function pem(label: string, bytes: Uint8Array): string {
  const encoded = base64OfBytes(bytes);
  const lines = Array.from({ length: Math.ceil(encoded.length / LINE) }, (_, at) =>
    encoded.slice(at * LINE, (at + 1) * LINE),
  );
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
