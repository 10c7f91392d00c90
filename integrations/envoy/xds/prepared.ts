import type { EncodedResource } from "../encode.ts";
import { typeUrls } from "../resources/common.ts";
import type { StreamResponse } from "./stream.ts";
import { bytesField, textField } from "./wire.ts";

/** The bytes of a resource inside a response, made once however many streams get it. */
export interface Prepared {
  /** `DeltaDiscoveryResponse.resources`: a `Resource` with version (1), resource (2) and name (3). */
  readonly delta: Uint8Array;
  /** `DiscoveryResponse.resources`: an `Any`. */
  readonly whole: Uint8Array;
}

/** `DeltaDiscoveryResponse`: resources 2, type_url 4, nonce 5, removed_resources 6. */
export function deltaBytes(response: StreamResponse): Buffer {
  const [first] = response.resources;
  const known = first && lastResponses.get(first);
  if (known && isAlike(known.response, response)) return known.bytes;
  const { kind, nonce, resources, removed } = response;
  const bytes = Buffer.concat([
    ...resources.map((resource) => prepare(resource).delta),
    textField(4, typeUrls[kind]),
    textField(5, nonce),
    ...removed.map((name) => textField(6, name)),
  ]);
  if (first) lastResponses.set(first, { response, bytes });
  return bytes;
}

/**
 * Streams that come at once, or hear of a change at once, mostly get the same: the last response that begins with a resource
 * is kept for as long as that lives.
 */
const lastResponses = new WeakMap<EncodedResource, { readonly response: StreamResponse; readonly bytes: Buffer }>();

function isAlike(left: StreamResponse, right: StreamResponse): boolean {
  return (
    left.kind === right.kind &&
    left.nonce === right.nonce &&
    left.resources.length === right.resources.length &&
    left.removed.length === right.removed.length &&
    left.resources.every((resource, at) => resource === right.resources[at]) &&
    left.removed.every((name, at) => name === right.removed[at])
  );
}

const prepared = new WeakMap<EncodedResource, Prepared>();

export function prepare(resource: EncodedResource): Prepared {
  const known = prepared.get(resource);
  if (known) return known;
  const any = Buffer.concat([textField(1, typeUrls[resource.kind]), bytesField(2, resource.bytes)]);
  const inner = Buffer.concat([textField(1, resource.version), bytesField(2, any), textField(3, resource.name)]);
  const made = { delta: bytesField(2, inner), whole: bytesField(2, any) };
  prepared.set(resource, made);
  return made;
}
