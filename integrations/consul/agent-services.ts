import type { Result } from "#core/base";
import { callJson, callVoid, part, requestOf } from "./call.ts";
import type { Question } from "./question.ts";
import type { Transport } from "./transport.ts";

/** Consul's own spelling, as in `GET /v1/agent/service/:id`. */
export interface AgentService {
  readonly Kind?: string;
  readonly ID: string;
  readonly Service: string;
  readonly Tags: readonly string[] | null;
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly Port: number;
  readonly Address: string;
  readonly Weights?: { readonly Passing: number; readonly Warning: number };
  readonly TaggedAddresses?: Readonly<Record<string, { readonly Address: string; readonly Port: number }>>;
  readonly ContentHash?: string;
  readonly Proxy?: ProxyConfig;
  readonly Datacenter?: string;
}

export interface ProxyConfig {
  readonly DestinationServiceName?: string;
  readonly DestinationServiceID?: string;
  readonly LocalServiceAddress?: string;
  readonly LocalServicePort?: number;
  readonly Config?: Readonly<Record<string, unknown>> | null;
  readonly Upstreams?: readonly ProxyUpstream[] | null;
  readonly MeshGateway?: { readonly Mode?: string };
  readonly Expose?: ProxyExpose;
}

export interface ProxyUpstream {
  readonly DestinationType?: string;
  readonly DestinationName: string;
  readonly Datacenter?: string;
  readonly LocalBindAddress?: string;
  readonly LocalBindPort?: number;
  readonly Config?: Readonly<Record<string, unknown>> | null;
  readonly MeshGateway?: { readonly Mode?: string };
}

export interface ProxyExpose {
  readonly Checks?: boolean;
  readonly Paths?: readonly {
    readonly ListenerPort: number;
    readonly Path: string;
    readonly LocalPathPort: number;
    readonly Protocol?: string;
  }[];
}

/** `PUT /v1/agent/service/register`: only fields that the agent's version knows may stand in it. */
export interface ServiceRegistration {
  readonly Kind?: string;
  readonly ID: string;
  readonly Name: string;
  readonly Tags?: readonly string[];
  readonly Meta?: Readonly<Record<string, string>>;
  readonly Port?: number;
  readonly Address?: string;
  readonly Weights?: { readonly Passing: number; readonly Warning: number };
  readonly TaggedAddresses?: Readonly<Record<string, { readonly Address: string; readonly Port: number }>>;
  readonly Proxy?: ProxyConfig;
  readonly Checks?: readonly CheckDefinition[];
}

export interface CheckDefinition {
  readonly CheckID: string;
  readonly Name: string;
  readonly TTL?: string;
  readonly TCP?: string;
  readonly Interval?: string;
  readonly Timeout?: string;
  readonly AliasService?: string;
  readonly Status?: "passing" | "warning" | "critical";
  readonly Notes?: string;
  readonly DeregisterCriticalServiceAfter?: string;
}

/** Watched by hash: the agent's own state. A change of the service or its absence is told at once. */
export function serviceQuestion(id: string): Question {
  return {
    path: `/agent/service/${part(id)}`,
    by: "hash",
    needs: `service:read on the service of ${JSON.stringify(id)}`,
  };
}

export function readService(transport: Transport, id: string): Promise<Result<AgentService | null>> {
  return callJson(transport, requestOf(serviceQuestion(id)));
}

/** Checks that the definition no longer names are dropped. */
export function registerService(transport: Transport, registration: ServiceRegistration): Promise<Result<void>> {
  return callVoid(transport, {
    method: "PUT",
    path: "/agent/service/register",
    query: { "replace-existing-checks": "true" },
    body: registration,
    needs: `service:write on ${JSON.stringify(registration.Name)}`,
  });
}

/** An unknown one is no error: that is what was wanted. */
export async function deregisterService(transport: Transport, id: string, name: string): Promise<Result<void>> {
  const done = await callVoid(transport, {
    method: "PUT",
    path: `/agent/service/deregister/${part(id)}`,
    needs: `service:write on ${JSON.stringify(name)}`,
  });
  const isGone = !done.ok && (done.failure.code === "not_found" || done.failure.message.includes("Unknown service"));
  return isGone ? { ok: true, value: undefined } : done;
}

export function updateTtl(
  transport: Transport,
  checkId: string,
  status: "passing" | "warning" | "critical",
  output: string,
): Promise<Result<void>> {
  return callVoid(transport, {
    method: "PUT",
    path: `/agent/check/update/${part(checkId)}`,
    body: { Status: status, Output: output },
    needs: "service:write on the service of the check",
  });
}
