import type { BootstrapJson } from "#envoy/envoy/config/bootstrap/v3/bootstrap";
import { overAds, typed } from "./resources/common.ts";

const ADS_CLUSTER = "local_agent";
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
}

/** The file with which an Envoy starts: all but this comes over ADS. */
export function bootstrapOf({ nodeId, cluster, metadata, adsSocket, admin }: BootstrapOptions): BootstrapJson {
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
    staticResources: { clusters: [adsCluster(adsSocket)] },
    statsConfig: { statsTags: [...statsTags] },
    layeredRuntime: {
      layers: [{ name: "static_layer", staticLayer: { "re2.max_program_size.error_level": 1_048_576 } }],
    },
  };
}

function adsCluster(socket: string): NonNullable<NonNullable<BootstrapJson["staticResources"]>["clusters"]>[number] {
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
