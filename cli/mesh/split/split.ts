import { err, ok, type Result } from "#core/base";
import { type HealthRow, type Share, subsetFilter } from "#core/mesh";
import {
  callExisting,
  checkSight,
  connectQuestion,
  readChain,
  requestOf,
  type Transport,
  writeEntry,
} from "#integrations/consul";
import { healthOf, isHttp } from "#integrations/envoy";
import {
  checkOwner,
  clearResolver,
  clearSplitter,
  OWNER,
  readEntries,
  type SplitEntries,
  writeShares,
  writeSubsets,
} from "./entries.ts";

export interface SplitRequest {
  readonly service: string;
  readonly shares: readonly Share[];
  /** The key of the instances' Meta by which subsets are told apart. */
  readonly key: string;
  readonly force: boolean;
}

/** Everything is looked at before anything is written; then subsets, then shares, each by compare-and-set. */
export async function split(transport: Transport, request: SplitRequest): Promise<Result<void>> {
  const { service, shares, key, force } = request;
  const entries = await readEntries(transport, service);
  if (!entries.ok) return entries;
  const { resolver, splitter } = entries.value;
  const owned = checkOwner(splitter, force);
  if (!owned.ok) return owned;
  if (addsSubsets(entries.value, shares)) {
    const own = checkOwner(resolver, force);
    if (!own.ok) return own;
  }
  const checked = await checkSplit(transport, request, entries.value);
  if (!checked.ok) return checked;
  const subsets = await writeSubsets(transport, service, { resolver, key, shares });
  if (!subsets.ok) return subsets;
  const written = await writeShares(transport, service, splitter, shares);
  if (!written.ok && addsSubsets(entries.value, shares))
    await takeBackSubsets(transport, service, entries.value, shares);
  return written;
}

/** Of a split that came to nothing not even its subsets stay, unless somebody has built on them meanwhile. */
async function takeBackSubsets(
  transport: Transport,
  service: string,
  { resolver: before }: SplitEntries,
  shares: readonly Share[],
): Promise<void> {
  const now = await readEntries(transport, service);
  if (!now.ok || !now.value.resolver) return;
  const { resolver } = now.value;
  const known = new Set([...Object.keys(before?.Subsets ?? {}), ...shares.map(({ subset }) => subset)]);
  const isOurs = Object.keys(resolver.Subsets ?? {}).length === known.size;
  // Consul refuses it where a splitter needs them.
  if (isOurs && before) await writeEntry(transport, before, resolver.ModifyIndex ?? 0);
  else if (isOurs) await clearResolver(transport, resolver);
}

/** Takes splitter and subsets away again, where they are ours. */
export async function clearSplit(transport: Transport, service: string, force: boolean): Promise<Result<string[]>> {
  const entries = await readEntries(transport, service);
  if (!entries.ok) return entries;
  const { resolver, splitter } = entries.value;
  const owned = checkOwner(splitter, force);
  if (!owned.ok) return owned;
  const done: string[] = [];
  if (splitter) {
    const cleared = await clearSplitter(transport, splitter);
    if (!cleared.ok) return cleared;
    done.push(`service-splitter/${service}`);
  }
  if (resolver?.Meta?.["owner"] === OWNER) {
    const cleared = await clearResolver(transport, resolver);
    if (!cleared.ok) return cleared;
    done.push(`service-resolver/${service}`);
  }
  return ok(done);
}

function addsSubsets({ resolver }: SplitEntries, shares: readonly Share[]): boolean {
  return shares.some(({ subset }) => resolver?.Subsets?.[subset] === undefined);
}

async function checkSplit(
  transport: Transport,
  { service, shares, key }: SplitRequest,
  { resolver }: SplitEntries,
): Promise<Result<void>> {
  const chain = await readChain(transport, service);
  if (!chain.ok) return chain;
  if (!isHttp(chain.value.Protocol))
    return err("invalid", `${service} speaks ${chain.value.Protocol}: only HTTP traffic can be split by request`, {
      hint: `write a service-defaults entry with Protocol = "http" (or http2, grpc) for ${service}, if that is what it speaks`,
    });
  if (resolver?.Redirect)
    return err("conflict", `service-resolver/${service} redirects to another service: a split would not be reached`);
  const sight = await checkSight(transport, "nodes");
  if (!sight.ok) return sight;
  const rows = await readInstances(transport, service);
  if (!rows.ok) return rows;
  for (const share of shares) {
    const checked = checkShare(share, key, resolver?.Subsets?.[share.subset]?.Filter, rows.value);
    if (!checked.ok) return rows.value.length === 0 ? noSidecar(service) : checked;
  }
  return ok(undefined);
}

function noSidecar(service: string): Result<void> {
  return err(
    "not_found",
    `the catalogue shows no sidecar of ${service}; with ACLs: a token without service:read on "${service}-sidecar-proxy" sees none`,
  );
}

/** A share that leads to nobody answers 503. */
function checkShare(
  { subset, percent }: Share,
  key: string,
  filter: string | undefined,
  rows: readonly HealthRow[],
): Result<void> {
  const values = [...new Set(rows.flatMap((row) => row.Service.Meta?.[key] ?? []))].sort();
  // A subset with a filter of its own is Consul's to judge; ours are told by the key.
  if (filter !== undefined && filter !== subsetFilter(key, subset)) return ok(undefined);
  if (filter === undefined && !values.includes(subset))
    return err("invalid", `no sidecar of the service has ${key} = ${JSON.stringify(subset)} in its Meta`, {
      field: subset,
      hint: values.length === 0 ? `none has the key ${key} at all: see -subset-by` : `there are ${values.join(", ")}`,
    });
  if (percent === 0) return ok(undefined);
  const healthy = rows.filter((row) => row.Service.Meta?.[key] === subset && healthOf(row) !== "critical");
  if (healthy.length > 0) return ok(undefined);
  return err("invalid", `${subset} has no healthy instance: ${percent} per cent of the requests would fail`, {
    field: subset,
  });
}

function readInstances(transport: Transport, service: string): Promise<Result<readonly HealthRow[]>> {
  return callExisting(transport, requestOf(connectQuestion(service, undefined)));
}
