import { ok, type Result } from "#core/base";
import type { EncodedResource, Encoder } from "./encode.ts";
import type { Resource } from "./resources/build.ts";
import type { ResourceKind } from "./resources/common.ts";
import type { ResourceSet } from "./xds/stream.ts";

/** Resources by type and name, encoded; the first that cannot be is the failure, and nothing is sent then. */
export function encodeSet(resources: readonly Resource[], encoder: Encoder): Result<ResourceSet> {
  const set: Record<ResourceKind, Map<string, EncodedResource>> = {
    cluster: new Map(),
    endpoint: new Map(),
    listener: new Map(),
    route: new Map(),
    secret: new Map(),
  };
  for (const resource of resources) {
    const encoded = encoder.encode(resource);
    if (!encoded.ok) return encoded;
    set[resource.kind].set(resource.name, encoded.value);
  }
  return ok(set);
}
