import { createHash } from "node:crypto";
import type { EncodedResource } from "../encode.ts";
import type { ResourceKind } from "../resources/common.ts";
import type { KindStatus, ResourceSet } from "./stream.ts";

/** A request of the state-of-the-world variant: the whole list of names each time. */
export interface WholeRequest {
  readonly kind: ResourceKind;
  readonly names: readonly string[];
  /** What the client has, perhaps from an earlier stream. */
  readonly version: string;
  readonly nonce: string;
  readonly refusal: string | undefined;
}

/** Everything of a type that the client asked for. */
export interface WholeResponse {
  readonly kind: ResourceKind;
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly EncodedResource[];
}

interface TypeState {
  names: ReadonlySet<string>;
  isWildcard: boolean;
  isOpen: boolean;
  inFlight: { readonly nonce: string; readonly version: string } | undefined;
  acceptedVersion: string;
  refusedVersion: string;
  reason: string;
  acknowledged: number;
}

const kinds: readonly ResourceKind[] = ["cluster", "endpoint", "secret", "listener", "route"];
const VERSION_CHARACTERS = 16;

/**
 * One ADS stream of the state-of-the-world protocol, with the same order as the delta one. Here absence is removal, so
 * clusters that are to go stay in the set until listeners and routes without them are accepted.
 */
export class WholeStream {
  readonly #states = new Map<ResourceKind, TypeState>(kinds.map((kind) => [kind, blank()]));
  #resources: ResourceSet | undefined;
  #retained: ReadonlyMap<string, EncodedResource> = new Map();
  #nonce = 0;

  update(resources: ResourceSet): WholeResponse[] {
    if (this.#resources) this.#retained = new Map([...this.#retained, ...this.#resources.cluster]);
    this.#resources = resources;
    return this.#next();
  }

  request(request: WholeRequest): WholeResponse[] {
    const state = this.#of(request.kind);
    const isAnswer = request.nonce !== "" && state.inFlight?.nonce === request.nonce;
    // What answers an older response is out of date (xDS protocol, "nonce").
    if (request.nonce !== "" && !isAnswer && state.inFlight) return [];
    if (!state.isOpen) {
      state.isWildcard = request.names.length === 0;
      state.acceptedVersion = request.version;
      state.isOpen = true;
    } else if (request.names.length > 0) state.isWildcard = false;
    if (isAnswer) this.#answered(state, request.refusal);
    const names = new Set(request.names);
    if (!equal(names, state.names)) state.names = names;
    return this.#next();
  }

  /** Here a version is that of the whole type, and so is a refusal. */
  status(kind: ResourceKind): KindStatus {
    const { isOpen, inFlight, refusedVersion: version, reason, acknowledged, acceptedVersion } = this.#of(kind);
    const refused = new Map(version === "" ? [] : [["*", { version, reason }]]);
    const isCurrent = isOpen && inFlight === undefined && version === "";
    return { acknowledged, isHeld: acceptedVersion !== "", isCurrent, refused };
  }

  #of(kind: ResourceKind): TypeState {
    return this.#states.get(kind) as TypeState;
  }

  #answered(state: TypeState, refusal: string | undefined): void {
    const version = state.inFlight?.version ?? "";
    state.inFlight = undefined;
    if (refusal === undefined) {
      state.acceptedVersion = version;
      state.refusedVersion = "";
      state.acknowledged++;
    } else {
      state.refusedVersion = version;
      state.reason = refusal;
    }
  }

  #next(): WholeResponse[] {
    const set = this.#resources;
    if (!set) return [];
    const responses = this.#pass(set);
    if (responses.length > 0 || this.#retained.size === 0) return responses;
    if (!this.#isSettled("listener", set) || !this.#isSettled("route", set)) return responses;
    this.#retained = new Map();
    return this.#pass(set);
  }

  #pass(set: ResourceSet): WholeResponse[] {
    return kinds.flatMap((kind) => this.#nextOf(kind, set) ?? []);
  }

  #nextOf(kind: ResourceKind, set: ResourceSet): WholeResponse | undefined {
    const state = this.#of(kind);
    if (!state.isOpen || state.inFlight || !this.#mayGo(kind, set)) return undefined;
    const resources = this.#visible(kind, set);
    const version = versionOf(resources);
    if (version === state.acceptedVersion || version === state.refusedVersion) return undefined;
    if (resources.length === 0 && !state.isWildcard) return undefined;
    const nonce = (++this.#nonce).toString(16);
    state.inFlight = { nonce, version };
    return { kind, version, nonce, resources };
  }

  #mayGo(kind: ResourceKind, set: ResourceSet): boolean {
    if (kind !== "listener" && kind !== "route") return true;
    return this.#isSettled("cluster", set) && this.#isSettled("endpoint", set);
  }

  #isSettled(kind: ResourceKind, set: ResourceSet): boolean {
    const state = this.#of(kind);
    if (!state.isOpen) return true;
    const version = versionOf(this.#visible(kind, set));
    return state.inFlight === undefined && (version === state.acceptedVersion || version === state.refusedVersion);
  }

  #visible(kind: ResourceKind, set: ResourceSet): EncodedResource[] {
    const all = kind === "cluster" ? new Map([...this.#retained, ...set.cluster]) : set[kind];
    const { isWildcard, names } = this.#of(kind);
    return [...all.values()].filter(({ name }) => isWildcard || names.has(name));
  }
}

function blank(): TypeState {
  return {
    names: new Set(),
    isWildcard: false,
    isOpen: false,
    inFlight: undefined,
    acceptedVersion: "",
    refusedVersion: "",
    reason: "",
    acknowledged: 0,
  };
}

function versionOf(resources: readonly EncodedResource[]): string {
  const hash = createHash("sha256");
  for (const { name, version } of resources) hash.update(`${name} ${version}\n`);
  return hash.digest("hex").slice(0, VERSION_CHARACTERS);
}

function equal(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((name) => right.has(name));
}
