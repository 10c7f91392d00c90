import { err, ok, type Result } from "#core/base";
import { callJson } from "./call.ts";
import type { Transport } from "./transport.ts";

/** What of the catalogue somebody has to see: instances of services stand on nodes. */
export type Sight = "nothing" | "nodes" | "everything";

const hint = "docs/mesh.md lists the rules that each command needs";

/**
 * Lists leave out what a token may not see, without a word (recorded): a service without instances and one that may not be
 * seen look the same. The agent is a node itself, and the servers are a service; who sees neither lacks the rule.
 */
export async function checkSight(transport: Transport, sight: Sight): Promise<Result<void>> {
  if (sight === "nothing") return ok(undefined);
  const members = await callJson<readonly unknown[]>(transport, { method: "GET", path: "/agent/members" });
  if (!members.ok) return members;
  if (!members.value?.length)
    return err("denied", "the Consul token lacks node:read: it is shown no node, and so no instance", { hint });
  if (sight === "nodes") return ok(undefined);
  const services = await callJson<Readonly<Record<string, unknown>>>(transport, {
    method: "GET",
    path: "/catalog/services",
    query: { consistent: "" },
  });
  if (!services.ok) return services;
  if (services.value?.["consul"]) return ok(undefined);
  return err("denied", 'the Consul token lacks service:read on all services: it is not shown "consul"', { hint });
}
