import { escapeRegex } from "#core/values";
import type { Bin, CallerReading, VersionReading } from "#core/delivery";
import { EnvoyAdmin } from "#integrations/envoy";
import { type HeldResource, heldBy } from "../inspect/proxies.ts";
import { RunFolder, type RunRecord } from "../proxy/run-folder.ts";
import { isCallerOf, routedShares } from "../split/callers.ts";

/** Which service is looked at, and its two versions. */
export interface Measured {
  readonly service: string;
  readonly from: string;
  readonly to: string;
}

interface Stats {
  readonly stats: readonly {
    readonly name?: string;
    readonly value?: number;
    readonly histograms?: { readonly details: readonly StatsHistogram[] };
  }[];
}

interface StatsHistogram {
  readonly name: string;
  readonly totals: readonly { readonly lower_bound: number; readonly width: number; readonly count: number }[];
}

const nothing: VersionReading = {
  completed: 0,
  errors: 0,
  latencies: [],
  retries: 0,
  healthy: undefined,
  ejected: 0,
};

/** Every proxy of this machine that calls the service, as it is now. */
export async function readCallers(root: string, measured: Measured): Promise<CallerReading[]> {
  const found = RunFolder.all(root).map(async (folder) => {
    const record = folder.read();
    if (!record?.envoy || !folder.leftEnvoy()) return [];
    const reading = await readCaller(folder, record, measured);
    return reading ? [reading] : [];
  });
  return (await Promise.all(found)).flat().toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

/** What all callers of this machine have had of the service, whatever its versions, since their proxies started. */
export interface Totals {
  readonly callers: readonly string[];
  readonly completed: number;
  readonly errors: number;
}

export async function readTotals(root: string, service: string): Promise<Totals> {
  // What is mirrored (`mirror~…`) is not among what callers have had.
  const clusters = `(failover-target~[0-9]+~)?([^.~]+\\.)?${escapeRegex(service)}\\.[^.]+\\.[^.]+\\.internal\\..*\\.consul`;
  const callers: string[] = [];
  let [completed, errors] = [0, 0];
  for (const folder of RunFolder.all(root)) {
    const record = folder.read();
    if (!record?.envoy || !folder.leftEnvoy()) continue;
    const admin = new EnvoyAdmin({ socketPath: folder.adminSocket });
    const listeners = await admin.call("/listeners");
    if (!listeners.ok || !isCallerOf(listeners.value, service)) continue;
    callers.push(record.proxyId);
    const counters = await admin.counters(`^cluster\\.${clusters}\\.(retry\\.)?upstream_rq_(completed|5xx)$`);
    if (!counters.ok) continue;
    for (const [name, value] of counters.value)
      if (name.endsWith("completed")) completed += value;
      else errors += value;
  }
  return { callers, completed, errors };
}

async function readCaller(
  folder: RunFolder,
  { proxyId, envoy }: RunRecord,
  measured: Measured,
): Promise<CallerReading | undefined> {
  const admin = new EnvoyAdmin({ socketPath: folder.adminSocket });
  const listeners = await admin.call("/listeners");
  const id = { id: proxyId, process: `${envoy?.pid} ${envoy?.start}` };
  const silent = { ...id, appliedPercent: undefined, refusal: undefined, canary: nothing, stable: nothing };
  if (!listeners.ok) return silent;
  if (!isCallerOf(listeners.value, measured.service)) return undefined;
  const [held, stats] = await Promise.all([heldBy(admin, folder.path), admin.json<Stats>(statsPath(measured))]);
  if (!held || !stats.ok) return silent;
  return {
    ...id,
    appliedPercent: appliedPercent(held, measured),
    refusal: held.find((resource) => concerns(resource, measured.service) && resource.refusal)?.refusal?.reason,
    canary: readingOf(stats.value, measured.service, measured.to),
    stable: readingOf(stats.value, measured.service, measured.from),
  };
}

function appliedPercent(held: readonly HeldResource[], { service, from, to }: Measured): number | undefined {
  const route = held.find(({ kind, name }) => kind === "route" && name === service);
  if (!route) return undefined;
  const shares = routedShares(route.config);
  // Before the first splitter all goes to both versions alike: that is no share of 0.
  return shares.get(to) ?? (shares.has(from) ? 0 : undefined);
}

function concerns({ kind, name }: HeldResource, service: string): boolean {
  if (kind === "cluster") return name.split(".").includes(service);
  return name === service || name.startsWith(`${service}:`);
}

/** Bins as fine as Envoy has them: its usual ones do not tell 12 from 22 ms. */
function statsPath({ service, from, to }: Measured): string {
  const clusters = `(failover-target~[0-9]+~)?(${escapeRegex(from)}|${escapeRegex(to)})\\.${escapeRegex(service)}\\..*\\.consul`;
  const names = "(retry\\.)?upstream_rq_(completed|5xx)|upstream_rq_time|membership_healthy";
  const filter = `^cluster\\.${clusters}\\.(${names}|outlier_detection\\.ejections_active)$`;
  return `/stats?format=json&usedonly&histogram_buckets=detailed&filter=${encodeURIComponent(filter)}`;
}

function readingOf({ stats }: Stats, service: string, version: string): VersionReading {
  const isOurs = (name: string): boolean =>
    name.replace(/^cluster\.(?:failover-target~\d+~)?/, "").startsWith(`${version}.${service}.`);
  // An absent number is one that was never touched.
  const values = stats.flatMap(({ name, value }) =>
    name !== undefined && value !== undefined && isOurs(name) ? [[name, value] as const] : [],
  );
  const sum = (suffix: string): number | undefined => {
    const found = values.filter(([name]) => name.endsWith(`.consul.${suffix}`));
    return found.length === 0 ? undefined : found.reduce((total, [, value]) => total + value, 0);
  };
  const retries = sum("retry.upstream_rq_completed") ?? 0;
  const histograms = stats.flatMap(({ histograms: all }) => all?.details ?? []).filter(({ name }) => isOurs(name));
  return {
    // What is tried again Envoy counts apart; each try is one of the version's answers.
    completed: (sum("upstream_rq_completed") ?? 0) + retries,
    errors: (sum("upstream_rq_5xx") ?? 0) + (sum("retry.upstream_rq_5xx") ?? 0),
    retries,
    healthy: sum("membership_healthy"),
    ejected: sum("outlier_detection.ejections_active") ?? 0,
    latencies: binsOf(histograms.filter(({ name }) => name.endsWith(".consul.upstream_rq_time"))),
  };
}

function binsOf(histograms: readonly StatsHistogram[]): Bin[] {
  const counts = new Map<number, Bin>();
  for (const { lower_bound: lower, width, count } of histograms.flatMap(({ totals }) => totals))
    counts.set(lower, [lower, width, (counts.get(lower)?.[2] ?? 0) + count]);
  return [...counts.values()].toSorted((left, right) => left[0] - right[0]);
}
