import { escapeRegex } from "#core/values";
import { EnvoyAdmin } from "#integrations/envoy";
import type { Share } from "#core/mesh";
import { RunFolder, type RunRecord } from "../proxy/run-folder.ts";

/** An Envoy of this machine that calls the service, and what it says of the shares. */
export interface CallerState {
  readonly proxyId: string;
  /** The shares that are in its configuration; undefined when it does not answer. */
  readonly applied: ReadonlyMap<string, number> | undefined;
  /** Requests to each subset since it started. */
  readonly requests: ReadonlyMap<string, number>;
}

/** `/config_dump?resource=` gives the resources themselves as `configs`. */
interface RouteDump {
  readonly configs?: readonly { readonly route_config?: RouteConfig }[];
}

interface RouteConfig {
  readonly name?: string;
  readonly virtual_hosts?: readonly {
    readonly routes?: readonly {
      readonly route?: {
        readonly cluster?: string;
        readonly weighted_clusters?: {
          readonly clusters?: readonly { readonly name: string; readonly weight?: number }[];
        };
      };
    }[];
  }[];
}

/** Proxies of this machine that have the service as upstream. */
export async function callersOf(root: string, service: string): Promise<CallerState[]> {
  const states: CallerState[] = [];
  for (const folder of RunFolder.all(root)) {
    const record = folder.read();
    if (!record?.envoy || !folder.leftEnvoy()) continue;
    const state = await callerState(record, new EnvoyAdmin({ socketPath: folder.adminSocket }), service);
    if (state) states.push(state);
  }
  return states;
}

async function callerState(
  { proxyId }: RunRecord,
  admin: EnvoyAdmin,
  service: string,
): Promise<CallerState | undefined> {
  const listeners = await admin.call(`/listeners`);
  if (!listeners.ok) return { proxyId, applied: undefined, requests: new Map() };
  if (!isCallerOf(listeners.value, service)) return undefined;
  const dump = await admin.json<RouteDump>("/config_dump?resource=dynamic_route_configs");
  const counters = await admin.counters(`^cluster\\..*\\.${escapeRegex(service)}\\..*\\.upstream_rq_total$`);
  return {
    proxyId,
    applied: dump.ok ? sharesIn(dump.value, service) : undefined,
    requests: counters.ok ? bySubset(counters.value) : new Map(),
  };
}

/** Whether an Envoy with these listeners (`/listeners`) has the service as upstream. */
export function isCallerOf(listeners: string, service: string): boolean {
  return listeners.split("\n").some((line) => line.startsWith(`${service}:`) || line.startsWith(`${service}?dc=`));
}

function sharesIn(dump: RouteDump, service: string): ReadonlyMap<string, number> {
  const route = (dump.configs ?? []).map((config) => config.route_config).find((config) => config?.name === service);
  return routedShares(route);
}

/** What each subset gets of the requests of a route configuration, in per cent. */
export function routedShares(config: unknown): ReadonlyMap<string, number> {
  const action = (config as RouteConfig | undefined)?.virtual_hosts?.[0]?.routes?.at(-1)?.route;
  const clusters =
    action?.weighted_clusters?.clusters ?? (action?.cluster ? [{ name: action.cluster, weight: 10_000 }] : []);
  return new Map(clusters.map(({ name, weight }) => [subsetOf(name), (weight ?? 0) / 100]));
}

function bySubset(counters: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counters].map(([name, value]) => [subsetOf(name.replace(/^cluster\./, "")), value]));
}

/** `v2.api.default.dc1.internal.….consul`: what stands before the service. */
function subsetOf(cluster: string): string {
  return cluster.replace(/^failover-target~\d+~/, "").split(".")[0] ?? "";
}

/** Whether a caller's configuration holds exactly these shares. */
export function hasShares({ applied }: CallerState, shares: readonly Share[]): boolean {
  if (!applied) return false;
  return shares.every(({ subset, percent }) => Math.abs((applied.get(subset) ?? 0) - percent) < 0.005);
}
