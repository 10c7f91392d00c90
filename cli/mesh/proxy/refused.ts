import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeStatus } from "#integrations/envoy";

/** What an Envoy has refused of its control plane, and why. Of routes Envoy itself shows nothing to others. */
export type RefusedResources = readonly {
  readonly kind: string;
  readonly name: string;
  readonly version: string;
  readonly reason: string;
}[];

/** In the run folder, written by the proxy's owner. */
export const REFUSED_FILE = "refused.json";

export function refusedIn(kinds: NonNullable<NodeStatus["kinds"]>): RefusedResources {
  return Object.entries(kinds).flatMap(([kind, { refused }]) =>
    [...refused].map(([name, { version, reason }]) => ({ kind, name, version, reason })),
  );
}

export function readRefused(folder: string): RefusedResources {
  try {
    return JSON.parse(readFileSync(join(folder, REFUSED_FILE), "utf8")) as RefusedResources;
  } catch {
    return [];
  }
}
