import type { HealthRow, Intention } from "#core/mesh";
import {
  type ConfigEntry,
  entryQuestion,
  type GatewayService,
  instancesQuestion,
  intentionsQuestion,
  type Leaf,
  leafQuestion,
  needsPermissions,
  parseHealth,
  parseIntentions,
  parseLeaf,
  type ServiceResolver,
  withPermissions,
} from "#integrations/consul";
import type { TerminatedService } from "#integrations/envoy";
import { settingsOf } from "../proxy/settings.ts";
import type { WatchSet } from "../proxy/watch-set.ts";

/** What one service behind a terminating gateway follows from. Its questions are called `service NAME …`. */
export class TerminatedWatches {
  readonly #set: WatchSet;
  readonly #name: string;
  /** By subset; "" is all of it. */
  readonly #instances = new Map<string, readonly HealthRow[]>();
  #subsets: readonly (readonly [name: string, filter: string])[] | undefined;
  #leaf: Leaf | undefined;
  #intentions: readonly Intention[] | undefined;
  /** Undefined while they are asked for. */
  #permissions: ConfigEntry | null | undefined = null;
  #defaults: ConfigEntry | null | undefined;
  #proxyDefaults: ConfigEntry | null | undefined;
  defaultPolicy: string | undefined;

  constructor(set: WatchSet, name: string) {
    this.#set = set;
    this.#name = name;
    set.watch(this.#key("leaf"), leafQuestion(name), (text) => {
      this.#leaf = text === undefined ? undefined : parseLeaf(text);
    });
    set.watch(this.#key("intentions"), intentionsQuestion(name), (text, { defaultPolicy }) => {
      this.#intentions = text === undefined ? [] : parseIntentions(text, name);
      this.defaultPolicy = defaultPolicy;
      if (needsPermissions(this.#intentions)) this.#watchPermissions();
    });
    set.watch(this.#key("defaults"), entryQuestion("service-defaults", name), (text) => {
      this.#defaults = entryOf(text);
    });
    set.watch(this.#key("proxy-defaults"), entryQuestion("proxy-defaults", "global"), (text) => {
      this.#proxyDefaults = entryOf(text);
    });
    set.watch(this.#key("resolver"), entryQuestion("service-resolver", name), (text) => {
      const { Subsets: subsets } = (entryOf(text) ?? {}) as Partial<ServiceResolver>;
      this.#subsets = Object.entries(subsets ?? {}).map(([subset, { Filter: filter = "" }]) => [subset, filter]);
      this.#watchInstances([["", ""], ...this.#subsets]);
    });
  }

  /** Undefined while something has not come yet. */
  service(row: GatewayService): TerminatedService | undefined {
    const [leaf, intentions, permissions] = [this.#leaf, this.#intentions, this.#permissions];
    if (!leaf || !intentions || permissions === undefined || !this.#subsets) return undefined;
    if (this.#defaults === undefined || this.#proxyDefaults === undefined) return undefined;
    if (!["", ...this.#subsets.map(([subset]) => subset)].every((subset) => this.#instances.has(subset)))
      return undefined;
    const config = this.#proxyDefaults?.["Config"] as Readonly<Record<string, unknown>> | undefined;
    const { CAFile: caFile = "", CertFile: certFile = "", KeyFile: keyFile = "", SNI: sni = "" } = row;
    return {
      name: this.#name,
      protocol: settingsOf(config, this.#defaults?.["Protocol"] as string | undefined, {}).protocol,
      leaf,
      intentions: withPermissions(intentions, permissions),
      instances: new Map(this.#instances),
      tls: caFile === "" ? undefined : { caFile, certFile, keyFile, sni },
    };
  }

  #key(what: string): string {
    return `service ${this.#name} ${what}`;
  }

  #watchPermissions(): void {
    const key = this.#key("permissions");
    if (this.#set.has(key)) return;
    this.#permissions = undefined;
    this.#set.watch(key, entryQuestion("service-intentions", this.#name), (text) => {
      this.#permissions = entryOf(text);
    });
  }

  #watchInstances(subsets: readonly (readonly [name: string, filter: string])[]): void {
    const prefix = this.#key("instances");
    const wanted = new Map(subsets.map(([subset, filter]) => [`${prefix} ${subset} ${filter}`, { subset, filter }]));
    this.#set.keepOnly(prefix, wanted);
    for (const known of this.#instances.keys())
      if (!subsets.some(([subset]) => subset === known)) this.#instances.delete(known);
    for (const [key, { subset, filter }] of wanted)
      this.#set.watch(key, instancesQuestion(this.#name, undefined, filter), (text) => {
        this.#instances.set(subset, text === undefined ? [] : parseHealth(text));
      });
  }
}

function entryOf(text: string | undefined): ConfigEntry | null {
  return text === undefined ? null : (JSON.parse(text) as ConfigEntry);
}
