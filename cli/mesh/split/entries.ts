import { err, ok, type Result } from "#core/base";
import { type Share, subsetFilter } from "#core/mesh";
import {
  clearEntry,
  type ConfigEntry,
  readEntry,
  type ServiceResolver,
  type ServiceSplitter,
  type Transport,
  writeEntry,
} from "#integrations/consul";

/** Marks entries as ours: what bears it not is somebody's work. */
export const OWNER = "drover-mesh";

export interface SplitEntries {
  readonly resolver: ServiceResolver | null;
  readonly splitter: ServiceSplitter | null;
}

export async function readEntries(transport: Transport, service: string): Promise<Result<SplitEntries>> {
  const resolver = await readEntry<ServiceResolver>(transport, "service-resolver", service);
  if (!resolver.ok) return resolver;
  const splitter = await readEntry<ServiceSplitter>(transport, "service-splitter", service);
  return splitter.ok ? ok({ resolver: resolver.value, splitter: splitter.value }) : splitter;
}

/** Refuses to touch what somebody else wrote. */
export function checkOwner(entry: ConfigEntry | null, force: boolean): Result<void> {
  if (entry === null || force || entry.Meta?.["owner"] === OWNER) return ok(undefined);
  return err("conflict", `${entry.Kind}/${entry.Name} was not written by drover`, {
    hint: "-force takes it over; its own settings other than the subsets and shares stay",
  });
}

/** The subsets first: a splitter that names an unknown one is refused by Consul. */
export async function writeSubsets(
  transport: Transport,
  service: string,
  {
    resolver,
    key,
    shares,
  }: { readonly resolver: ServiceResolver | null; readonly key: string; readonly shares: readonly Share[] },
): Promise<Result<void>> {
  const known = resolver?.Subsets ?? {};
  const missing = shares.filter(({ subset }) => known[subset] === undefined);
  if (missing.length === 0) return ok(undefined);
  const added = Object.fromEntries(missing.map(({ subset }) => [subset, { Filter: subsetFilter(key, subset) }]));
  const entry: ConfigEntry = {
    ...(resolver ?? { Kind: "service-resolver", Name: service }),
    Subsets: { ...known, ...added },
    Meta: { ...resolver?.Meta, ...(resolver === null && { owner: OWNER }) },
  };
  return writeEntry(transport, entry, resolver?.ModifyIndex ?? 0);
}

export function writeShares(
  transport: Transport,
  service: string,
  splitter: ServiceSplitter | null,
  shares: readonly Share[],
): Promise<Result<void>> {
  const entry: ConfigEntry = {
    Kind: "service-splitter",
    Name: service,
    Splits: shares.map(({ subset, percent }) => ({ Weight: percent, ServiceSubset: subset })),
    Meta: { ...splitter?.Meta, owner: OWNER },
  };
  return writeEntry(transport, entry, splitter?.ModifyIndex ?? 0);
}

/** What goes to no subset by name goes to this one. */
export function writeDefaultSubset(
  transport: Transport,
  resolver: ServiceResolver,
  subset: string,
): Promise<Result<void>> {
  return writeEntry(transport, { ...resolver, DefaultSubset: subset }, resolver.ModifyIndex ?? 0);
}

/** Takes the splitter away. */
export function clearSplitter(transport: Transport, splitter: ServiceSplitter): Promise<Result<void>> {
  return clearEntry(transport, splitter, { Splits: [{ Weight: 100 }], Meta: { owner: OWNER } });
}

/** The same for a resolver that is ours alone. */
export function clearResolver(transport: Transport, resolver: ServiceResolver): Promise<Result<void>> {
  return clearEntry(transport, resolver, { Meta: { owner: OWNER } });
}
