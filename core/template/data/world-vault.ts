import { ExactNumber } from "#core/base";
import { compareText } from "../values/bytes.ts";
import { Int, GoMap, int, JsonNumber, List, NilPointer, strings, Struct, type Value } from "../values/value.ts";
import type { Dependency, DependencyOf } from "./dependency.ts";
import { certificateType, secretAuthType, secretType, secretWrapType } from "./objects.ts";
import type { Answer } from "./snapshot.ts";
import { found, refused, unsupported } from "./answers.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json } | ExactNumber;
type JsonObject = Readonly<Record<string, Json>>;

interface RecordedAnswer {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>> | null;
  readonly status: number;
  readonly response: JsonObject | null;
}

export interface VaultData {
  readonly kv1?: Readonly<Record<string, JsonObject>>;
  /** The versions of each secret in order. */
  readonly kv2?: Readonly<Record<string, readonly JsonObject[]>>;
  /** `path@version` */
  readonly kv2_deleted?: readonly string[];
  readonly kv2_destroyed?: readonly string[];
  readonly kv2_custom_metadata?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly responses?: readonly RecordedAnswer[];
}

const KV1_LEASE_SECONDS = 2_764_800;
const DEFAULT_MOUNTS = ["kv", "secret"];

/** Secrets by path, in engines of both versions of KV. */
export class VaultWorld {
  readonly #data: VaultData;
  readonly #token: string | undefined;
  readonly #kv2Mounts: ReadonlySet<string>;

  constructor(data: VaultData, token: string | undefined) {
    this.#data = data;
    this.#token = token;
    this.#kv2Mounts = new Set(["secret", ...Object.keys(data.kv2 ?? {}).map((path) => path.split("/")[0] as string)]);
  }

  answerTo(dependency: Dependency): Answer {
    if (this.#token !== undefined && this.#token !== "root") {
      const path = "path" in dependency ? dependency.path : "";
      return refused(apiError("GET", path, 403, "permission denied"));
    }
    switch (dependency.kind) {
      case "secret":
        return dependency.parameters === undefined ? this.#read(dependency) : this.#write(dependency);
      case "certificate":
        return this.#certificate(dependency);
      case "secretList":
        return this.#list(dependency.path);
      default:
        return unsupported(dependency);
    }
  }

  #recorded(method: string, path: string, params: Readonly<Record<string, string>> | undefined) {
    const key = (given: Readonly<Record<string, string>> | null | undefined): string =>
      JSON.stringify(Object.entries(given ?? {}).sort(([left], [right]) => compareText(left, right)));
    return this.#data.responses?.find(
      (one) => one.method === method && one.path === path && key(one.params) === key(params),
    );
  }

  #read({ path }: DependencyOf<"secret">): Answer {
    const recorded = this.#recorded("GET", path, undefined);
    if (recorded !== undefined) return recordedAnswer(recorded);
    const kv1 = this.#data.kv1?.[path];
    if (kv1 !== undefined) return found(secretOf({ data: kv1, lease_duration: KV1_LEASE_SECONDS }), textsOf(kv1));
    const [bare = "", query = ""] = path.split("?");
    const version = Number(/(?:^|&)version=(\d+)/.exec(query)?.[1] ?? 0);
    return this.#versioned(bare, version) ?? refused(`no secret exists at ${path}`);
  }

  #versioned(path: string, wanted: number): Answer | undefined {
    const [mount = "", ...rest] = path.split("/");
    if (!this.#kv2Mounts.has(mount)) return undefined;
    const isPrefixed = rest[0] === "data" || rest[0] === "metadata";
    const key = [mount, ...(isPrefixed ? rest.slice(1) : rest)].join("/");
    const versions = this.#data.kv2?.[key];
    if (versions === undefined) return undefined;
    if (rest[0] === "metadata") return found(secretOf({ data: this.#metadata(key, versions) }));
    const version = wanted === 0 ? versions.length : wanted;
    const data = versions[version - 1];
    const isDestroyed = this.#data.kv2_destroyed?.includes(`${key}@${version}`) === true;
    const isDeleted = this.#data.kv2_deleted?.includes(`${key}@${version}`) === true;
    if (data === undefined || isDeleted || (isDestroyed && wanted === 0)) return undefined;
    const metadata = {
      created_time: "2026-01-01T00:00:00Z",
      custom_metadata: this.#data.kv2_custom_metadata?.[key] ?? null,
      deletion_time: "",
      destroyed: isDestroyed,
      version,
    };
    return found(secretOf({ data: { data: isDestroyed ? null : data, metadata } }), textsOf(data));
  }

  #metadata(key: string, versions: readonly JsonObject[]): JsonObject {
    return {
      current_version: versions.length,
      oldest_version: 0,
      custom_metadata: this.#data.kv2_custom_metadata?.[key] ?? null,
      versions: Object.fromEntries(
        versions.map((_, index) => [String(index + 1), { deletion_time: "", destroyed: false }]),
      ),
    };
  }

  #write({ path, parameters }: DependencyOf<"secret">): Answer {
    const recorded = this.#recorded("PUT", path, parameters);
    if (recorded !== undefined) return recordedAnswer(recorded);
    const [mount = ""] = path.split("/");
    const isKnown = DEFAULT_MOUNTS.includes(mount) || this.#kv2Mounts.has(mount);
    return isKnown
      ? found(undefined)
      : refused(apiError("PUT", path, 400, "no answer is written down for this request"));
  }

  #certificate({ path, parameters }: DependencyOf<"certificate">): Answer {
    const recorded = this.#recorded("PUT", path, parameters);
    const data = recorded?.response?.["data"];
    if (data === undefined || data === null || typeof data !== "object")
      return refused(apiError("PUT", path, 400, `unknown role: ${path.split("/").at(-1)}`));
    const fields = data as JsonObject;
    const chain = valueOf(fields["ca_chain"] ?? []);
    const key = textAt(fields, "private_key");
    const values = {
      Cert: withLineEnd(textAt(fields, "certificate")),
      Key: withLineEnd(key),
      CA: withLineEnd(textAt(fields, "issuing_ca")),
      CAChain: chain instanceof List ? new List(chain.items, "string") : new List([], "string"),
    };
    const inner = new Struct(certificateType, { ...values, Data: null });
    return found(new Struct(certificateType, { ...values, Data: inner }), [key]);
  }

  #list(path: string): Answer {
    const [mount = "", ...rest] = path.split("/");
    const isKv2 = this.#kv2Mounts.has(mount);
    const prefix = isKv2 && rest[0] === "metadata" ? [mount, ...rest.slice(1)].join("/") : path;
    const paths = Object.keys((isKv2 ? this.#data.kv2 : this.#data.kv1) ?? {});
    const names = new Set<string>();
    for (const candidate of paths) {
      if (!candidate.startsWith(`${prefix}/`)) continue;
      const [name = "", ...below] = candidate.slice(prefix.length + 1).split("/");
      names.add(below.length > 0 ? `${name}/` : name);
    }
    return found(strings([...names].sort(compareText)));
  }
}

