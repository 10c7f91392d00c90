import type { HealthRow } from "#core/mesh";
import {
  type CaRoots,
  catalogQuestion,
  connectQuestion,
  datacentersQuestion,
  entriesQuestion,
  instancesQuestion,
  parseHealth,
  type ServiceResolver,
  type Watches,
} from "#integrations/consul";
import { meshGatewayResources } from "#integrations/envoy";
import type { Place, RoleObserver } from "../proxy/role.ts";
import { WatchSet } from "../proxy/watch-set.ts";

export interface MeshOf {
  readonly service: string;
  readonly bindAddress: string;
}

/** A service, or a subset of one, that is reached through the gateway. */
interface Served {
  readonly name: string;
  readonly subset: string;
  readonly filter: string | undefined;
}

/** Watches all that a mesh gateway follows from: the services here, their subsets, and the gateways elsewhere. */
export class MeshSource implements Disposable {
  readonly #of: MeshOf;
  readonly #place: Place;
  readonly #observer: RoleObserver;
  readonly #set: WatchSet;
  readonly #rows = new Map<string, readonly HealthRow[]>();
  #roots: CaRoots | undefined;
  #datacenters: readonly string[] | undefined;
  #names: readonly string[] | undefined;
  #resolvers: readonly ServiceResolver[] | undefined;

  constructor(watches: Watches, of: MeshOf, place: Place, observer: RoleObserver) {
    this.#of = of;
    this.#place = place;
    this.#observer = observer;
    this.#set = new WatchSet(watches, observer, () => this.#tell());
    this.#set.watchRoots((roots) => (this.#roots = roots));
    this.#set.watch("datacenters", datacentersQuestion, (text) => {
      this.#datacenters = JSON.parse(text ?? "[]") as readonly string[];
      this.#watchRemotes();
    });
    this.#set.watch("catalog", catalogQuestion, (text) => {
      this.#names = Object.keys(JSON.parse(text ?? "{}") as object);
      this.#watchServices();
    });
    this.#set.watch("resolvers", entriesQuestion("service-resolver"), (text) => {
      this.#resolvers = (JSON.parse(text ?? "[]") ?? []) as readonly ServiceResolver[];
      this.#watchServices();
    });
  }

  [Symbol.dispose](): void {
    this.#set[Symbol.dispose]();
  }

  #remotes(): string[] {
    return (this.#datacenters ?? []).filter((each) => each !== this.#place.datacenter).toSorted();
  }

  #watchRemotes(): void {
    const wanted = new Map(this.#remotes().map((remote) => [`remote ${remote}`, remote]));
    this.#follow("remote ", wanted, (remote) => instancesQuestion(this.#of.service, remote));
  }

  /** Sidecars' own names stand in the catalogue too; nobody asks for them. */
  #served(): Map<string, Served> {
    const resolvers = new Map((this.#resolvers ?? []).map((each) => [each.Name, each]));
    const names = (this.#names ?? []).filter((name) => !name.endsWith("-sidecar-proxy") && name !== "consul");
    const served = names.flatMap((name): Served[] => {
      const subsets = Object.entries(resolvers.get(name)?.Subsets ?? {});
      return [
        { name, subset: "", filter: undefined },
        ...subsets.map(([subset, { Filter: filter }]) => ({ name, subset, filter })),
      ];
    });
    return new Map(served.map((each) => [`service ${each.subset} ${each.name} ${each.filter ?? ""}`, each]));
  }

  #watchServices(): void {
    if (!this.#names || !this.#resolvers) return;
    this.#follow("service ", this.#served(), ({ name, filter }) => connectQuestion(name, filter));
  }

  #follow<T>(
    prefix: string,
    wanted: ReadonlyMap<string, T>,
    question: (of: T) => ReturnType<typeof connectQuestion>,
  ): void {
    for (const gone of this.#set.keepOnly(prefix, wanted)) this.#rows.delete(gone);
    for (const [key, of] of wanted)
      this.#set.watch(key, question(of), (text) => this.#rows.set(key, text === undefined ? [] : parseHealth(text)));
  }

  /** A datacenter that does not answer holds nobody up: its gateways come when it does. */
  #tell(): void {
    const roots = this.#roots;
    if (!roots || !this.#datacenters || !this.#names || !this.#resolvers) return;
    const served = [...this.#served()];
    if (!served.every(([key]) => this.#rows.has(key))) return;
    const services = served.flatMap(([key, { name, subset }]) => {
      const rows = this.#rows.get(key) ?? [];
      // What has no sidecar is no service of the mesh.
      return rows.length === 0 && subset === "" ? [] : [{ name, subset, rows }];
    });
    this.#observer.changed(
      meshGatewayResources({
        datacenter: this.#place.datacenter,
        trustDomain: roots.TrustDomain,
        address: this.#of.bindAddress,
        port: this.#place.port,
        services,
        remotes: new Map(this.#remotes().map((remote) => [remote, this.#rows.get(`remote ${remote}`) ?? []])),
      }),
    );
  }
}
