import type { Resource, ResourceSet } from "#integrations/envoy";

/** What a proxy's owner last wanted its Envoy to have. An assignment is known by its addresses: Envoy keeps no version of it. */
export type WantedResources = readonly { readonly kind: string; readonly name: string; readonly version: string }[];

/** In the run folder. */
export const WANTED_FILE = "wanted.json";

export function wantedOf(resources: readonly Resource[], set: ResourceSet): WantedResources {
  return resources.map(({ kind, name, json }) => ({
    kind,
    name,
    version: kind === "endpoint" ? addressesIn(json) : (set[kind].get(name)?.version ?? ""),
  }));
}

/** `127.0.0.1:21000 127.0.0.1:21001`, in order, of an assignment in either spelling of JSON. */
export function addressesIn(assignment: unknown): string {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const fields = value as Readonly<Record<string, unknown>>;
    const address = (fields["socketAddress"] ?? fields["socket_address"]) as
      | Readonly<Record<string, unknown>>
      | undefined;
    if (address) found.push(`${String(address["address"])}:${String(address["portValue"] ?? address["port_value"])}`);
    else for (const inner of Object.values(fields)) visit(inner);
  };
  visit(assignment);
  return found.toSorted().join(" ");
}
