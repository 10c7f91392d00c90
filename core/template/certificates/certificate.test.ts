import * as platform from "node:crypto";
import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Prng } from "#core/base";
import { type CertificateRequest, makeCertificate, type MadeCertificate } from "./certificate.ts";
import { cryptographyOf } from "./platform.ts";

const NOW_MS = Date.UTC(2026, 10, 21);
const tools = { nowMs: NOW_MS, random: new Prng(1), cryptography: cryptographyOf(platform) };

function made(request: CertificateRequest): MadeCertificate {
  const certificate = makeCertificate(request, tools);
  if (typeof certificate === "string") throw new Error(certificate);
  return certificate;
}

describe.each(["rsa", "ecdsa", "ed25519"] as const)("a certificate with a key of %s", (keyKind) => {
  const authority = made({ commonName: "CA", days: 10, isAuthority: true, keyKind });
  const request: CertificateRequest = {
    commonName: "a.test",
    addresses: ["127.0.0.1", "fe80::1"],
    dnsNames: ["b.test"],
    uris: ["spiffe://x/svc/web"],
    days: 1,
    keyKind,
    authority,
  };

  it("is read, and verified against its authority, by the platform's library", () => {
    const leaf = made(request);
    const [read, root] = [new X509Certificate(leaf.certPem), new X509Certificate(authority.certPem)];
    expect(read.subject).toBe("CN=a.test");
    expect(read.issuer).toBe("CN=CA");
    expect(read.subjectAltName).toBe(
      "DNS:b.test, IP Address:127.0.0.1, IP Address:FE80:0:0:0:0:0:0:1, URI:spiffe://x/svc/web",
    );
    expect(read.serialNumber.toLowerCase()).toBe(leaf.serial.replaceAll(":", ""));
    expect([read.ca, root.ca]).toEqual([false, true]);
    expect([read.verify(root.publicKey), read.checkIssued(root), root.verify(root.publicKey)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([read.validFrom, read.validTo]).toEqual(["Nov 21 00:00:00 2026 GMT", "Nov 22 00:00:00 2026 GMT"]);
    expect(read.checkPrivateKey(platform.createPrivateKey(leaf.keyPem))).toBe(true);
  });
});

describe("what no certificate can be made of", () => {
  const request: CertificateRequest = { commonName: "a", days: 1, keyKind: "ecdsa" };

  it("is an address that is none", () => {
    expect(makeCertificate({ ...request, addresses: ["localhost"] }, tools)).toBe('"localhost" is no IP address');
  });

  it("is an authority that cannot be read", () => {
    const broken = { certPem: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", keyPem: "x" };
    expect(makeCertificate({ ...request, authority: broken }, tools)).toBe(
      "the authority's certificate cannot be read",
    );
    const { certPem } = made(request);
    expect(makeCertificate({ ...request, authority: { certPem, keyPem: "x" } }, tools)).toBe(
      "the authority's key cannot be read",
    );
  });

  it("writes years from 2050 on in the long form", () => {
    const late = made({ ...request, days: 365 * 40 });
    expect(new X509Certificate(late.certPem).validTo).toContain("2066");
  });
});
