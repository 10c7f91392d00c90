import type { Intention } from "#core/mesh";
import {
  type AgentService,
  type CaRoots,
  type ConfigEntry,
  entryQuestion,
  intentionsQuestion,
  type Leaf,
  leafQuestion,
  needsPermissions,
  parseIntentions,
  parseLeaf,
  serviceQuestion,
  type Watches,
  withPermissions,
} from "#integrations/consul";
import { type Called, ChainWatches } from "./chain-watches.ts";
import type { RoleObserver } from "./role.ts";
import { WatchSet } from "./watch-set.ts";

/** What a sidecar is made from, as far as it has come. */
export interface ProxyFacts {
  /** Null: the service is not registered (any more). */
  readonly parent: AgentService | null;
  readonly roots: CaRoots;
  readonly leaf: Leaf;
  readonly intentions: readonly Intention[];
  /** Undefined where the server does not say: then allowed unless ACLs deny. */
  readonly defaultPolicy: string | undefined;
  readonly proxyDefaults: ConfigEntry | null;
  readonly serviceDefaults: ConfigEntry | null;
  readonly chains: ChainWatches;
}

export interface SourceObserver extends Pick<RoleObserver, "degraded" | "recovered"> {
  /** Everything that is needed is known, or has changed. */
  changed(facts: ProxyFacts): void;
}

export interface SourceOf {
  readonly serviceId: string;
  readonly service: string;
  readonly upstreams: readonly Called[];
  readonly datacenter: string;
  /** The name of the mesh gateways in the catalogues of all datacenters. */
  readonly gatewayService: string;
}

/** Watches all that one sidecar's configuration follows from; tells when it is complete, and at each change. */
export class ProxySource implements Disposable {
  readonly #service: string;
  readonly #set: WatchSet;
  readonly #chains: ChainWatches;
  #parent: AgentService | null | undefined;
  #roots: CaRoots | undefined;
  #leaf: Leaf | undefined;
  #intentions: readonly Intention[] | undefined;
  #defaultPolicy: string | undefined;
  /** Undefined while it is asked for. */
  #permissions: ConfigEntry | null | undefined = null;
  #proxyDefaults: ConfigEntry | null | undefined;
  #serviceDefaults: ConfigEntry | null | undefined;

  constructor(watches: Watches, of: SourceOf, observer: SourceObserver) {
    this.#service = of.service;
    this.#set = new WatchSet(watches, observer, () => {
      const facts = this.#facts();
      if (facts) observer.changed(facts);
    });
    this.#chains = new ChainWatches(this.#set, of);
    this.#watchOwn(of);
    this.#chains.follow(of.upstreams);
  }

  [Symbol.dispose](): void {
    this.#set[Symbol.dispose]();
  }

  #watchOwn({ serviceId, service }: SourceOf): void {
    this.#set.watch("parent", serviceQuestion(serviceId), (text) => {
      this.#parent = text === undefined ? null : (JSON.parse(text) as AgentService);
    });
    this.#set.watchRoots((roots) => (this.#roots = roots));
    this.#set.watch("leaf", leafQuestion(service), (text) => {
      this.#leaf = text === undefined ? undefined : parseLeaf(text);
    });
    this.#set.watch("intentions", intentionsQuestion(service), (text, { defaultPolicy }) => {
      this.#intentions = text === undefined ? [] : parseIntentions(text, service);
      this.#defaultPolicy = defaultPolicy;
      if (needsPermissions(this.#intentions)) this.#watchPermissions();
    });
    this.#set.watch("proxy-defaults", entryQuestion("proxy-defaults", "global"), (text) => {
      this.#proxyDefaults = entryOf(text);
    });
    this.#set.watch("service-defaults", entryQuestion("service-defaults", service), (text) => {
      this.#serviceDefaults = entryOf(text);
    });
  }

  #watchPermissions(): void {
    if (this.#set.has("permissions")) return;
    this.#permissions = undefined;
    this.#set.watch("permissions", entryQuestion("service-intentions", this.#service), (text) => {
      this.#permissions = entryOf(text);
    });
  }

  #facts(): ProxyFacts | undefined {
    if (this.#parent === undefined || this.#roots === undefined || this.#leaf === undefined) return undefined;
    if (this.#intentions === undefined || this.#permissions === undefined) return undefined;
    if (this.#proxyDefaults === undefined) return undefined;
    if (this.#serviceDefaults === undefined || !this.#chains.isComplete()) return undefined;
    return {
      parent: this.#parent,
      roots: this.#roots,
      leaf: this.#leaf,
      intentions: withPermissions(this.#intentions, this.#permissions),
      defaultPolicy: this.#defaultPolicy,
      proxyDefaults: this.#proxyDefaults,
      serviceDefaults: this.#serviceDefaults,
      chains: this.#chains,
    };
  }
}

function entryOf(text: string | undefined): ConfigEntry | null {
  return text === undefined ? null : (JSON.parse(text) as ConfigEntry);
}
