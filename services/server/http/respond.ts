import { gzipSync } from "node:zlib";
import { indentJson } from "#core/wire";
import type { Reply } from "./reply.ts";

const TEXT = "text/plain; charset=utf-8";

/** A reply as it goes over the wire. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | AsyncIterable<Uint8Array | string>;
}

export interface RespondOptions {
  readonly pretty: boolean;
  readonly gzip: boolean;
  readonly extraHeaders: Readonly<Record<string, string>>;
}

export function respond(reply: Reply, options: RespondOptions): Outgoing {
  const common = { Vary: "Accept-Encoding", ...options.extraHeaders, ...reply.headers };
  if (reply.kind === "stream")
    return { status: 200, headers: { ...common, "Content-Type": reply.contentType }, body: reply.chunks };
  if (reply.kind === "empty") return { status: reply.status, headers: common, body: Buffer.alloc(0) };
  const [contentType, text] = content(reply, options.pretty);
  const headers = { "Content-Type": contentType, ...common };
  const body = Buffer.from(text);
  if (!options.gzip) return { status: reply.status ?? 200, headers, body };
  return { status: reply.status ?? 200, headers: { ...headers, "Content-Encoding": "gzip" }, body: gzipSync(body) };
}

function content(
  reply: Exclude<Reply, { kind: "stream" | "empty" }>,
  pretty: boolean,
): [contentType: string, text: string] {
  if (reply.kind === "json") return ["application/json", pretty ? `${indentJson(reply.json)}\n` : reply.json];
  return [reply.kind === "html" ? "text/html; charset=utf-8" : TEXT, reply.text];
}
