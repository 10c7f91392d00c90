import type { AgentService, ServiceRegistration, Sight, Watches } from "#integrations/consul";
import { resourcesOf } from "#integrations/envoy";
import type { SidecarOptions } from "./definition.ts";
import { registrationOf, sidecarId } from "./registration.ts";
import type { NamedPort } from "./ports.ts";
import type { Place, ProxyRole, RoleObserver } from "./role.ts";
import { snapshotOf } from "./snapshot.ts";
import { type ProxyFacts, ProxySource } from "./source.ts";

/** A proxy beside a registered service. */
export class SidecarRole implements ProxyRole {
  readonly kind = "connect-proxy";
  readonly hasPort = true;
  readonly #options: SidecarOptions;
  #parent: AgentService;

  constructor(options: SidecarOptions, parent: AgentService) {
    this.#options = options;
    this.#parent = parent;
  }

  get proxyId(): string {
    return sidecarId(this.#options);
  }

  get service(): string {
    return this.#parent.Service;
  }

  get serviceId(): string {
    return this.#options.sidecarFor;
  }

  get name(): string {
    return `${this.#parent.Service}-sidecar-proxy`;
  }

  get sight(): Sight {
    return this.#options.upstreams.length > 0 ? "nodes" : "nothing";
  }

  get namedPorts(): NamedPort[] {
    const { upstreams, exposedPaths, bindAddress } = this.#options;
    return [
      ...upstreams.map((each) => ({ address: each.bindAddress, port: each.bindPort, field: "-upstream" })),
      ...exposedPaths.map((each) => ({ address: bindAddress, port: each.listenerPort, field: "-proxy Expose" })),
    ];
  }

  get bindAddress(): string {
    return this.#options.bindAddress;
  }

  get bindPort(): number | undefined {
    return this.#options.bindPort;
  }

  registration(port: number, isReady: boolean): ServiceRegistration {
    return registrationOf(this.#options, this.#parent, port, isReady);
  }

  begin(watches: Watches, place: Place, observer: RoleObserver): Disposable {
    const { sidecarFor: serviceId, upstreams, gatewayService } = this.#options;
    const { datacenter } = place;
    const of = { serviceId, service: this.#parent.Service, upstreams, datacenter, gatewayService };
    return new ProxySource(watches, of, {
      changed: (facts) => this.#take(facts, place, observer),
      degraded: (reason) => observer.degraded(reason),
      recovered: () => observer.recovered(),
    });
  }

  #take(facts: ProxyFacts, place: Place, observer: RoleObserver): void {
    if (facts.parent === null) return observer.gone();
    this.#parent = facts.parent;
    const snapshot = snapshotOf(this.#options, facts, place);
    if (snapshot) observer.changed(resourcesOf(snapshot));
  }
}
