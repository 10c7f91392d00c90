import type { EncodedResource } from "../encode.ts";
import type { ResourceKind } from "../resources/common.ts";

/** What is on its way to Envoy and not answered yet. */
export interface InFlight {
  readonly nonce: string;
  readonly sent: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

/** A version that Envoy refused: it is not sent again until its content is another one. */
export interface Refusal {
  readonly version: string;
  readonly reason: string;
}

/** One type's state on one stream: what Envoy asked for, has, is being sent and has refused. */
export class Subscription {
  readonly kind: ResourceKind;
  /** The client wants all there is. */
  isWildcard = false;
  isOpen = false;
  readonly names = new Set<string>();
  /** Versions that Envoy has, by name. */
  readonly has = new Map<string, string>();
  readonly refused = new Map<string, Refusal>();
  /** Asked for and not there: the answer is their removal, once. */
  readonly owedRemovals = new Set<string>();
  /** After a refusal each resource of the response goes alone, so that one does not stand for all. */
  readonly alone: string[] = [];
  inFlight: InFlight | undefined;
  acknowledged = 0;

  constructor(kind: ResourceKind) {
    this.kind = kind;
  }

  wants(name: string): boolean {
    return this.isWildcard || this.names.has(name);
  }

  /** What Envoy should have and has not, refused versions apart. */
  missing(resources: ReadonlyMap<string, EncodedResource>): EncodedResource[] {
    const missing: EncodedResource[] = [];
    for (const resource of resources.values()) {
      const { name, version } = resource;
      const isKnown = this.has.get(name) === version || this.refused.get(name)?.version === version;
      if (this.wants(name) && !isKnown) missing.push(resource);
    }
    return missing;
  }

  /** What Envoy has and should not have. */
  superfluous(resources: ReadonlyMap<string, EncodedResource>): string[] {
    const gone = [...this.has.keys()].filter((name) => !resources.has(name));
    const owed = [...this.owedRemovals].filter((name) => !resources.has(name));
    return [...new Set([...gone, ...owed])];
  }

  accept(): void {
    if (!this.inFlight) return;
    for (const [name, version] of this.inFlight.sent) this.#accepted(name, version);
    for (const name of this.inFlight.removed) this.#removed(name);
    this.inFlight = undefined;
    this.acknowledged++;
  }

  /** Of one resource: it is refused. Of several: which one is found out by sending each alone. */
  refuse(reason: string): void {
    if (!this.inFlight) return;
    const { sent, removed } = this.inFlight;
    for (const name of removed) this.#removed(name);
    if (sent.size > 1) this.alone.push(...sent.keys());
    else for (const [name, version] of sent) this.refused.set(name, { version, reason });
    this.inFlight = undefined;
  }

  #accepted(name: string, version: string): void {
    this.has.set(name, version);
    this.refused.delete(name);
  }

  #removed(name: string): void {
    this.has.delete(name);
    this.refused.delete(name);
    this.owedRemovals.delete(name);
  }
}
