import type { Failure } from "#core/base";
import type { ServiceRegistration, Sight, Watches } from "#integrations/consul";
import type { Resource } from "#integrations/envoy";
import type { NamedPort } from "./ports.ts";

/** Where a proxy is. */
export interface Place {
  /** 0 where the proxy has no port of its own. */
  readonly port: number;
  readonly datacenter: string;
  /** Of the servers that do not say it with each answer. */
  readonly defaultAllow: boolean;
}

export interface RoleObserver {
  /** What the Envoy is to have from now on; everything that is needed is known. */
  changed(resources: readonly Resource[]): void;
  /** What the proxy stands for is no more. */
  gone(): void;
  degraded(reason: Failure): void;
  recovered(): void;
}

/** What a sidecar and the kinds of gateways differ in; all else is the same for every proxy. */
export interface ProxyRole {
  readonly proxyId: string;
  readonly kind: "connect-proxy" | "ingress-gateway" | "terminating-gateway" | "mesh-gateway";
  /** The service that it stands for, as `mesh status` shows it. */
  readonly service: string;
  /** Of the instance beside which it stands; its own id for a gateway. */
  readonly serviceId: string;
  /** Its own name in the catalogue. */
  readonly name: string;
  readonly bindAddress: string;
  readonly bindPort: number | undefined;
  /** What of the catalogue its configuration follows from. */
  readonly sight: Sight;
  /** Ports beside its own that it was told to listen on. */
  readonly namedPorts: readonly NamedPort[];
  /** False: its listeners have ports of their own. */
  readonly hasPort: boolean;
  registration(port: number, isReady: boolean): ServiceRegistration;
  begin(watches: Watches, place: Place, observer: RoleObserver): Disposable;
}
