import { err, failure, type Failure, ok, type Result } from "#core/base";
import type { ConsulAnswer, ConsulRequest, Transport } from "./transport.ts";
import type { Question } from "./question.ts";

/** The parsed body of a call that must succeed; null where Consul answers 404. */
export async function callJson<T>(transport: Transport, request: ConsulRequest): Promise<Result<T | null>> {
  const answer = await transport.send(request);
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(null);
  return parseAnswer<T>(answer.value, request);
}

/** As `callJson`, for what must exist: 404 is `not_found` with Consul's own words. */
export async function callExisting<T>(transport: Transport, request: ConsulRequest): Promise<Result<T>> {
  const answer = await transport.send(request);
  return answer.ok ? parseAnswer<T>(answer.value, request) : answer;
}

/** The present answer to a question that could be watched: not that of a leader that still reads back its state. */
export function requestOf(question: Question): ConsulRequest {
  const { path, query, needs } = question;
  const whole = { ...query, ...consistentOf(question) };
  return { method: "GET", path, query: whole, ...(needs !== undefined && { needs }) };
}

/** The agent knows its own state by itself; everything else is the servers'. */
export function consistentOf({ by }: Question): { readonly consistent?: string } {
  return by === "index" ? { consistent: "" } : {};
}

/** A call whose answer says nothing. */
export async function callVoid(transport: Transport, request: ConsulRequest): Promise<Result<void>> {
  const answer = await transport.send(request);
  if (!answer.ok) return answer;
  const refused = refusalOf(answer.value, request);
  return refused ? { ok: false, failure: refused } : ok(undefined);
}

export function parseAnswer<T>(answer: ConsulAnswer, request: ConsulRequest): Result<T> {
  const refused = refusalOf(answer, request);
  if (refused) return { ok: false, failure: refused };
  try {
    return ok(JSON.parse(answer.text) as T);
  } catch (error) {
    return err("corrupt", `Consul's answer to ${request.method} ${request.path} is no JSON`, { cause: error as Error });
  }
}

/** What a status other than 2xx means. Consul answers validation errors with 500 as well as 400 (recorded). */
export function refusalOf({ status, text }: ConsulAnswer, { method, path, needs }: ConsulRequest): Failure | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = text.trim().replace(/\s+/g, " ");
  if (status === 403) return denied(said, needs);
  const message = `Consul refused ${method} ${path.split("?")[0]}: ${said === "" ? `status ${status}` : said}`;
  if (status === 404) return failure("not_found", said === "" ? message : said);
  if (status === 429) return failure("too_many", message);
  if (status === 409) return failure("conflict", message);
  if (/No cluster leader|rpc error|No path to datacenter|connection refused|Not ready to serve consistent/i.test(said))
    return failure("unavailable", message, { hint: "Consul's servers do not answer; it is tried again" });
  return failure(status >= 500 ? "invalid" : "bad_request", message);
}

/** Consul's own words about the rule, where it has some: 1.8 at registrations, newer ones everywhere. */
const missingRule = /Missing ([a-z]+:[a-z]+) on (\S+)|lacks permission '([a-z]+:[a-z]+)' on "([^"]+)"/;

function denied(said: string, needs: string | undefined): Failure {
  const missing = missingRule.exec(said);
  const named = missing ? `${missing[1] ?? missing[3]} on ${JSON.stringify(missing[2] ?? missing[4])}` : needs;
  const isUnknown = /ACL not found/i.test(said);
  const message = isUnknown
    ? "Consul does not know this token (ACL not found)"
    : `the Consul token lacks ${named ?? "a permission"}: ${said}`;
  const hint = isUnknown
    ? "set CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_FILE or -token to a token that is valid in this datacenter"
    : "docs/mesh.md lists the rules that each command needs";
  return failure("denied", message, { hint });
}

/** One part of a path. */
export function part(text: string): string {
  return encodeURIComponent(text);
}
