import type { EncodedResource } from "../encode.ts";
import type { ResourceKind } from "../resources/common.ts";
import { type Refusal, Subscription } from "./subscription.ts";

/** What a proxy is to have, by type and name. */
export type ResourceSet = Readonly<Record<ResourceKind, ReadonlyMap<string, EncodedResource>>>;

/** A request in the form that both variants of the protocol share. */
export interface StreamRequest {
  readonly kind: ResourceKind;
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  /** Versions that the client kept from an earlier stream; on the first request of a type. */
  readonly known: Readonly<Record<string, string>>;
  readonly nonce: string;
  /** Why the response with that nonce was refused. */
  readonly refusal: string | undefined;
}

/** What is to be sent: resources in full, and names that are no more. */
export interface StreamResponse {
  readonly kind: ResourceKind;
  readonly nonce: string;
  readonly resources: readonly EncodedResource[];
  readonly removed: readonly string[];
}

export interface KindStatus {
  /** Responses of this stream that were accepted. */
  readonly acknowledged: number;
  /** Envoy has something of this kind in force, be it from a stream before. */
  readonly isHeld: boolean;
  readonly isCurrent: boolean;
  readonly refused: ReadonlyMap<string, Refusal>;
}

const kinds: readonly ResourceKind[] = ["cluster", "endpoint", "secret", "listener", "route"];
const WILDCARD = "*";
const none: readonly never[] = [];

/**
 * One ADS stream of the delta protocol: requests and new resource sets in, responses out. What is new comes before what
 * uses it, what is old goes after nothing uses it any more, and each step waits for Envoy's answer to the one before
 * (make before break): clusters, their endpoints, then listeners and routes, then the removals.
 */
export class DeltaStream {
  readonly #subscriptions: Readonly<Record<ResourceKind, Subscription>> = {
    cluster: new Subscription("cluster"),
    endpoint: new Subscription("endpoint"),
    secret: new Subscription("secret"),
    listener: new Subscription("listener"),
    route: new Subscription("route"),
  };
  #resources: ResourceSet | undefined;
  #nonce = 0;

  /** A new set; the stream begins to answer with the first one. */
  update(resources: ResourceSet): StreamResponse[] {
    for (const kind of kinds) this.#of(kind).set(resources[kind]);
    this.#resources = resources;
    return this.#next();
  }

  request(request: StreamRequest): StreamResponse[] {
    const subscription = this.#of(request.kind);
    this.#subscribe(subscription, request);
    if (request.nonce !== "" && subscription.inFlight?.nonce === request.nonce) {
      if (request.refusal === undefined) subscription.accept();
      else subscription.refuse(request.refusal);
    }
    return this.#next();
  }

  status(kind: ResourceKind): KindStatus {
    const subscription = this.#of(kind);
    const isCurrent =
      subscription.isOpen &&
      subscription.inFlight === undefined &&
      subscription.missing().length === 0 &&
      subscription.refused.size === 0;
    const { acknowledged, has, refused } = subscription;
    return { acknowledged, isHeld: has.size > 0, isCurrent, refused };
  }

  /** The version of a resource that Envoy has accepted. */
  acceptedVersion(kind: ResourceKind, name: string): string | undefined {
    return this.#of(kind).has.get(name);
  }

  #of(kind: ResourceKind): Subscription {
    return this.#subscriptions[kind];
  }

  #subscribe(subscription: Subscription, { subscribe, unsubscribe, known }: StreamRequest): void {
    // An empty first list is the old form of asking for everything (xDS protocol, "wildcard").
    if (!subscription.isOpen && subscribe.length === 0) subscription.setWildcard(true);
    if (!subscription.isOpen) subscription.keep(known);
    subscription.isOpen = true;
    for (const name of subscribe) {
      if (name === WILDCARD) subscription.setWildcard(true);
      else subscription.subscribe(name, known[name] !== undefined);
    }
    for (const name of unsubscribe) {
      if (name === WILDCARD) subscription.setWildcard(false);
      else subscription.unsubscribe(name);
    }
  }

  #next(): StreamResponse[] {
    if (!this.#resources) return [];
    const responses: StreamResponse[] = [];
    for (const kind of kinds) {
      const response = this.#nextOf(kind, this.#resources);
      if (response) responses.push(response);
    }
    return responses;
  }

  #nextOf(kind: ResourceKind, set: ResourceSet): StreamResponse | undefined {
    const subscription = this.#of(kind);
    if (!subscription.isOpen || subscription.inFlight) return undefined;
    const resources = this.#mayAdd(kind) ? this.#additions(subscription, set[kind]) : none;
    const removed = this.#mayRemove(kind) ? subscription.superfluous() : none;
    if (resources.length === 0 && removed.length === 0) return undefined;
    const nonce = (++this.#nonce).toString(16);
    subscription.inFlight = { nonce, sent: resources, removed };
    for (const name of removed) subscription.owedRemovals.delete(name);
    for (const { name } of resources) this.#resendChildren(kind, name);
    return { kind, nonce, resources, removed };
  }

  #additions(subscription: Subscription, resources: ReadonlyMap<string, EncodedResource>): readonly EncodedResource[] {
    for (let name = subscription.alone.shift(); name !== undefined; name = subscription.alone.shift()) {
      const resource = resources.get(name);
      if (resource && subscription.has.get(name) !== resource.version) return [resource];
    }
    const missing = subscription.missing();
    if (subscription.owedRemovals.size > 0) for (const { name } of missing) subscription.owedRemovals.delete(name);
    return missing;
  }

  /** Listeners and routes wait until the clusters that they name, and their endpoints, are there. */
  #mayAdd(kind: ResourceKind): boolean {
    if (kind !== "listener" && kind !== "route") return true;
    return this.#isSettled("cluster") && this.#isSettled("endpoint");
  }

  /** Clusters go when no listener and no route names them any more; what hangs on others goes with those. */
  #mayRemove(kind: ResourceKind): boolean {
    if (kind === "listener") return true;
    return this.#isSettled("listener") && this.#isSettled("route");
  }

  #isSettled(kind: ResourceKind): boolean {
    const subscription = this.#of(kind);
    if (!subscription.isOpen) return true;
    return subscription.inFlight === undefined && subscription.missing().length === 0;
  }

  /** A cluster that is replaced warms until its endpoints come again, a listener until its routes (envoy issue 13009). */
  #resendChildren(kind: ResourceKind, name: string): void {
    if (kind === "cluster") this.#of("endpoint").forget(name);
    if (kind === "listener") this.#of("route").forget(name.split(":", 1)[0] as string);
  }
}
