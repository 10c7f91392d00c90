import { err, ok, type Result } from "#core/base";
import { type EndpointName, parseQueryOptions, type PathParams, type QueryOptions, type QueryText } from "#core/api";
import type { Struct } from "#core/schema";
import { decodeJson, parseJson } from "#core/wire";
import type { HttpPorts } from "./ports.ts";

/** A request that found its endpoint. */
export interface ApiRequest {
  readonly endpoint: EndpointName;
  readonly method: string;
  readonly params: PathParams;
  readonly query: QueryText;
  readonly options: QueryOptions;
  /** From the query; `default` when it names none; `*` for all, on lists. */
  readonly namespace: string;
  /** The namespace only if the query names one. */
  readonly namedNamespace: string | undefined;
  readonly body: string;
  /** Aborts when the caller hangs up or the server stops. */
  readonly signal: AbortSignal;
}

export const ALL_NAMESPACES = "*";

export function readRequest(
  parts: Omit<ApiRequest, "options" | "namespace" | "namedNamespace">,
  ports: HttpPorts,
): Result<ApiRequest> {
  const region = parts.query("region");
  if (region !== undefined && region !== "" && region !== ports.region) return noPath(region, ports);
  const options = parseQueryOptions(parts.query);
  if (!options.ok) return options;
  const namedNamespace = parts.query("namespace") || undefined;
  return ok({ ...parts, options: options.value, namespace: namedNamespace ?? "default", namedNamespace });
}

export function noPath(region: string, ports: HttpPorts): Result<never> {
  const known = ports.agent.regions().join(", ");
  return err("no_path", "No path to region", {
    field: "region",
    hint: `region ${JSON.stringify(region)} is not known here; known: ${known}`,
  });
}

/** The parsed body, or the text that the compatible server answers for one that is missing or no JSON. */
function readBody(body: string): Result<unknown> {
  if (body === "") return err("bad_request", "Request body is empty");
  if (body.trim() === "") return err("bad_request", "EOF");
  return parseJson(body);
}

/** The body as a noun. */
export function decodeBody<T>(noun: Struct<T>, body: string): Result<T> {
  const parsed = readBody(body);
  return parsed.ok ? decodeJson(noun, parsed.value) : parsed;
}
