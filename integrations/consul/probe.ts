import { ok, type Result } from "#core/base";
import { callJson } from "./call.ts";
import { type Features, featuresOf } from "./features.ts";
import type { Transport } from "./transport.ts";

/** Who the agent at the other end is. */
export interface ConsulIdentity {
  readonly features: Features;
  readonly datacenter: string;
  readonly nodeName: string;
  /** What holds where no intention decides; with ACLs that may not be asked: deny. */
  readonly defaultAllow: boolean;
  /** False where the token may not read `agent/self`: version and node are then guesses. */
  readonly isCertain: boolean;
}

interface AgentSelf {
  readonly Config?: { readonly Version?: string; readonly Datacenter?: string; readonly NodeName?: string };
  readonly DebugConfig?: { readonly ACLDefaultPolicy?: string; readonly ACLsEnabled?: boolean };
  readonly Member?: { readonly Tags?: Readonly<Record<string, string>> };
}

/**
 * Asks the agent what it is. A token without `agent:read` (a service identity has none) is told 403: then the datacenter
 * is taken from the roots' trust domain holder, `catalog/datacenters`, and the version is assumed to be the oldest.
 */
export async function probe(transport: Transport): Promise<Result<ConsulIdentity>> {
  const self = await callJson<AgentSelf>(transport, { method: "GET", path: "/agent/self", needs: "agent:read" });
  if (!self.ok && self.failure.code !== "denied") return self;
  if (self.ok && self.value) return ok(identityOf(self.value));
  const known = await callJson<readonly string[]>(transport, { method: "GET", path: "/catalog/datacenters" });
  if (!known.ok) return known;
  return ok({
    features: featuresOf(""),
    datacenter: known.value?.[0] ?? "dc1",
    nodeName: "",
    defaultAllow: false,
    isCertain: false,
  });
}

function identityOf({ Config: config = {}, DebugConfig: debug = {}, Member: member }: AgentSelf): ConsulIdentity {
  const version = config.Version ?? "";
  const isEnterprise = version.includes("+ent") || member?.Tags?.["ft_ent"] !== undefined;
  return {
    features: featuresOf(version, isEnterprise),
    datacenter: config.Datacenter ?? "dc1",
    nodeName: config.NodeName ?? "",
    defaultAllow: debug.ACLsEnabled !== true || debug.ACLDefaultPolicy !== "deny",
    isCertain: true,
  };
}
