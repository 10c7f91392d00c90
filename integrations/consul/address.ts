import { readFileSync } from "node:fs";
import { err, failureOf, ok, type Result, Secret } from "#core/base";

/** Where a Consul agent is and how to speak to it. */
export interface ConsulAddress {
  /** `http://127.0.0.1:8500` or `https://…`; of a unix socket its own scheme. */
  readonly url: string;
  readonly socketPath: string | undefined;
  readonly token: Secret | undefined;
  readonly tls: ConsulTls | undefined;
}

export interface ConsulTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: Secret | undefined;
  readonly servername: string | undefined;
  readonly verifies: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says; it wins over the environment. */
export interface AddressFlags {
  readonly address?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
}

const DEFAULT = "127.0.0.1:8500";

/** From the variables that every Consul tool reads (`CONSUL_HTTP_ADDR`, `…_TOKEN`, `…_TOKEN_FILE`, `…_SSL`, the CA ones). */
export function addressFrom(flags: AddressFlags, env: Environment): Result<ConsulAddress> {
  const token = tokenFrom(flags, env);
  if (!token.ok) return token;
  const named = flags.address ?? env["CONSUL_HTTP_ADDR"] ?? DEFAULT;
  if (named.startsWith("unix://"))
    return ok({
      url: "http://localhost",
      socketPath: named.slice("unix://".length),
      token: token.value,
      tls: undefined,
    });
  const isSecure = named.startsWith("https://") || (!named.includes("://") && isTrue(env["CONSUL_HTTP_SSL"]));
  const url = parse(named.includes("://") ? named : `${isSecure ? "https" : "http"}://${named}`);
  if (!url)
    return err("invalid", `${JSON.stringify(named)} is no address of a Consul agent`, {
      field: flags.address === undefined ? "CONSUL_HTTP_ADDR" : "-consul-addr",
      hint: "write host:port, http://…, https://… or unix://…",
    });
  const tls = isSecure ? tlsFrom(env) : ok(undefined);
  return tls.ok ? ok({ url, socketPath: undefined, token: token.value, tls: tls.value }) : tls;
}

function tokenFrom(flags: AddressFlags, env: Environment): Result<Secret | undefined> {
  const file = flags.token === undefined ? (flags.tokenFile ?? fileOf(env)) : undefined;
  if (file !== undefined && file !== "") {
    const text = readText(file, "CONSUL_HTTP_TOKEN_FILE");
    return text.ok ? ok(new Secret(text.value.trim())) : text;
  }
  const token = flags.token ?? env["CONSUL_HTTP_TOKEN"] ?? "";
  return ok(token === "" ? undefined : new Secret(token));
}

/** A token that is given as such wins over a file. */
function fileOf(env: Environment): string | undefined {
  return (env["CONSUL_HTTP_TOKEN"] ?? "") === "" ? env["CONSUL_HTTP_TOKEN_FILE"] : undefined;
}

function tlsFrom(env: Environment): Result<ConsulTls> {
  const read = (name: string): Result<string | undefined> =>
    (env[name] ?? "") === "" ? ok(undefined) : readText(env[name] ?? "", name);
  const [ca, cert, key] = [read("CONSUL_CACERT"), read("CONSUL_CLIENT_CERT"), read("CONSUL_CLIENT_KEY")];
  if (!ca.ok) return ca;
  if (!cert.ok) return cert;
  if (!key.ok) return key;
  return ok({
    ca: ca.value,
    cert: cert.value,
    key: key.value === undefined ? undefined : new Secret(key.value),
    servername: env["CONSUL_TLS_SERVER_NAME"],
    verifies: !/^(?:0|f|false)$/i.test(env["CONSUL_HTTP_SSL_VERIFY"] ?? "true"),
  });
}

function readText(path: string, field: string): Result<string> {
  try {
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    return err("io", `${field}: ${failureOf(error).message}`, { field });
  }
}

function isTrue(value: string | undefined): boolean {
  return /^(?:1|t|true)$/i.test(value ?? "");
}

function parse(text: string): string | undefined {
  try {
    const { protocol, host, pathname } = new URL(text);
    if (protocol !== "http:" && protocol !== "https:") return undefined;
    return `${protocol}//${host}${pathname.replace(/\/+$/, "")}`;
  } catch {
    return undefined;
  }
}
