import { ok, type Result, Secret } from "#core/base";
import type { Intention } from "#core/mesh";
import { callExisting, part, requestOf } from "./call.ts";
import type { ConfigEntry } from "./config-entries.ts";
import type { Question } from "./question.ts";
import type { Transport } from "./transport.ts";

/** `GET /v1/connect/ca/roots`; during a rotation several, all of them to be trusted. */
export interface CaRoots {
  readonly ActiveRootID: string;
  readonly TrustDomain: string;
  readonly Roots: readonly {
    readonly ID: string;
    readonly Name: string;
    readonly RootCert: string;
    readonly IntermediateCerts: readonly string[] | null;
    readonly Active: boolean;
  }[];
}

/** `GET /v1/agent/connect/ca/leaf/:service`, with its key as a secret. */
export interface Leaf {
  readonly serialNumber: string;
  /** The leaf, and the intermediates after it. */
  readonly certificatePem: string;
  readonly privateKeyPem: Secret;
  readonly service: string;
  readonly uri: string;
  readonly validAfterMs: number;
  readonly validBeforeMs: number;
}

interface LeafJson {
  readonly SerialNumber: string;
  readonly CertPEM: string;
  readonly PrivateKeyPEM: string;
  readonly Service: string;
  readonly ServiceURI: string;
  readonly ValidAfter: string;
  readonly ValidBefore: string;
}

export const rootsQuestion: Question = { path: "/agent/connect/ca/roots", by: "index" };

export function leafQuestion(service: string): Question {
  return {
    path: `/agent/connect/ca/leaf/${part(service)}`,
    by: "index",
    needs: `service:write on ${JSON.stringify(service)} (its certificate)`,
  };
}

/** Sorted by precedence; both the old endpoint and the newer entries are seen through it. */
export function intentionsQuestion(destination: string): Question {
  return {
    path: "/connect/intentions/match",
    query: { by: "destination", name: destination },
    by: "index",
    needs: `intentions:read on ${JSON.stringify(destination)}`,
  };
}

/** Undefined for none at all: a server says so while it reads back its state, and the agent takes it from its cache. */
export function parseRoots(text: string | undefined): CaRoots | undefined {
  const roots = text === undefined ? undefined : (JSON.parse(text) as CaRoots);
  return roots?.Roots?.length ? roots : undefined;
}

export function parseLeaf(text: string): Leaf {
  const leaf = JSON.parse(text) as LeafJson;
  return {
    serialNumber: leaf.SerialNumber,
    certificatePem: leaf.CertPEM,
    privateKeyPem: new Secret(leaf.PrivateKeyPEM),
    service: leaf.Service,
    uri: leaf.ServiceURI,
    validAfterMs: Date.parse(leaf.ValidAfter),
    validBeforeMs: Date.parse(leaf.ValidBefore),
  };
}

export function parseIntentions(text: string, destination: string): readonly Intention[] {
  return (JSON.parse(text) as Readonly<Record<string, readonly Intention[] | null>>)[destination] ?? [];
}

/** Only newer versions have intentions without an action: their permissions stand in the `service-intentions` entry. */
export function needsPermissions(intentions: readonly Intention[]): boolean {
  return intentions.some(({ Action: action }) => action === undefined || action === "");
}

/** Permissions are those of the destination's own entry; on the wildcard there are none. */
export function withPermissions(intentions: readonly Intention[], entry: ConfigEntry | null): Intention[] {
  const sources = (entry?.["Sources"] ?? []) as readonly {
    readonly Name: string;
    readonly Permissions?: Intention["Permissions"];
  }[];
  return intentions.map((intention) => {
    if (intention.DestinationName !== entry?.Name) return intention;
    const found = sources.find((source) => source.Name === intention.SourceName)?.Permissions;
    return found && found.length > 0 ? { ...intention, Permissions: found } : intention;
  });
}

export function readRoots(transport: Transport): Promise<Result<CaRoots>> {
  return callExisting(transport, requestOf(rootsQuestion));
}

export async function matchIntentions(
  transport: Transport,
  destination: string,
): Promise<Result<readonly Intention[]>> {
  type Matches = Readonly<Record<string, readonly Intention[] | null>>;
  const found = await callExisting<Matches>(transport, requestOf(intentionsQuestion(destination)));
  return found.ok ? ok(found.value[destination] ?? []) : found;
}

export interface Authorization {
  readonly Authorized: boolean;
  readonly Reason: string;
}

/** Consul's own decision about a certificate's identity; it ignores a foreign trust domain in 1.8.7. */
export function authorize(transport: Transport, target: string, uri: string): Promise<Result<Authorization>> {
  return callExisting(transport, {
    method: "POST",
    path: "/agent/connect/authorize",
    body: { Target: target, ClientCertURI: uri, ClientCertSerial: "01" },
    needs: `service:write on ${JSON.stringify(target)}`,
  });
}

export function createIntention(
  transport: Transport,
  intention: { readonly SourceName: string; readonly DestinationName: string; readonly Action: "allow" | "deny" },
): Promise<Result<{ readonly ID: string }>> {
  return callExisting(transport, {
    method: "POST",
    path: "/connect/intentions",
    body: { ...intention, SourceType: "consul" },
    needs: `intentions:write on ${JSON.stringify(intention.DestinationName)}`,
  });
}
