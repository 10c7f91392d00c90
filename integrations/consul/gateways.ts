import { callJson, part, requestOf } from "./call.ts";
import { type ConfigEntry, readEntry } from "./config-entries.ts";
import type { Question } from "./question.ts";
import type { Transport } from "./transport.ts";

/** A row of `GET /v1/catalog/gateway-services/:gateway`: a service that a gateway stands for, wildcards resolved. */
export interface GatewayService {
  readonly Service: { readonly Name: string };
  readonly GatewayKind: string;
  /** Of an ingress gateway. */
  readonly Port?: number;
  readonly Protocol?: string;
  readonly Hosts?: readonly string[] | null;
  /** Of a terminating gateway: files on its machine. */
  readonly CAFile?: string;
  readonly CertFile?: string;
  readonly KeyFile?: string;
  readonly SNI?: string;
  readonly FromWildcard?: boolean;
}

export function gatewayServicesQuestion(gateway: string): Question {
  return {
    path: `/catalog/gateway-services/${part(gateway)}`,
    by: "index",
    needs: `service:read on ${JSON.stringify(gateway)} and on its services`,
  };
}

export function parseGatewayServices(text: string): readonly GatewayService[] {
  return (JSON.parse(text) as readonly GatewayService[] | null) ?? [];
}

/** Named services of a gateway's entry that Consul leaves out of its list, since the token may not read them. */
export async function unseenServices(
  transport: Transport,
  kind: "ingress-gateway" | "terminating-gateway",
  gateway: string,
): Promise<readonly string[]> {
  const entry = await readEntry(transport, kind, gateway);
  const rows = await callJson<readonly GatewayService[]>(transport, requestOf(gatewayServicesQuestion(gateway)));
  // What may not be asked at all is said by who watches it.
  if (!entry.ok || !rows.ok) return [];
  const seen = new Set(rows.value?.map((row) => row.Service.Name));
  return namesIn(entry.value).filter((name) => name !== "*" && !seen.has(name));
}

function namesIn(entry: ConfigEntry | null): string[] {
  type Named = { readonly Services?: readonly { readonly Name: string }[] | null };
  const { Services: services, Listeners: listeners } = (entry ?? {}) as Named & { Listeners?: readonly Named[] | null };
  const all = [{ Services: services }, ...(listeners ?? [])].flatMap((each) => each.Services ?? []);
  return [...new Set(all.map(({ Name: name }) => name))];
}

/** Does not block: it is asked once a second. */
export const datacentersQuestion: Question = { path: "/catalog/datacenters", by: "index" };

/** The names in the catalogue, sidecars' and gateways' own among them. */
export const catalogQuestion: Question = { path: "/catalog/services", by: "index", needs: "service:read" };

/** All entries of a kind. */
export function entriesQuestion(kind: string): Question {
  return { path: `/config/${part(kind)}`, by: "index", needs: "service:read" };
}

/** Sidecars and native instances of a service in the agent's own datacenter. */
export function connectQuestion(service: string, filter: string | undefined): Question {
  return {
    path: `/health/connect/${part(service)}`,
    query: { filter: filter === "" ? undefined : filter },
    by: "index",
    needs: `service:read on ${JSON.stringify(service)} and node:read`,
  };
}
