import { readFileSync, statSync } from "node:fs";
import { err, ok, type Result, Secret } from "#core/base";
import { type CanaryPlan, type Headers, isReference } from "#core/delivery";

export type Env = Readonly<Record<string, string | undefined>>;

const SIZE_MAX = 16 * 1024;

/** What `env:NAME` or `file:PATH` stands for. Neither the value nor a part of it is in any message. */
export function resolveSecret(reference: string, env: Env): Result<Secret> {
  const [, from, name = ""] = /^(env|file):(.+)$/.exec(reference) ?? [];
  const found = from === "env" ? fromEnvironment(name, env) : fromFile(name);
  if (!found.ok) return found;
  const text = found.value.trim();
  const isPrintable = text !== "" && text.length <= SIZE_MAX && /^[\x20-\x7e]*$/.test(text);
  return isPrintable ? ok(new Secret(text)) : err("invalid", `${reference} is empty, too long, or no printable text`);
}

function fromEnvironment(name: string, env: Env): Result<string> {
  const value = env[name];
  return value === undefined ? err("not_found", `the environment variable ${name} is not set`) : ok(value);
}

function fromFile(path: string): Result<string> {
  try {
    if (statSync(path).size > SIZE_MAX) return err("invalid", `${path} is larger than ${SIZE_MAX} bytes`);
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    return err("io", `${path}: ${(error as NodeJS.ErrnoException).code ?? "cannot be read"}`);
  }
}

/** All headers to be sent, each a secret: a plain one may hold one too. */
export function resolveHeaders({ headers, secretHeaders }: Headers, env: Env): Result<ReadonlyMap<string, Secret>> {
  const all = new Map(Object.entries(headers).map(([name, value]) => [name, new Secret(value)]));
  for (const [name, reference] of Object.entries(secretHeaders)) {
    const secret = resolveSecret(reference, env);
    if (!secret.ok) return err(secret.failure.code, `header ${name}: ${secret.failure.message}`);
    all.set(name, secret.value);
  }
  return ok(all);
}

/** Whether all that a plan is to send along can be found, before anything is begun. */
export function checkSecrets({ checks, webhooks }: CanaryPlan, env: Env): Result<void> {
  const sources = checks.flatMap(({ name, source }) =>
    source.kind === "command" ? [] : [[`check ${name}`, source] as const],
  );
  const hooks = webhooks.map((hook, at) => [`webhook ${at + 1}`, hook] as const);
  for (const [who, headers] of [...sources, ...hooks]) {
    const found = resolveHeaders(headers, env);
    if (!found.ok) return err(found.failure.code, `${who}: ${found.failure.message}`);
  }
  for (const [who, { url }] of hooks) {
    const found = resolveUrl(url, env);
    if (!found.ok) return err(found.failure.code, `${who}: ${found.failure.message}`);
  }
  return ok(undefined);
}

/** A URL, or where it is found. */
export function resolveUrl(url: string, env: Env): Result<Secret> {
  const found = isReference(url) ? resolveSecret(url, env) : ok(new Secret(url));
  if (!found.ok) return found;
  return /^https?:\/\//.test(found.value.reveal("wire")) ? found : err("invalid", "it is no URL of http or https");
}
