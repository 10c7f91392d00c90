import { err, ok, type Result } from "#core/base";
import type { CanaryPlan, Tester } from "#core/delivery";
import { escapeRegex } from "#core/values";
import {
  clearEntry,
  type ConfigEntry,
  deleteKey,
  readEntry,
  readKey,
  type Transport,
  writeEntry,
  writeKey,
} from "#integrations/consul";
import { mirrorKey, mirrorValue } from "../proxy/mirrors.ts";
import { OWNER } from "../split/entries.ts";

/** Which of a plan's routes beside the shares are in force. */
export interface WantedRoutes {
  readonly testers: boolean;
  readonly mirror: boolean;
}

interface RouterRoute {
  readonly Match?: {
    readonly HTTP?: {
      readonly Header?: readonly RouterHeader[] | null;
    } | null;
  } | null;
  readonly Destination?: { readonly ServiceSubset?: string } | null;
}

interface RouterHeader {
  readonly Name: string;
  readonly Present?: boolean;
  readonly Exact?: string;
  readonly Regex?: string;
}

interface ServiceRouter extends ConfigEntry {
  readonly Kind: "service-router";
  readonly Routes?: readonly RouterRoute[] | null;
}

/** A router without routes leads nobody anywhere. */
const neutral = { Meta: { owner: OWNER } };

/** Who changes an entry between reading and writing it does so once in a while. */
const TRIES_MAX = 5;

/**
 * What leads requests to the new version beside its share: testers by routes in the service's router, which any Envoy of
 * Consul's obeys; mirrored requests by a key of our own, which ours obey.
 */
export class SideRoutes {
  readonly #transport: Transport;
  readonly #plan: CanaryPlan;
  readonly #force: boolean;

  constructor(transport: Transport, plan: CanaryPlan, force: boolean) {
    this.#transport = transport;
    this.#plan = plan;
    this.#force = force;
  }

  /** Before anything is written: refuses somebody else's router, and takes away what an earlier roll-out has left. */
  async begin(): Promise<Result<void>> {
    const router = await this.#router();
    if (!router.ok) return router;
    if (this.#plan.testers.length > 0) {
      const free = this.#checkOwner(router.value);
      if (!free.ok) return free;
    } else if (router.value?.Meta?.["owner"] === OWNER) {
      const cleared = await clearEntry(this.#transport, router.value, neutral);
      if (!cleared.ok) return cleared;
    }
    return this.#unmirror();
  }

  /** Idempotent. Only the roll-out's own routes are put in and taken out. */
  async set({ testers, mirror }: WantedRoutes): Promise<Result<void>> {
    const { testers: planned, mirrorPercent, service, to } = this.#plan;
    const routed = planned.length === 0 ? ok(undefined) : await this.#route(testers);
    if (!routed.ok || mirrorPercent === undefined) return routed;
    if (!mirror) return this.#unmirror();
    const value = mirrorValue({ subset: to, percent: mirrorPercent });
    const written = await writeKey(this.#transport, mirrorKey(service), value, {});
    return written.ok ? ok(undefined) : written;
  }

  async #route(isOn: boolean): Promise<Result<void>> {
    for (let tries = 1; ; tries++) {
      const router = await this.#router();
      if (!router.ok) return router;
      const written = isOn ? await this.#add(router.value) : await this.#remove(router.value);
      if (written.ok || written.failure.code !== "conflict" || tries >= TRIES_MAX) return written;
    }
  }

  async #add(router: ServiceRouter | null): Promise<Result<void>> {
    const own = this.#ownRoutes();
    const found = router?.Routes ?? [];
    if (own.every((route, at) => keyOf(route) === keyOf(found[at]))) return ok(undefined);
    const free = this.#checkOwner(router);
    if (!free.ok) return free;
    const isTheirs = router !== null && router.Meta?.["owner"] !== OWNER;
    const entry: ConfigEntry = {
      ...(router ?? { Kind: "service-router", Name: this.#plan.service }),
      Routes: [...own, ...(isTheirs ? this.#others(router) : [])],
      Meta: { ...router?.Meta, ...(!isTheirs && { owner: OWNER }) },
    };
    return writeEntry(this.#transport, entry, router?.ModifyIndex ?? 0);
  }

  async #remove(router: ServiceRouter | null): Promise<Result<void>> {
    if (router === null) return ok(undefined);
    const others = this.#others(router);
    if (others.length === (router.Routes ?? []).length) return ok(undefined);
    if (others.length === 0 && router.Meta?.["owner"] === OWNER) return clearEntry(this.#transport, router, neutral);
    // What others have put in stays theirs.
    const { owner: _owner, ...meta } = router.Meta ?? {};
    return writeEntry(this.#transport, { ...router, Routes: others, Meta: meta }, router.ModifyIndex ?? 0);
  }

  #checkOwner(router: ServiceRouter | null): Result<void> {
    if (router === null || this.#force || router.Meta?.["owner"] === OWNER) return ok(undefined);
    return err("conflict", `service-router/${router.Name} was not written by drover: testers would be led past it`, {
      hint: "-force puts the testers' routes before its own, and takes them out again in the end",
    });
  }

  /** Read first: who mirrors nothing needs no leave to write there. */
  async #unmirror(): Promise<Result<void>> {
    const key = mirrorKey(this.#plan.service);
    const found = await readKey(this.#transport, key);
    if (!found.ok) return found.failure.code === "denied" ? ok(undefined) : found;
    return found.value === null ? ok(undefined) : deleteKey(this.#transport, key);
  }

  #router(): Promise<Result<ServiceRouter | null>> {
    return readEntry<ServiceRouter>(this.#transport, "service-router", this.#plan.service);
  }

  #ownRoutes(): RouterRoute[] {
    const { testers, to } = this.#plan;
    return testers.map((tester) => ({
      Match: { HTTP: { Header: [headerOf(tester)] } },
      Destination: { ServiceSubset: to },
    }));
  }

  #others({ Routes: routes }: ServiceRouter): RouterRoute[] {
    const own = new Set(this.#ownRoutes().map(keyOf));
    return (routes ?? []).filter((route) => !own.has(keyOf(route)));
  }
}

function headerOf({ kind, name, value }: Tester): RouterHeader {
  if (kind === "header") return value === undefined ? { Name: name, Present: true } : { Name: name, Exact: value };
  const wanted = value === undefined ? "[^;]*" : escapeRegex(value);
  return { Name: "cookie", Regex: `(?:.*;\\s*)?${escapeRegex(name)}=${wanted}(?:;.*)?` };
}

/** What a route of ours is known by, whatever else Consul spells out. */
function keyOf(route: RouterRoute | undefined): string {
  const headers = (route?.Match?.HTTP?.Header ?? []).map(
    ({ Name: name, Present: present, Exact: exact, Regex: regex }) => [
      name,
      present ?? false,
      exact ?? "",
      regex ?? "",
    ],
  );
  return JSON.stringify([route?.Destination?.ServiceSubset ?? "", headers]);
}
