import type { BootstrapJson } from "#envoy/envoy/config/bootstrap/v3/bootstrap";
import { overAds, typed } from "./resources/common.ts";

const ADS_CLUSTER = "local_agent";
const ADMIN = "local_admin";
const TCP_PROXY = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
const HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** Envoy's own goes up to 30 s: so long a new owner would wait for the Envoy that it adopts. The socket is on this machine. */
const adsBackOff = { baseInterval: "0.2s", maxInterval: "2s" };

/** Where an Envoy listens to its owner, and where it listens for its configuration. */
export interface BootstrapOptions {
  readonly nodeId: string;
  readonly cluster: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The unix socket of the control plane. */
  readonly adsSocket: string;
  readonly admin: { readonly socket: string } | { readonly address: string; readonly port: number };
  /** Where else its admin interface is to be reached, for people and scrapers. */
  readonly adminBind?: { readonly address: string; readonly port: number } | undefined;
}

/** The file with which an Envoy starts: all but this comes over ADS. */
export function bootstrapOf(options: BootstrapOptions): BootstrapJson {
  const { nodeId, cluster, metadata, adsSocket, admin } = options;
  return {
    node: { id: nodeId, cluster, metadata },
    admin: {
      address:
        "socket" in admin
          ? { pipe: { path: admin.socket, mode: 0o600 } }
          : { socketAddress: { address: admin.address, portValue: admin.port } },
    },
    dynamicResources: {
      adsConfig: {
        apiType: "DELTA_GRPC",
        transportApiVersion: "V3",
        grpcServices: [{ envoyGrpc: { clusterName: ADS_CLUSTER, retryPolicy: { retryBackOff: adsBackOff } } }],
        // The node names over 500 extensions: once is enough.
        setNodeOnFirstMessageOnly: true,
      },
      cdsConfig: overAds,
      ldsConfig: overAds,
    },
    staticResources: {
      clusters: [adsCluster(adsSocket), ...adminClusters(options)],
      ...(options.adminBind && { listeners: [adminListener(options.adminBind)] }),
    },
    statsConfig: { statsTags: [...statsTags] },
    layeredRuntime: {
      layers: [{ name: "static_layer", staticLayer: { "re2.max_program_size.error_level": 1_048_576 } }],
    },
  };
}

type StaticResources = NonNullable<BootstrapJson["staticResources"]>;
type StaticCluster = NonNullable<StaticResources["clusters"]>[number];
type StaticListener = NonNullable<StaticResources["listeners"]>[number];

/** What connects there is passed on to the admin socket. */
function adminListener({ address, port }: NonNullable<BootstrapOptions["adminBind"]>): StaticListener {
  const typedConfig = typed(TCP_PROXY, { statPrefix: ADMIN, cluster: ADMIN });
  return {
    name: ADMIN,
    address: { socketAddress: { address, portValue: port } },
    filterChains: [{ filters: [{ name: "envoy.filters.network.tcp_proxy", typedConfig }] }],
  };
}

function adminClusters({ adminBind, admin }: BootstrapOptions): StaticCluster[] {
  if (!adminBind || !("socket" in admin)) return [];
  return [
    {
      name: ADMIN,
      type: "STATIC",
      connectTimeout: "1s",
      loadAssignment: {
        clusterName: ADMIN,
        endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: admin.socket } } } }] }],
      },
    },
  ];
}

function adsCluster(socket: string): StaticCluster {
  return {
    name: ADS_CLUSTER,
    type: "STATIC",
    connectTimeout: "1s",
    typedExtensionProtocolOptions: {
      [HTTP_OPTIONS]: typed(HTTP_OPTIONS, {
        explicitHttpConfig: { http2ProtocolOptions: { connectionKeepalive: { interval: "30s", timeout: "5s" } } },
      }),
    },
    loadAssignment: {
      clusterName: ADS_CLUSTER,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: socket } } } }] }],
    },
  };
}

/** The tags by which dashboards for Consul's mesh know the parts of a cluster's name. */
const statsTags = [
  tag(
    "consul.destination.service_subset",
    `^cluster\\.((?:([^.]+)\\.)[^.]+\\.[^.]+\\.[^.]+\\.internal\\.[^.]+\\.consul\\.)`,
  ),
  tag(
    "consul.destination.service",
    `^cluster\\.(?:[^.]+\\.)?(([^.]+)\\.default\\.[^.]+\\.internal\\.[^.]+\\.consul\\.)`,
  ),
  tag(
    "consul.destination.datacenter",
    `^cluster\\.(?:[^.]+\\.)?[^.]+\\.default\\.(([^.]+)\\.internal\\.[^.]+\\.consul\\.)`,
  ),
];

function tag(tagName: string, regex: string): { tagName: string; regex: string } {
  return { tagName, regex };
}
