/** HTTP methods that the API knows; PUT and POST are the same to it. */
export type Method = "GET" | "PUT" | "POST" | "DELETE";

/**
 * What a caller must be allowed. `namespace`: the capability in the request's namespace; `none`: nothing.
 * Until policies exist every token has all of them.
 */
export type Access =
  | { readonly scope: "none" | "management" }
  | { readonly scope: "namespace"; readonly anyOf: readonly string[] }
  | { readonly scope: "node" | "agent" | "operator"; readonly level: "read" | "write" };

/**
 * - `read`: answers from the state, with index headers; may block.
 * - `write`: goes through the log; answers with the index of the write.
 * - `local`: answered by this agent; no index.
 * - `stream`: an open-ended answer.
 */
export type EndpointKind = "read" | "write" | "local" | "stream";

/** A query parameter beyond the common ones. */
export interface QueryParameter {
  readonly type: "text" | "bool" | "int";
  readonly help: string;
}

export interface Endpoint {
  readonly methods: readonly Method[];
  /** `:name` stands for one piece of the path; `:name+` for one that may hold slashes. */
  readonly path: string;
  readonly kind: EndpointKind;
  readonly access: Access;
  readonly query?: Readonly<Record<string, QueryParameter>>;
  readonly help: string;
}

export const WRITE: readonly Method[] = ["PUT", "POST"];
export const READ: readonly Method[] = ["GET"];

export function inNamespace(...anyOf: readonly string[]): Access {
  return { scope: "namespace", anyOf };
}
