import type { TransportSocketJson } from "#envoy/envoy/config/core/v3/base";
import type { SecretJson } from "#envoy/envoy/extensions/transport_sockets/tls/v3/secret";
import type { ProxySnapshot } from "../snapshot.ts";
import { leafSecret, overAds, ROOTS_SECRET, typed } from "./common.ts";

/**
 * Certificates are secrets of their own (SDS): a rotation changes one resource, and no listener or cluster is replaced.
 */
function commonContext(service: string, alpn: readonly string[]): object {
  return {
    tlsParams: { tlsMinimumProtocolVersion: "TLSv1_2" },
    tlsCertificateSdsSecretConfigs: [{ name: leafSecret(service), sdsConfig: overAds }],
    ...(alpn.length > 0 && { alpnProtocols: alpn }),
  };
}

/** Whoever comes must show a certificate of the mesh; what it may do is decided by the intentions. */
export function downstreamTls(service: string, alpn: readonly string[]): TransportSocketJson {
  return {
    name: "tls",
    typedConfig: typed("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
      commonTlsContext: {
        ...commonContext(service, alpn),
        validationContextSdsSecretConfig: { name: ROOTS_SECRET, sdsConfig: overAds },
      },
      requireClientCertificate: true,
    }),
  };
}

/** Who answers must be one of the identities that are expected: a certificate of the mesh alone is not enough. */
export function upstreamTls(
  service: string,
  { sni, uris, alpn }: { readonly sni: string; readonly uris: readonly string[]; readonly alpn: readonly string[] },
): TransportSocketJson {
  return {
    name: "tls",
    typedConfig: typed("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
      commonTlsContext: {
        ...commonContext(service, alpn),
        combinedValidationContext: {
          defaultValidationContext: {
            matchTypedSubjectAltNames: uris.map((uri) => ({ sanType: "URI", matcher: { exact: uri } })),
          },
          validationContextSdsSecretConfig: { name: ROOTS_SECRET, sdsConfig: overAds },
        },
      },
      sni,
    }),
  };
}

export function secretsOf({ service, leaf, roots }: Pick<ProxySnapshot, "service" | "leaf" | "roots">): SecretJson[] {
  return [
    {
      name: leafSecret(service),
      tlsCertificate: {
        certificateChain: { inlineString: leaf.certificatePem },
        privateKey: { inlineString: leaf.privateKeyPem.reveal("wire") },
      },
    },
    { name: ROOTS_SECRET, validationContext: { trustedCa: { inlineString: roots.map(withNewline).join("") } } },
  ];
}

function withNewline(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}
