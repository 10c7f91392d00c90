import type { HealthRow, Intention } from "#core/mesh";
import type { Certificate, Protocol, ProxySnapshot, Upstream } from "./snapshot.ts";

/** What every gateway has. */
interface GatewayCommon {
  readonly datacenter: string;
  readonly trustDomain: string;
  readonly address: string;
  readonly port: number;
}

/** Plain traffic from outside goes to services of the mesh. */
export interface IngressSnapshot extends Omit<GatewayCommon, "port"> {
  /** The gateway's own service: its identity. */
  readonly service: string;
  readonly roots: readonly string[];
  readonly leaf: Certificate;
  readonly listeners: readonly IngressListener[];
}

export interface IngressListener {
  readonly port: number;
  readonly protocol: Protocol;
  readonly services: readonly IngressService[];
}

export interface IngressService {
  /** Empty: the service's own domain, `NAME.ingress.*`. */
  readonly hosts: readonly string[];
  readonly upstream: Upstream;
}

/** Traffic of the mesh goes out to services that have no sidecar. */
export interface TerminatingSnapshot extends GatewayCommon {
  readonly roots: readonly string[];
  readonly services: readonly TerminatedService[];
  readonly defaultAllow: boolean;
}

export interface TerminatedService {
  readonly name: string;
  readonly protocol: Protocol;
  readonly leaf: Certificate;
  readonly intentions: readonly Intention[];
  /** By subset; "" is all of it. */
  readonly instances: ReadonlyMap<string, readonly HealthRow[]>;
  /** Files on the gateway's machine; undefined: plain. */
  readonly tls: OutsideTls | undefined;
}

export interface OutsideTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly sni: string;
}

/** Traffic between datacenters: passed on by its SNI, never decrypted. */
export interface MeshGatewaySnapshot extends GatewayCommon {
  /** Of this datacenter: instances by service and subset. */
  readonly services: readonly { readonly name: string; readonly subset: string; readonly rows: readonly HealthRow[] }[];
  /** Gateways of the others. */
  readonly remotes: ReadonlyMap<string, readonly HealthRow[]>;
}

/** What an ingress gateway is to its upstreams: a caller without a service behind it. */
export function callerOf({ service, datacenter, trustDomain, roots, leaf, address }: IngressSnapshot): ProxySnapshot {
  return {
    id: service,
    service,
    datacenter,
    trustDomain,
    roots,
    leaf,
    inbound: {
      address,
      port: 0,
      protocol: "tcp",
      localAddress: address,
      localPort: 0,
      intentions: [],
      defaultAllow: false,
      localConnectTimeoutMs: 0,
      localRequestTimeoutMs: undefined,
      maxConnections: undefined,
      exposedPaths: [],
    },
    upstreams: [],
  };
}
