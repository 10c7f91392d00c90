import { EnvoyAdmin } from "#integrations/envoy";
import { isSame } from "#client/process";
import { RunFolder, type RunRecord } from "../proxy/run-folder.ts";
import { readRefused } from "../proxy/refused.ts";
import { addressesIn } from "../proxy/wanted.ts";

/** A resource that Envoy has, or has refused. */
export interface HeldResource {
  readonly kind: "cluster" | "listener" | "route" | "endpoint" | "secret";
  readonly name: string;
  /** Of what is in force; empty for a resource that was never accepted. */
  readonly version: string;
  readonly refusal: { readonly reason: string; readonly version: string } | undefined;
  readonly config: unknown;
}

/** A proxy of this machine as it is now. */
export interface ProxyState {
  readonly record: RunRecord;
  readonly isOwned: boolean;
  readonly isRunning: boolean;
  /** Whether Envoy has its control plane; undefined when it does not answer. */
  readonly isConnected: boolean | undefined;
  readonly envoyVersion: string;
  readonly resources: readonly HeldResource[];
}

interface ErrorState {
  readonly details?: string;
  readonly version_info?: string;
}

interface Dump {
  readonly configs?: readonly Readonly<Record<string, unknown>>[];
}

export async function proxiesOf(root: string): Promise<ProxyState[]> {
  const found = RunFolder.all(root).flatMap((folder) => {
    const record = folder.read();
    return record ? [stateOf(folder, record)] : [];
  });
  return (await Promise.all(found)).toSorted((left, right) => (left.record.proxyId < right.record.proxyId ? -1 : 1));
}

async function stateOf(folder: RunFolder, record: RunRecord): Promise<ProxyState> {
  const admin = new EnvoyAdmin({ socketPath: folder.adminSocket });
  const isRunning = record.envoy !== undefined && isSame(record.envoy);
  const [dump, counters, info] = await Promise.all([
    admin.json<Dump>("/config_dump?include_eds"),
    admin.counters("^control_plane\\.connected_state$"),
    admin.json<{ readonly version?: string }>("/server_info"),
  ]);
  return {
    record,
    isOwned: folder.liveOwner() !== undefined,
    isRunning,
    isConnected: counters.ok ? (counters.value.get("control_plane.connected_state") ?? 0) === 1 : undefined,
    envoyVersion: info.ok ? (/\/(\d+\.\d+\.\d+)\//.exec(info.value.version ?? "")?.[1] ?? "") : "",
    resources: dump.ok ? withRefusals(resourcesIn(dump.value), folder.path) : [],
  };
}

/** What the Envoy of a run folder has and has refused, endpoints apart; undefined when it does not answer. */
export async function heldBy(admin: EnvoyAdmin, folder: string): Promise<readonly HeldResource[] | undefined> {
  const dump = await admin.json<Dump>("/config_dump");
  return dump.ok ? withRefusals(resourcesIn(dump.value), folder) : undefined;
}

/** With what only the control plane knows: Envoy's dump says nothing of refused routes, nor of what was never there. */
function withRefusals(held: readonly HeldResource[], folder: string): HeldResource[] {
  const refused = new Map(readRefused(folder).map((each) => [`${each.kind} ${each.name}`, each]));
  const all = held.map((resource) => {
    const key = `${resource.kind} ${resource.name}`;
    const found = refused.get(key);
    refused.delete(key);
    return found && !resource.refusal ? { ...resource, refusal: found } : resource;
  });
  const others = [...refused.values()].map((refusal) => {
    const kind = refusal.kind as HeldResource["kind"];
    return { kind, name: refusal.name, version: "", refusal, config: undefined };
  });
  return [...all, ...others];
}

/** Where each type stands in a dump, and what its resource is called there. */
const places = [
  { kind: "cluster", list: "dynamic_active_clusters", field: "cluster" },
  { kind: "cluster", list: "dynamic_warming_clusters", field: "cluster" },
  { kind: "listener", list: "dynamic_listeners", field: "listener" },
  { kind: "route", list: "dynamic_route_configs", field: "route_config" },
  { kind: "endpoint", list: "dynamic_endpoint_configs", field: "endpoint_config" },
] as const;

function resourcesIn({ configs = [] }: Dump): HeldResource[] {
  return configs.flatMap((config) =>
    places.flatMap(({ kind, list, field }) => {
      const rows = (config[list] ?? []) as readonly Readonly<Record<string, unknown>>[];
      return rows.map((row) => heldResource(kind, field, row));
    }),
  );
}

function heldResource(kind: HeldResource["kind"], field: string, row: Readonly<Record<string, unknown>>): HeldResource {
  // A listener stands one deeper, with the state in which it is.
  const active = (row["active_state"] ?? row["warming_state"] ?? row) as Readonly<Record<string, unknown>>;
  const config = active[field] as { readonly name?: string; readonly cluster_name?: string } | undefined;
  const error = row["error_state"] as ErrorState | undefined;
  const name = config?.name ?? config?.cluster_name ?? row["name"];
  return {
    kind,
    name: textOf(name),
    version: kind === "endpoint" ? addressesIn(config) : textOf(active["version_info"]),
    refusal: error && { reason: error.details ?? "", version: error.version_info ?? "" },
    config,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
