import {
  type CaRoots,
  type GatewayService,
  gatewayServicesQuestion,
  parseGatewayServices,
  type Watches,
} from "#integrations/consul";
import { terminatingResources } from "#integrations/envoy";
import type { Place, RoleObserver } from "../proxy/role.ts";
import { WatchSet } from "../proxy/watch-set.ts";
import { TerminatedWatches } from "./terminated-watches.ts";

export interface TerminatingOf {
  readonly service: string;
  readonly bindAddress: string;
}

/** Watches all that a terminating gateway follows from: its entry with wildcards resolved, and each of its services. */
export class TerminatingSource implements Disposable {
  readonly #of: TerminatingOf;
  readonly #place: Place;
  readonly #observer: RoleObserver;
  readonly #set: WatchSet;
  readonly #services = new Map<string, TerminatedWatches>();
  #roots: CaRoots | undefined;
  #rows: readonly GatewayService[] | undefined;

  constructor(watches: Watches, of: TerminatingOf, place: Place, observer: RoleObserver) {
    this.#of = of;
    this.#place = place;
    this.#observer = observer;
    this.#set = new WatchSet(watches, observer, () => this.#tell());
    this.#set.watchRoots((roots) => (this.#roots = roots));
    this.#set.watch("services", gatewayServicesQuestion(of.service), (text) => {
      this.#rows = text === undefined ? [] : parseGatewayServices(text);
      this.#follow(this.#rows);
    });
  }

  [Symbol.dispose](): void {
    this.#set[Symbol.dispose]();
  }

  #follow(rows: readonly GatewayService[]): void {
    const names = new Set(rows.map((row) => row.Service.Name));
    this.#set.keepOnly("service ", { has: (key) => names.has(key.split(" ")[1] ?? "") });
    for (const known of this.#services.keys()) if (!names.has(known)) this.#services.delete(known);
    for (const name of names)
      if (!this.#services.has(name)) this.#services.set(name, new TerminatedWatches(this.#set, name));
  }

  #tell(): void {
    const [roots, rows] = [this.#roots, this.#rows];
    if (!roots || !rows) return;
    const services = rows.map((row) => this.#services.get(row.Service.Name)?.service(row));
    const known = services.flatMap((service) => service ?? []);
    // One whose data has not come yet holds the others up no longer than its first answer takes.
    if (known.length < rows.length) return;
    const policies = [...this.#services.values()].flatMap((each) => each.defaultPolicy ?? []);
    const defaultAllow = policies[0] === undefined ? this.#place.defaultAllow : policies[0] !== "deny";
    this.#observer.changed(
      terminatingResources({
        datacenter: this.#place.datacenter,
        trustDomain: roots.TrustDomain,
        roots: roots.Roots.map((root) => root.RootCert),
        address: this.#of.bindAddress,
        port: this.#place.port,
        defaultAllow,
        services: known,
      }),
    );
  }
}
