import type { EncodedResource } from "../encode.ts";
import { typeUrls } from "../resources/common.ts";
import { bytesField, textField } from "./wire.ts";

/** The bytes of a resource inside a response, made once however many streams get it. */
export interface Prepared {
  /** `DeltaDiscoveryResponse.resources`: a `Resource` with version (1), resource (2) and name (3). */
  readonly delta: Uint8Array;
  /** `DiscoveryResponse.resources`: an `Any`. */
  readonly whole: Uint8Array;
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
