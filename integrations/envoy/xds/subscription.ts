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
  /** What is to be there, as it was last set. */
  #resources: ReadonlyMap<string, EncodedResource> = new Map();
  /** The names about which something has changed since they were last in order: only these are looked at. */
  readonly #touched = new Set<string>();

  constructor(kind: ResourceKind) {
    this.kind = kind;
  }

  wants(name: string): boolean {
    return this.isWildcard || this.names.has(name);
  }

  /** A new set, and the names in which it differs from the one before. */
  set(resources: ReadonlyMap<string, EncodedResource>, changed: Iterable<string>): void {
    this.#resources = resources;
    for (const name of changed) this.#touched.add(name);
  }

  /** The client asks for it, whatever was sent before; what it says that it has is not sent again. */
  subscribe(asked: string, isKnown: boolean): void {
    // One text for all streams: a thousand of them would otherwise each keep their own.
    const name = this.#resources.get(asked)?.name ?? asked;
    this.names.add(name);
    if (!isKnown) this.has.delete(name);
    this.owedRemovals.add(name);
    this.#touched.add(name);
  }

  unsubscribe(name: string): void {
    this.names.delete(name);
    if (!this.wants(name)) this.has.delete(name);
    this.#touched.add(name);
  }

  setWildcard(isWildcard: boolean): void {
    this.isWildcard = isWildcard;
    for (const name of this.#resources.keys()) this.#touched.add(name);
  }

  /** What the client kept from an earlier stream. */
  keep(known: Readonly<Record<string, string>>): void {
    for (const [name, version] of Object.entries(known)) {
      this.has.set(name, version);
      this.#touched.add(name);
    }
  }

  /** It is to be sent again. */
  forget(name: string): void {
    this.has.delete(name);
    this.#touched.add(name);
  }

  /** What Envoy should have and has not, refused versions apart. */
  missing(): EncodedResource[] {
    const missing: EncodedResource[] = [];
    for (const name of this.#touched) {
      const resource = this.#resources.get(name);
      if (resource && this.#isMissing(resource)) missing.push(resource);
      else if (resource || !this.#isSuperfluous(name)) this.#touched.delete(name);
    }
    return missing;
  }

  /** What Envoy has and should not have, or asked for in vain. */
  superfluous(): string[] {
    return [...this.#touched].filter((name) => this.#isSuperfluous(name));
  }

  #isMissing({ name, version }: EncodedResource): boolean {
    const isKnown = this.has.get(name) === version || this.refused.get(name)?.version === version;
    return this.wants(name) && !isKnown;
  }

  #isSuperfluous(name: string): boolean {
    return !this.#resources.has(name) && (this.has.has(name) || this.owedRemovals.has(name));
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
    this.#touched.add(name);
  }

  #removed(name: string): void {
    this.has.delete(name);
    this.refused.delete(name);
    this.owedRemovals.delete(name);
    this.#touched.add(name);
  }
}
