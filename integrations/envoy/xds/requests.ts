import { FieldReader } from "./wire.ts";

/**
 * Requests read by hand: the node that an Envoy names in its first one has over 500 extensions, of which only its id
 * matters here, and thousands of Envoys come at once after a restart.
 */
export interface DiscoveryAsked {
  /** Undefined where the request has no node. */
  readonly nodeId: string | undefined;
  readonly typeUrl: string;
  readonly nonce: string;
  readonly refusal: string | undefined;
}

export interface DeltaAsked extends DiscoveryAsked {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly known: Readonly<Record<string, string>>;
}

export interface WholeAsked extends DiscoveryAsked {
  readonly names: readonly string[];
  readonly version: string;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

const nothing = { nodeId: undefined, typeUrl: "", nonce: "", refusal: undefined } as const;
/** Most requests are acknowledgements: these name nothing. */
const none: readonly string[] = [];
const noneKnown: Readonly<Record<string, string>> = {};

/** `DeltaDiscoveryRequest`: node 1, type_url 2, subscribe 3, unsubscribe 4, initial_resource_versions 5, nonce 6, error_detail 7. */
export function readDelta(bytes: Uint8Array): DeltaAsked {
  const asked: Writable<DeltaAsked> = { ...nothing, subscribe: none, unsubscribe: none, known: noneKnown };
  const subscribe: string[] = [];
  const unsubscribe: string[] = [];
  const known: [string, string][] = [];
  for (const field = new FieldReader(bytes); field.next(); ) {
    if (field.number === 1) asked.nodeId = field.innerText(1);
    else if (field.number === 2) asked.typeUrl = field.text;
    else if (field.number === 3) subscribe.push(field.text);
    else if (field.number === 4) unsubscribe.push(field.text);
    else if (field.number === 5) known.push([field.innerText(1), field.innerText(2)]);
    else if (field.number === 6) asked.nonce = field.text;
    else if (field.number === 7) asked.refusal = field.innerText(2);
  }
  if (subscribe.length > 0) asked.subscribe = subscribe;
  if (unsubscribe.length > 0) asked.unsubscribe = unsubscribe;
  if (known.length > 0) asked.known = Object.fromEntries(known);
  return asked;
}

/** `DiscoveryRequest`: version_info 1, node 2, resource_names 3, type_url 4, nonce 5, error_detail 6. */
export function readWhole(bytes: Uint8Array): WholeAsked {
  const names: string[] = [];
  const asked: Writable<WholeAsked> = { ...nothing, names, version: "" };
  for (const field = new FieldReader(bytes); field.next(); ) {
    if (field.number === 1) asked.version = field.text;
    else if (field.number === 2) asked.nodeId = field.innerText(1);
    else if (field.number === 3) names.push(field.text);
    else if (field.number === 4) asked.typeUrl = field.text;
    else if (field.number === 5) asked.nonce = field.text;
    else if (field.number === 6) asked.refusal = field.innerText(2);
  }
  return asked;
}
