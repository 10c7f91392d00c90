import {
  type CaRoots,
  type GatewayService,
  gatewayServicesQuestion,
  type Leaf,
  leafQuestion,
  parseGatewayServices,
  parseLeaf,
  type Watches,
} from "#integrations/consul";
import { type IngressListener, ingressResources, type IngressService, type Protocol } from "#integrations/envoy";
import { ChainWatches } from "../proxy/chain-watches.ts";
import type { Place, RoleObserver } from "../proxy/role.ts";
import { upstreamSettings } from "../proxy/settings.ts";
import { WatchSet } from "../proxy/watch-set.ts";

export interface IngressOf {
  readonly service: string;
  readonly bindAddress: string;
  readonly gatewayService: string;
}

/** Watches all that an ingress gateway follows from: its entry with wildcards resolved, and the chains of its services. */
export class IngressSource implements Disposable {
  readonly #of: IngressOf;
  readonly #place: Place;
  readonly #observer: RoleObserver;
  readonly #set: WatchSet;
  readonly #chains: ChainWatches;
  #roots: CaRoots | undefined;
  #leaf: Leaf | undefined;
  #rows: readonly GatewayService[] | undefined;

  constructor(watches: Watches, of: IngressOf, place: Place, observer: RoleObserver) {
    this.#of = of;
    this.#place = place;
    this.#observer = observer;
    this.#set = new WatchSet(watches, observer, () => this.#tell());
    this.#chains = new ChainWatches(this.#set, { datacenter: place.datacenter, gatewayService: of.gatewayService });
    this.#set.watchRoots((roots) => (this.#roots = roots));
    this.#set.watch("leaf", leafQuestion(of.service), (text) => {
      this.#leaf = text === undefined ? undefined : parseLeaf(text);
    });
    this.#set.watch("services", gatewayServicesQuestion(of.service), (text) => {
      this.#rows = text === undefined ? [] : parseGatewayServices(text);
      this.#chains.follow(this.#rows.map((row) => ({ service: row.Service.Name, datacenter: undefined })));
    });
  }

  [Symbol.dispose](): void {
    this.#set[Symbol.dispose]();
  }

  #tell(): void {
    const [roots, leaf, rows] = [this.#roots, this.#leaf, this.#rows];
    if (!roots || !leaf || !rows || !this.#chains.isComplete()) return;
    this.#observer.changed(
      ingressResources({
        service: this.#of.service,
        datacenter: this.#place.datacenter,
        trustDomain: roots.TrustDomain,
        roots: roots.Roots.map((root) => root.RootCert),
        leaf,
        address: this.#of.bindAddress,
        listeners: this.#listeners(rows),
      }),
    );
  }

  #listeners(rows: readonly GatewayService[]): IngressListener[] {
    const ports = [...new Set(rows.map((row) => row.Port ?? 0))].toSorted((left, right) => left - right);
    return ports.map((port) => {
      const own = rows.filter((row) => row.Port === port);
      const protocol = (own[0]?.Protocol ?? "tcp") as Protocol;
      return { port, protocol, services: own.flatMap((row) => this.#service(row, port)) };
    });
  }

  #service({ Service: { Name: service }, Hosts: hosts }: GatewayService, bindPort: number): IngressService[] {
    const chain = this.#chains.chain(service);
    if (!chain) return [];
    const bindAddress = this.#of.bindAddress;
    const upstream = {
      id: service,
      bindAddress,
      bindPort,
      chain,
      instances: this.#chains.instances(service),
      gateways: this.#chains.gateways,
      ...upstreamSettings(null, { service, datacenter: undefined, bindAddress, bindPort }),
      mirror: this.#chains.mirror(service),
    };
    return [{ hosts: hosts ?? [], upstream }];
  }
}
