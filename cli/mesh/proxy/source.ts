import type { Failure } from "#core/base";
import type { ChainTarget, DiscoveryChain, HealthRow, Intention } from "#core/mesh";
import {
  type AgentService,
  type Answer,
  type CaRoots,
  chainQuestion,
  type ConfigEntry,
  entryQuestion,
  intentionsQuestion,
  type Leaf,
  leafQuestion,
  parseChain,
  parseHealth,
  parseIntentions,
  parseLeaf,
  parseRoots,
  type Question,
  rootsQuestion,
  serviceQuestion,
  targetQuestion,
  type Watches,
} from "#integrations/consul";
import type { UpstreamOption } from "./definition.ts";

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
  readonly chains: ReadonlyMap<string, DiscoveryChain>;
  /** By chain key and target id. */
  readonly instances: ReadonlyMap<string, readonly HealthRow[]>;
}

export interface SourceObserver {
  /** Everything that is needed is known, or has changed. */
  changed(facts: ProxyFacts): void;
  degraded(reason: Failure): void;
  recovered(): void;
}

export function chainKey({ service, datacenter }: UpstreamOption): string {
  return datacenter === undefined ? service : `${service}?dc=${datacenter}`;
}

/** Watches all that one sidecar's configuration follows from; tells when it is complete, and at each change. */
export class ProxySource implements Disposable {
  readonly #watches: Watches;
  readonly #service: string;
  readonly #upstreams: readonly UpstreamOption[];
  readonly #observer: SourceObserver;
  readonly #open = new Map<string, Disposable>();
  readonly #degraded = new Set<string>();
  readonly #chains = new Map<string, DiscoveryChain>();
  readonly #instances = new Map<string, readonly HealthRow[]>();
  #parent: AgentService | null | undefined;
  #roots: CaRoots | undefined;
  #leaf: Leaf | undefined;
  #intentions: readonly Intention[] | undefined;
  #defaultPolicy: string | undefined;
  #proxyDefaults: ConfigEntry | null | undefined;
  #serviceDefaults: ConfigEntry | null | undefined;
  #isTelling = false;
  #isDisposed = false;

  constructor(
    watches: Watches,
    of: { readonly serviceId: string; readonly service: string; readonly upstreams: readonly UpstreamOption[] },
    observer: SourceObserver,
  ) {
    this.#watches = watches;
    this.#service = of.service;
    this.#upstreams = of.upstreams;
    this.#observer = observer;
    this.#watch("parent", serviceQuestion(of.serviceId), (text) => {
      this.#parent = text === undefined ? null : (JSON.parse(text) as AgentService);
    });
    this.#watch("roots", rootsQuestion, (text) => (this.#roots = text === undefined ? undefined : parseRoots(text)));
    this.#watch("leaf", leafQuestion(of.service), (text) => {
      this.#leaf = text === undefined ? undefined : parseLeaf(text);
    });
    this.#watch("intentions", intentionsQuestion(of.service), (text, { defaultPolicy }) => {
      this.#intentions = text === undefined ? [] : parseIntentions(text, of.service);
      this.#defaultPolicy = defaultPolicy;
    });
    this.#watch("proxy-defaults", entryQuestion("proxy-defaults", "global"), (text) => {
      this.#proxyDefaults = entryOf(text);
    });
    this.#watch("service-defaults", entryQuestion("service-defaults", of.service), (text) => {
      this.#serviceDefaults = entryOf(text);
    });
    for (const upstream of of.upstreams) this.#watchChain(upstream);
  }

  get service(): string {
    return this.#service;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const watch of this.#open.values()) watch[Symbol.dispose]();
    this.#open.clear();
  }

  #watchChain(upstream: UpstreamOption): void {
    const key = chainKey(upstream);
    this.#watch(`chain ${key}`, chainQuestion(upstream.service, upstream.datacenter), (text) => {
      if (text === undefined) return;
      const chain = parseChain(text);
      this.#chains.set(key, chain);
      this.#watchTargets(key, chain);
    });
  }

  /** One watch for each target of a chain; those of targets that are no more end. */
  #watchTargets(key: string, chain: DiscoveryChain): void {
    const wanted = new Map(Object.values(chain.Targets).map((target) => [targetKey(key, target), target]));
    for (const [name, watch] of this.#open) {
      if (!name.startsWith(`target ${key} `) || wanted.has(name)) continue;
      watch[Symbol.dispose]();
      this.#open.delete(name);
      this.#instances.delete(name);
    }
    for (const [name, target] of wanted) {
      if (this.#open.has(name)) continue;
      this.#watch(name, targetQuestion(target), (text) => {
        this.#instances.set(name, text === undefined ? [] : parseHealth(text));
      });
    }
  }

  #watch(name: string, question: Question, take: (text: string | undefined, answer: Answer) => void): void {
    const watch = this.#watches.watch(question, {
      changed: (answer) => {
        if (this.#isDisposed) return;
        take(answer.text, answer);
        this.#tellSoon();
      },
      degraded: (reason) => {
        this.#degraded.add(name);
        if (this.#degraded.size === 1) this.#observer.degraded(reason);
      },
      recovered: () => {
        if (this.#degraded.delete(name) && this.#degraded.size === 0) this.#observer.recovered();
      },
    });
    this.#open.set(name, watch);
  }

  /** What came in one turn is told as one. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      const facts = this.#isDisposed ? undefined : this.#facts();
      if (facts) this.#observer.changed(facts);
    });
  }

  #facts(): ProxyFacts | undefined {
    if (this.#parent === undefined || this.#roots === undefined || this.#leaf === undefined) return undefined;
    if (this.#intentions === undefined || this.#proxyDefaults === undefined) return undefined;
    if (this.#serviceDefaults === undefined || !this.#isChainsComplete()) return undefined;
    return {
      parent: this.#parent,
      roots: this.#roots,
      leaf: this.#leaf,
      intentions: this.#intentions,
      defaultPolicy: this.#defaultPolicy,
      proxyDefaults: this.#proxyDefaults,
      serviceDefaults: this.#serviceDefaults,
      chains: new Map(this.#chains),
      instances: new Map(this.#instances),
    };
  }

  /** A new target's instances must be known before routes lead there, or it would answer 503 meanwhile. */
  #isChainsComplete(): boolean {
    return this.#upstreams.every((upstream) => {
      const key = chainKey(upstream);
      const chain = this.#chains.get(key);
      return chain && Object.values(chain.Targets).every((target) => this.#instances.has(targetKey(key, target)));
    });
  }
}

export function targetKey(chain: string, target: ChainTarget): string {
  return `target ${chain} ${target.ID}`;
}

function entryOf(text: string | undefined): ConfigEntry | null {
  return text === undefined ? null : (JSON.parse(text) as ConfigEntry);
}
