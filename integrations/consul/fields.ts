import type { Features } from "./features.ts";
import { isAtLeast } from "./features.ts";

/** What a registration may hold since which minor version of Consul 1; older ones refuse the whole of it with 400. */
const fieldsSince: Readonly<Record<string, number>> = {
  SocketPath: 10,
  Locality: 17,
  "Proxy.Mode": 10,
  "Proxy.TransparentProxy": 10,
  "Proxy.LocalServiceSocketPath": 10,
  "Proxy.EnvoyExtensions": 16,
  "Proxy.Upstreams[].LocalBindSocketPath": 10,
  "Proxy.Upstreams[].LocalBindSocketMode": 10,
  "Proxy.Upstreams[].DestinationPeer": 13,
  "Checks[].H2PING": 10,
  "Checks[].TLSServerName": 9,
  "Checks[].FailuresBeforeWarning": 11,
  "Checks[].DisableRedirects": 13,
  "Checks[].UDP": 13,
  "Checks[].OSService": 14,
  "Checks[].TCPUseTLS": 18,
};

/** Only of the enterprise edition. */
const enterpriseFields: readonly string[] = ["Namespace", "Partition"];

/** A registration as far as the agent's version takes it, and the fields that were left out. */
export function fitting<T extends object>(
  registration: T,
  { version, isEnterprise }: Features,
): { readonly registration: T; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const isKnown = (path: string): boolean => {
    const since = fieldsSince[path];
    return since === undefined ? isEnterprise || !enterpriseFields.includes(path) : isAtLeast(version, since);
  };
  const visit = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => visit(each, `${path}[]`));
    // What is opaque to Consul is not looked into.
    if (typeof value !== "object" || value === null || /(?:Config|Meta|Header)$/.test(path)) return value;
    const kept: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(value)) {
      const place = path === "" ? name : `${path}.${name}`;
      if (isKnown(place)) kept[name] = visit(inner, place);
      else leftOut.push(place);
    }
    return kept;
  };
  return { registration: visit(registration, "") as T, leftOut };
}
