import type { EncodedResource } from "../encode.ts";
import type { ResourceKind } from "../resources/common.ts";
import { changedNames } from "./changed-names.ts";

/** What is on its way to Envoy and not answered yet. */
export interface InFlight {
  readonly nonce: string;
  readonly sent: readonly EncodedResource[];
  readonly removed: readonly string[];
}

/** A version that Envoy refused: it is not sent again until its content is another one. */
export interface Refusal {
  readonly version: string;
  readonly reason: string;
}

const none: readonly never[] = [];

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

  /** A new set; what differs from the one before matters only to who has asked for something. */
  set(resources: ReadonlyMap<string, EncodedResource>): void {
    const before = this.#resources;
    this.#resources = resources;
    if (!this.isOpen || before === resources) return;
    const changed = changedNames(before, resources);
    this.#touch(changed);
    // What it has refused is not wanted any more.
    for (const name of changed) this.refused.delete(name);
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
    this.#touch(this.#resources.keys());
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

  #touch(names: Iterable<string>): void {
    for (const name of names) this.#touched.add(name);
  }

  /** What Envoy should have and has not, refused versions apart. */
  missing(): readonly EncodedResource[] {
    if (this.#touched.size === 0) return none;
    const missing: EncodedResource[] = [];
    for (const name of this.#touched) {
      const resource = this.#resources.get(name);
      if (resource && this.#isMissing(resource)) missing.push(resource);
      else if (resource || !this.#isSuperfluous(name)) this.#touched.delete(name);
    }
    return missing;
  }

  /** What Envoy has and should not have, or asked for in vain. */
  superfluous(): readonly string[] {
    if (this.#touched.size === 0) return none;
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
    for (const resource of this.inFlight.sent) this.#accepted(resource);
    for (const name of this.inFlight.removed) this.#removed(name);
    this.inFlight = undefined;
    this.acknowledged++;
  }

  /** Of one resource: it is refused. Of several: which one is found out by sending each alone. */
  refuse(reason: string): void {
    if (!this.inFlight) return;
    const { sent, removed } = this.inFlight;
    for (const name of removed) this.#removed(name);
    if (sent.length > 1) this.alone.push(...sent.map(({ name }) => name));
    else for (const resource of sent) this.#refused(resource, reason);
    this.inFlight = undefined;
  }

  #accepted(resource: EncodedResource): void {
    const { name, version } = resource;
    this.has.set(name, version);
    if (this.refused.size > 0) this.refused.delete(name);
    // What it was changed to meanwhile is still to be sent, and what is no more to be removed.
    if (this.#resources.get(name)?.version === version) this.#touched.delete(name);
    else this.#touched.add(name);
  }

  /** What has been replaced meanwhile is not wanted any more, whatever Envoy thinks of it. */
  #refused({ name, version }: EncodedResource, reason: string): void {
    if (this.#resources.get(name)?.version === version) this.refused.set(name, { version, reason });
  }

  #removed(name: string): void {
    this.has.delete(name);
    this.refused.delete(name);
    this.owedRemovals.delete(name);
    this.#touched.add(name);
  }
}
