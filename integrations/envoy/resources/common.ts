import type { AnyJson } from "@bufbuild/protobuf/wkt";
import type { AddressJson } from "#envoy/envoy/config/core/v3/address";
import type { ConfigSourceJson } from "#envoy/envoy/config/core/v3/config_source";

/** The types of what goes over ADS. */
export const typeUrls = {
  cluster: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  endpoint: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  listener: "type.googleapis.com/envoy.config.listener.v3.Listener",
  route: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  secret: "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
} as const;

export type ResourceKind = keyof typeof typeUrls;

/** Over the stream that Envoy has open already. */
export const overAds: ConfigSourceJson = { ads: {}, resourceApiVersion: "V3" };

/** A message inside `typed_config`: the type decides, names are labels. */
export function typed(type: string, value: object = {}): AnyJson {
  return { "@type": `type.googleapis.com/${type}`, ...value } as unknown as AnyJson;
}

export function socketAddress(address: string, port: number): AddressJson {
  return { socketAddress: { address, portValue: port } };
}

/** Milliseconds as protobuf's JSON writes durations. */
export function seconds(durationMs: number): `${number}s` {
  return `${durationMs / 1000}s`;
}

export const LOCAL_APP = "local_app";
export const ROOTS_SECRET = "roots";

export function leafSecret(service: string): string {
  return `leaf:${service}`;
}