function apiError(method: string, path: string, code: number, message: string): string {
  return `Error making API request.\n\nURL: ${method} $VAULT_ADDR/v1/${path}\nCode: ${code}. Errors:\n\n* ${message}`;
}

function withLineEnd(pem: string): string {
  return pem === "" || pem.endsWith("\n") ? pem : `${pem}\n`;
}

function recordedAnswer({ method, path, status, response }: RecordedAnswer): Answer {
  if (status >= 400 || response === null) return refused(apiError(method, path, status, "the request failed"));
  return found(secretOf(response), textsOf(response["data"] ?? null));
}

/** A secret from the envelope of Vault's answer. */
export function secretOf(answer: JsonObject): Struct {
  const warnings = valueOf(answer["warnings"] ?? null);
  return new Struct(secretType, {
    RequestID: textAt(answer, "request_id"),
    LeaseID: textAt(answer, "lease_id"),
    LeaseDuration: int(numberAt(answer, "lease_duration")),
    Renewable: answer["renewable"] === true,
    Data: valueOf(answer["data"] ?? null),
    Warnings: warnings instanceof List ? new List(warnings.items, "string") : new List([], "string"),
    Auth: authOf(answer["auth"] as JsonObject | null | undefined),
    WrapInfo: wrapOf(answer["wrap_info"] as JsonObject | null | undefined),
  });
}

function textAt(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === "string" ? value : "";
}

function numberAt(object: JsonObject, name: string): number {
  const value = object[name];
  return typeof value === "number" ? value : 0;
}

function authOf(auth: JsonObject | null | undefined): Value {
  if (auth === null || auth === undefined) return new NilPointer("*dependency.SecretAuth", secretAuthType.fields);
  return new Struct(secretAuthType, {
    ClientToken: textAt(auth, "client_token"),
    Accessor: textAt(auth, "accessor"),
    Policies: valueOf(auth["policies"] ?? []),
    Metadata: valueOf(auth["metadata"] ?? {}),
    LeaseDuration: int(numberAt(auth, "lease_duration")),
    Renewable: auth["renewable"] === true,
  });
}

function wrapOf(wrap: JsonObject | null | undefined): Value {
  if (wrap === null || wrap === undefined) return new NilPointer("*dependency.SecretWrapInfo", secretWrapType.fields);
  return new Struct(secretWrapType, {
    Token: textAt(wrap, "token"),
    TTL: new Int("int", numberAt(wrap, "ttl")),
    CreationTime: textAt(wrap, "creation_time"),
    WrappedAccessor: textAt(wrap, "wrapped_accessor"),
  });
}

/** A value of Vault's JSON: numbers keep their digits. */
export function valueOf(json: Json): Value {
  if (json === null || typeof json === "string" || typeof json === "boolean") return json;
  if (typeof json === "number") return new JsonNumber(String(json));
  if (json instanceof ExactNumber) return new JsonNumber(json.literal);
  if (Array.isArray(json)) return new List(json.map((item: Json) => valueOf(item)));
  const made = new GoMap();
  for (const [key, value] of Object.entries(json as JsonObject)) made.entries.set(key, valueOf(value));
  return made;
}

function textsOf(json: Json): string[] {
  if (typeof json === "string") return [json];
  if (json === null || typeof json !== "object" || json instanceof ExactNumber) return [];
  return Object.values(json).flatMap((value) => textsOf(value as Json));
}
