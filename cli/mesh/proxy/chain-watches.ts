import type { ChainTarget, DiscoveryChain, HealthRow } from "#core/mesh";
import {
  chainQuestion,
  instancesQuestion,
  parseChain,
  parseHealth,
  prefixQuestion,
  targetQuestion,
} from "#integrations/consul";
import { gatewayDatacenter, type Mirror, throughGateways } from "#integrations/envoy";
import { MIRROR_ROOT, parseMirrors } from "./mirrors.ts";
import type { WatchSet } from "./watch-set.ts";

/** A service that is called, perhaps in another datacenter. */
export interface Called {
  readonly service: string;
  readonly datacenter: string | undefined;
  /** How another datacenter is reached, in place of what the chain says. */
  readonly meshGateway?: string;
}

export function chainKey({ service, datacenter }: Pick<Called, "service" | "datacenter">): string {
  return datacenter === undefined ? service : `${service}?dc=${datacenter}`;
}

/** The compiled chains of what a proxy calls, with the instances of their targets and the gateways on the way. */
export class ChainWatches {
  readonly #set: WatchSet;
  readonly #datacenter: string;
  readonly #gatewayService: string;
  readonly #chains = new Map<string, DiscoveryChain>();
  readonly #instances = new Map<string, readonly HealthRow[]>();
  readonly #gateways = new Map<string, readonly HealthRow[]>();
  #called: ReadonlyMap<string, Called> = new Map();
  #mirrors: ReadonlyMap<string, Mirror> = new Map();

  constructor(set: WatchSet, of: { readonly datacenter: string; readonly gatewayService: string }) {
    this.#set = set;
    this.#datacenter = of.datacenter;
    this.#gatewayService = of.gatewayService;
  }

  /** These are called from now on. */
  follow(called: readonly Called[]): void {
    this.#called = new Map(called.map((each) => [chainKey(each), each]));
    for (const [key, each] of this.#called)
      this.#set.watch(`chain ${key}`, chainQuestion(each.service, each.datacenter), (text) => {
        if (text === undefined) return;
        this.#chains.set(key, withGatewayMode(parseChain(text), this.#called.get(key)?.meshGateway));
        this.#watchTargets();
      });
    const wanted = new Set([...this.#called.keys()].map((key) => `chain ${key}`));
    for (const name of this.#set.keepOnly("chain ", wanted)) this.#chains.delete(name.slice("chain ".length));
    this.#watchTargets();
    if (called.length > 0) this.#watchMirrors();
  }

  /** A new target's instances must be known before routes lead there, or it would answer 503 meanwhile. */
  isComplete(): boolean {
    return [...this.#called.keys()].every((key) => {
      const chain = this.#chains.get(key);
      if (!chain) return false;
      return Object.values(chain.Targets).every((target) => {
        const datacenter = this.#gatewayOf(target);
        const isReached = datacenter === undefined || this.#gateways.has(datacenter);
        return isReached && this.#instances.has(targetKey(key, target));
      });
    });
  }

  chain(key: string): DiscoveryChain | undefined {
    return this.#chains.get(key);
  }

  /** What of the requests to a service of this datacenter is mirrored. */
  mirror(key: string): Mirror | undefined {
    return this.#mirrors.get(key);
  }

  /** Of each target of a chain, by the target's id. */
  instances(key: string): ReadonlyMap<string, readonly HealthRow[]> {
    const targets = Object.values(this.#chains.get(key)?.Targets ?? {});
    return new Map(targets.map((target) => [target.ID, this.#instances.get(targetKey(key, target)) ?? []]));
  }

  get gateways(): ReadonlyMap<string, readonly HealthRow[]> {
    return this.#gateways;
  }

  #gatewayOf(target: ChainTarget): string | undefined {
    return throughGateways(target, this.#datacenter) ? gatewayDatacenter(target, this.#datacenter) : undefined;
  }

  /** Nothing waits for it: who may not read it mirrors nothing. */
  #watchMirrors(): void {
    const take = (text: string | undefined): void => {
      this.#mirrors = text === undefined ? new Map() : parseMirrors(text);
    };
    this.#set.watch("mirrors", prefixQuestion(MIRROR_ROOT), take, { isOptional: true });
  }

  /** One watch for each target and each place of gateways; those of what is no more end. */
  #watchTargets(): void {
    const targets = new Map<string, ChainTarget>();
    for (const key of this.#called.keys())
      for (const target of Object.values(this.#chains.get(key)?.Targets ?? {}))
        targets.set(targetKey(key, target), target);
    for (const name of this.#set.keepOnly("target ", targets)) this.#instances.delete(name);
    for (const [name, target] of targets)
      this.#set.watch(name, targetQuestion(target), (text) => {
        this.#instances.set(name, text === undefined ? [] : parseHealth(text));
      });
    this.#watchGateways([...targets.values()].flatMap((target) => this.#gatewayOf(target) ?? []));
  }

  #watchGateways(datacenters: readonly string[]): void {
    const wanted = new Map(datacenters.map((datacenter) => [`gateways ${datacenter}`, datacenter]));
    for (const name of this.#set.keepOnly("gateways ", wanted)) this.#gateways.delete(name.slice("gateways ".length));
    for (const [name, datacenter] of wanted)
      this.#set.watch(name, instancesQuestion(this.#gatewayService, datacenter), (text) => {
        this.#gateways.set(datacenter, text === undefined ? [] : parseHealth(text));
      });
  }
}

function targetKey(chain: string, target: ChainTarget): string {
  return `target ${chain} ${target.ID}`;
}

/** As if the chain had been compiled with `OverrideMeshGateway`. */
function withGatewayMode(chain: DiscoveryChain, mode: string | undefined): DiscoveryChain {
  if (mode === undefined) return chain;
  const targets = Object.entries(chain.Targets).map(([id, target]) => [id, { ...target, MeshGateway: { Mode: mode } }]);
  return { ...chain, Targets: Object.fromEntries(targets) as DiscoveryChain["Targets"] };
}
