/** Services, checks, Consul Connect. */
import {
  CheckRestart,
  ConsulConnect,
  ConsulExposeConfig,
  ConsulExposePath,
  ConsulGateway,
  ConsulGatewayBindAddress,
  ConsulGatewayProxy,
  ConsulGatewayTLSConfig,
  ConsulGatewayTLSSDSConfig,
  ConsulHTTPHeaderModifiers,
  ConsulIngressConfigEntry,
  ConsulIngressListener,
  ConsulIngressService,
  ConsulLinkedService,
  ConsulMeshConfigEntry,
  ConsulMeshGateway,
  ConsulProxy,
  ConsulSidecarService,
  ConsulTerminatingConfigEntry,
  ConsulTransparentProxy,
  ConsulUpstream,
  LogConfig,
  Service,
  ServiceCheck,
  ServiceWeights,
  SidecarTask,
  WorkloadIdentity,
} from "#core/model";
import { block, free, list, map, one, textLists, texts } from "./block.ts";
import { resources, volumeMount } from "./schema-network.ts";

export const identity = block(
  WorkloadIdentity,
  "name aud=audience change_mode change_signal env file filepath service_name ttl extra_claims",
);

export const logs = block(LogConfig, "max_files max_file_size=maxFileSizeMb enabled disabled");

const checkRestart = block(CheckRestart, "limit grace ignore_warnings");

const check = block(
  ServiceCheck,
  `name type command args path protocol port=portLabel expose address_mode advertise interval timeout initial_status
   notes tls_server_name tls_skip_verify method body grpc_service grpc_use_tls task=taskName success_before_passing
   failures_before_critical failures_before_warning on_update`,
  { blocks: { header: textLists("header"), check_restart: checkRestart } },
);

const meshGateway = block(ConsulMeshGateway, "mode");

const upstreams = block(
  ConsulUpstream,
  `destination_name destination_namespace destination_partition destination_peer destination_type local_bind_port
   datacenter local_bind_address local_bind_socket_path local_bind_socket_mode`,
  { blocks: { mesh_gateway: meshGateway, config: free("config") } },
);

const exposePath = block(ConsulExposePath, "path protocol local_path_port listener_port");

const transparentProxy = block(
  ConsulTransparentProxy,
  `uid outbound_port exclude_inbound_ports exclude_outbound_ports exclude_outbound_cidrs exclude_uids no_dns`,
  { ranges: { outbound_port: [0, 65535] } },
);

const proxy = block(ConsulProxy, "local_service_address local_service_port", {
  blocks: {
    upstreams: list("upstreams", upstreams),
    expose: block(ConsulExposeConfig, "", { blocks: { path: list("paths", exposePath) } }),
    transparent_proxy: transparentProxy,
    config: free("config"),
  },
});

const sidecarService = block(ConsulSidecarService, "tags port disable_default_tcp_check", {
  blocks: { proxy, meta: texts("meta") },
});

const sidecarTask = block(SidecarTask, "name driver user kill_timeout kill_signal shutdown_delay", {
  blocks: {
    config: free("config"),
    env: texts("env"),
    meta: texts("meta"),
    resources,
    logs: one("logConfig", logs),
    volume_mount: list("volumeMounts", volumeMount),
    identity: list("identities", identity),
  },
});

const sds = block(ConsulGatewayTLSSDSConfig, "cluster_name cert_resource");
const tls = block(ConsulGatewayTLSConfig, "enabled tls_min_version tls_max_version cipher_suites", { blocks: { sds } });
const headers = block(ConsulHTTPHeaderModifiers, "remove", { blocks: { add: texts("add"), set: texts("set") } });

const ingressService = block(
  ConsulIngressService,
  "name hosts max_connections max_pending_requests max_concurrent_requests",
  { blocks: { tls, request_headers: headers, response_headers: headers } },
);

const listener = block(ConsulIngressListener, "port protocol", {
  blocks: { service: list("services", ingressService) },
});
const ingress = block(ConsulIngressConfigEntry, "", { blocks: { tls, listener: list("listeners", listener) } });
const linked = block(ConsulLinkedService, "name ca_file cert_file key_file sni");
const terminating = block(ConsulTerminatingConfigEntry, "", { blocks: { service: list("services", linked) } });
const bindAddress = block(ConsulGatewayBindAddress, "address port", { label: "name" });

const gatewayProxy = block(
  ConsulGatewayProxy,
  `connect_timeout envoy_gateway_bind_tagged_addresses envoy_gateway_no_default_bind
   envoy_dns_discovery_type`,
  { blocks: { envoy_gateway_bind_addresses: map("envoyGatewayBindAddresses", bindAddress), config: free("config") } },
);

const gateway = block(ConsulGateway, "", {
  blocks: { proxy: gatewayProxy, ingress, terminating, mesh: block(ConsulMeshConfigEntry, "") },
});

const connect = block(ConsulConnect, "native", {
  blocks: { sidecar_service: sidecarService, sidecar_task: sidecarTask, gateway },
});

export const service = block(
  Service,
  `name provider cluster kind port=portLabel address address_mode task=taskName on_update enable_tag_override tags
   canary_tags`,
  {
    blocks: {
      meta: texts("meta"),
      canary_meta: texts("canaryMeta"),
      tagged_addresses: texts("taggedAddresses"),
      weights: block(ServiceWeights, "passing warning"),
      identity,
      check: list("checks", check),
      check_restart: checkRestart,
      connect,
    },
  },
);
