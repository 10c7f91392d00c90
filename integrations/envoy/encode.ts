import { createHash } from "node:crypto";
import {
  createRegistry,
  fromJson,
  type JsonValue,
  type Registry,
  toBinary,
  type DescMessage,
} from "@bufbuild/protobuf";
import { err, failureOf, ok, type Result } from "#core/base";
import { ClusterSchema } from "#envoy/envoy/config/cluster/v3/cluster";
import { ClusterLoadAssignmentSchema } from "#envoy/envoy/config/endpoint/v3/endpoint";
import { ListenerSchema } from "#envoy/envoy/config/listener/v3/listener";
import { RouteConfigurationSchema } from "#envoy/envoy/config/route/v3/route";
import { file_envoy_extensions_clusters_aggregate_v3_cluster } from "#envoy/envoy/extensions/clusters/aggregate/v3/cluster";
import { file_envoy_extensions_filters_http_grpc_http1_bridge_v3_config } from "#envoy/envoy/extensions/filters/http/grpc_http1_bridge/v3/config";
import { file_envoy_extensions_filters_http_grpc_stats_v3_config } from "#envoy/envoy/extensions/filters/http/grpc_stats/v3/config";
import { file_envoy_extensions_filters_http_rbac_v3_rbac } from "#envoy/envoy/extensions/filters/http/rbac/v3/rbac";
import { file_envoy_extensions_filters_http_router_v3_router } from "#envoy/envoy/extensions/filters/http/router/v3/router";
import { file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector } from "#envoy/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector";
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager } from "#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager";
import { file_envoy_extensions_filters_network_rbac_v3_rbac } from "#envoy/envoy/extensions/filters/network/rbac/v3/rbac";
import { file_envoy_extensions_filters_network_sni_cluster_v3_sni_cluster } from "#envoy/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster";
import { file_envoy_extensions_filters_network_tcp_proxy_v3_tcp_proxy } from "#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy";
import { SecretSchema } from "#envoy/envoy/extensions/transport_sockets/tls/v3/secret";
import { file_envoy_extensions_transport_sockets_tls_v3_tls } from "#envoy/envoy/extensions/transport_sockets/tls/v3/tls";
import { file_envoy_extensions_upstreams_http_v3_http_protocol_options } from "#envoy/envoy/extensions/upstreams/http/v3/http_protocol_options";
import type { Resource } from "./resources/build.ts";
import type { ResourceKind } from "./resources/common.ts";

/** A resource in bytes, made once for all streams that are to have it. */
export interface EncodedResource {
  readonly kind: ResourceKind;
  readonly name: string;
  /** Hash of the bytes: equal content is one version, whoever made it. */
  readonly version: string;
  readonly bytes: Uint8Array;
}

const schemas: Readonly<Record<ResourceKind, DescMessage>> = {
  cluster: ClusterSchema,
  endpoint: ClusterLoadAssignmentSchema,
  listener: ListenerSchema,
  route: RouteConfigurationSchema,
  secret: SecretSchema,
};

const VERSION_CHARACTERS = 16;
const KEPT_MAX = 20_000;

/** Turns resources into bytes; what was encoded before is not encoded again. */
export class Encoder {
  readonly #kept = new Map<string, EncodedResource>();
  readonly #registry = messagesInside();
  #encoded = 0;

  /** How many resources were encoded so far. */
  get encoded(): number {
    return this.#encoded;
  }

  /** `invalid` with the path of the field when a resource is none: a mistake of ours, never sent. */
  encode(resource: Resource): Result<EncodedResource> {
    const { kind, name, json } = resource;
    const key = `${kind} ${JSON.stringify(json)}`;
    const known = this.#kept.get(key);
    if (known) return ok(known);
    try {
      const message = fromJson(schemas[kind], json as JsonValue, { registry: this.#registry });
      const bytes = toBinary(schemas[kind], message);
      this.#encoded++;
      const version = createHash("sha256").update(bytes).digest("hex").slice(0, VERSION_CHARACTERS);
      const encoded = { kind, name, version, bytes };
      this.#keep(key, encoded);
      return ok(encoded);
    } catch (error) {
      return err("invalid", `${kind} ${JSON.stringify(name)}: ${failureOf(error).message}`);
    }
  }

  #keep(key: string, encoded: EncodedResource): void {
    this.#kept.set(key, encoded);
    if (this.#kept.size <= KEPT_MAX) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      if (this.#kept.size <= KEPT_MAX / 2) return;
    }
  }
}

/** Every message that may stand in a `typed_config`. */
export function messagesInside(): Registry {
  return createRegistry(
    file_envoy_extensions_clusters_aggregate_v3_cluster,
    file_envoy_extensions_filters_http_grpc_http1_bridge_v3_config,
    file_envoy_extensions_filters_http_grpc_stats_v3_config,
    file_envoy_extensions_filters_http_rbac_v3_rbac,
    file_envoy_extensions_filters_http_router_v3_router,
    file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector,
    file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager,
    file_envoy_extensions_filters_network_rbac_v3_rbac,
    file_envoy_extensions_filters_network_sni_cluster_v3_sni_cluster,
    file_envoy_extensions_filters_network_tcp_proxy_v3_tcp_proxy,
    file_envoy_extensions_transport_sockets_tls_v3_tls,
    file_envoy_extensions_upstreams_http_v3_http_protocol_options,
  );
}
