import { ok, type Result } from "#core/base";
import { callExisting, callJson, callVoid, parseAnswer, part } from "./call.ts";
import type { Question } from "./question.ts";
import type { Transport } from "./transport.ts";

export interface KvPair {
  readonly key: string;
  readonly value: Uint8Array;
  readonly modifyIndex: number;
  /** The session that holds it as a lock. */
  readonly session: string | undefined;
}

interface KvJson {
  readonly Key: string;
  readonly Value: string | null;
  readonly ModifyIndex: number;
  readonly Session?: string;
}

function pathOf(key: string): string {
  return `/kv/${key.split("/").map(part).join("/")}`;
}

export function keyQuestion(key: string): Question {
  return { path: pathOf(key), by: "index", needs: `key:read on ${JSON.stringify(key)}` };
}

/** All keys that begin so; those that the token may not read are left out. */
export function prefixQuestion(prefix: string): Question {
  const needs = `key_prefix ${JSON.stringify(prefix)} read`;
  return { path: pathOf(prefix), query: { recurse: "" }, by: "index", needs };
}

export function parsePairs(text: string): readonly KvPair[] {
  return (JSON.parse(text) as readonly KvJson[]).map(pairOf);
}

function pairOf({ Key: key, Value: value, ModifyIndex: modifyIndex, Session: session }: KvJson): KvPair {
  return { key, value: Buffer.from(value ?? "", "base64"), modifyIndex, session };
}

export async function readKey(transport: Transport, key: string): Promise<Result<KvPair | null>> {
  const found = await callJson<readonly KvJson[]>(transport, {
    method: "GET",
    path: pathOf(key),
    query: { consistent: "" },
    needs: `key:read on ${JSON.stringify(key)}`,
  });
  if (!found.ok) return found;
  const first = found.value?.[0];
  return ok(first ? pairOf(first) : null);
}

/** How a key is written: only if it still has that index, or as (or for) a lock of a session. */
export type KvCondition =
  | { readonly cas: number }
  | { readonly acquire: string }
  | { readonly release: string }
  | Readonly<Record<string, never>>;

/** False when the condition did not hold. */
export async function writeKey(
  transport: Transport,
  key: string,
  value: Uint8Array,
  condition: KvCondition,
): Promise<Result<boolean>> {
  const query = Object.fromEntries(Object.entries(condition).map(([name, of]) => [name, String(of)]));
  const request = {
    method: "PUT",
    path: pathOf(key),
    query,
    body: value,
    needs: `key:write on ${JSON.stringify(key)}`,
  } as const;
  const answer = await transport.send(request);
  return answer.ok ? parseAnswer<boolean>(answer.value, request) : answer;
}

export function deleteKey(transport: Transport, key: string): Promise<Result<void>> {
  return callVoid(transport, { method: "DELETE", path: pathOf(key), needs: `key:write on ${JSON.stringify(key)}` });
}

export interface SessionOptions {
  readonly name: string;
  /** At least 10 s. */
  readonly ttlMs: number;
  readonly lockDelayMs: number;
  /** What becomes of its locks when it ends. */
  readonly behavior: "release" | "delete";
}

export async function createSession(transport: Transport, options: SessionOptions): Promise<Result<string>> {
  const created = await callExisting<{ readonly ID: string }>(transport, {
    method: "PUT",
    path: "/session/create",
    body: {
      Name: options.name,
      TTL: `${options.ttlMs}ms`,
      LockDelay: `${options.lockDelayMs}ms`,
      Behavior: options.behavior,
    },
    needs: "session:write on the agent's node",
  });
  return created.ok ? ok(created.value.ID) : created;
}

/** `not_found` when it has ended. A server that leads before it has read back its log is not believed. */
export async function renewSession(transport: Transport, id: string): Promise<Result<void>> {
  const needs = "session:write";
  const renew = { method: "PUT", path: `/session/renew/${part(id)}`, needs } as const;
  const renewed = await callVoid(transport, renew);
  if (renewed.ok || renewed.failure.code !== "not_found") return renewed;
  const info = { method: "GET", path: `/session/info/${part(id)}`, query: { consistent: "" }, needs } as const;
  const found = await callJson<readonly object[]>(transport, info);
  if (!found.ok) return found;
  return (found.value ?? []).length > 0 ? callVoid(transport, renew) : renewed;
}

export function destroySession(transport: Transport, id: string): Promise<Result<void>> {
  return callVoid(transport, { method: "PUT", path: `/session/destroy/${part(id)}`, needs: "session:write" });
}
