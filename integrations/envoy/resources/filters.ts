import type { FilterJson as NetworkFilterJson } from "#envoy/envoy/config/listener/v3/listener_components";
import { typed } from "./common.ts";

const HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** Otherwise two Envoys share a port in silence, and each gets a part of the connections. */
export const exclusive = { enableReusePort: false } as const;

export function connectionManager(manager: object): NetworkFilterJson {
  return { name: "envoy.filters.network.http_connection_manager", typedConfig: typed(HCM, manager) };
}

export function tcpProxy(statPrefix: string, cluster: string): NetworkFilterJson {
  return {
    name: "envoy.filters.network.tcp_proxy",
    typedConfig: typed("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", { statPrefix, cluster }),
  };
}

export function networkRbac(rules: object): NetworkFilterJson {
  return {
    name: "envoy.filters.network.rbac",
    typedConfig: typed("envoy.extensions.filters.network.rbac.v3.RBAC", { rules, statPrefix: "connect_authz" }),
  };
}

/** The name that a client asks for in its TLS hello, before anything is decrypted. */
export const tlsInspector = {
  name: "envoy.filters.listener.tls_inspector",
  typedConfig: typed("envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"),
};

/** The cluster is the one that is called as the name. */
export const sniCluster = {
  name: "envoy.filters.network.sni_cluster",
  typedConfig: typed("envoy.extensions.filters.network.sni_cluster.v3.SniCluster"),
};

export function router(): object {
  return { name: "envoy.filters.http.router", typedConfig: typed("envoy.extensions.filters.http.router.v3.Router") };
}

export function grpcFilters(): object[] {
  return [
    {
      name: "envoy.filters.http.grpc_http1_bridge",
      typedConfig: typed("envoy.extensions.filters.http.grpc_http1_bridge.v3.Config"),
    },
    {
      name: "envoy.filters.http.grpc_stats",
      typedConfig: typed("envoy.extensions.filters.http.grpc_stats.v3.FilterConfig", { statsForAllMethods: true }),
    },
  ];
}
