import { utf8Decode, utf8Encode } from "#core/base";
import { parsePairs } from "#integrations/consul";
import type { Mirror } from "#integrations/envoy";

/** Below it, by the service's name, what is mirrored: Consul's own entries have no word for it. */
export const MIRROR_ROOT = "drover-mesh/mirror/";

export function mirrorKey(service: string): string {
  return `${MIRROR_ROOT}${service}`;
}

export function mirrorValue({ subset, percent }: Mirror): Uint8Array {
  return utf8Encode(JSON.stringify({ Subset: subset, Percent: percent }));
}

/** What is mirrored, by service; what somebody else put there is passed over. */
export function parseMirrors(text: string): ReadonlyMap<string, Mirror> {
  const found = new Map<string, Mirror>();
  for (const { key, value } of parsePairs(text)) {
    const mirror = parseMirror(utf8Decode(value));
    if (mirror) found.set(key.slice(MIRROR_ROOT.length), mirror);
  }
  return found;
}

function parseMirror(text: string): Mirror | undefined {
  try {
    const { Subset: subset, Percent: percent } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isMirror = typeof subset === "string" && typeof percent === "number" && percent > 0 && percent <= 100;
    return isMirror ? { subset, percent } : undefined;
  } catch {
    return undefined;
  }
}
