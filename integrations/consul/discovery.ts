import type { ChainTarget, DiscoveryChain, HealthRow } from "#core/mesh";
import type { Question } from "./question.ts";
import { ok, type Result } from "#core/base";
import { callExisting, part, requestOf } from "./call.ts";
import type { Transport } from "./transport.ts";

export function chainQuestion(service: string, datacenter?: string): Question {
  return {
    path: `/discovery-chain/${part(service)}`,
    query: { "compile-dc": datacenter },
    by: "index",
    needs: `service:read on ${JSON.stringify(service)}`,
  };
}

/** The sidecars (or native instances) of a target; critical ones too unless the subset wants passing ones only. */
export function targetQuestion(target: ChainTarget): Question {
  const { Filter: filter, OnlyPassing: onlyPassing } = target.Subset ?? {};
  return {
    path: `/health/connect/${part(target.Service)}`,
    query: {
      dc: target.Datacenter,
      filter: filter === "" ? undefined : filter,
      passing: onlyPassing ? "1" : undefined,
    },
    by: "index",
    needs: `service:read on ${JSON.stringify(target.Service)} and node:read`,
  };
}

/** All instances of a service by its own name, not those of its sidecars. */
export function instancesQuestion(service: string, datacenter?: string, filter?: string): Question {
  return {
    path: `/health/service/${part(service)}`,
    query: { dc: datacenter, filter: filter === "" ? undefined : filter },
    by: "index",
    needs: `service:read on ${JSON.stringify(service)} and node:read`,
  };
}

export function parseChain(text: string): DiscoveryChain {
  return (JSON.parse(text) as { readonly Chain: DiscoveryChain }).Chain;
}

export function parseHealth(text: string): readonly HealthRow[] {
  return JSON.parse(text) as readonly HealthRow[];
}

export async function readChain(transport: Transport, service: string): Promise<Result<DiscoveryChain>> {
  const read = await callExisting<{ readonly Chain: DiscoveryChain }>(transport, requestOf(chainQuestion(service)));
  return read.ok ? ok(read.value.Chain) : read;
}
