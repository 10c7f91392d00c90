import { err, failure, ok, type Failure, type Result, type Secret, type Timers } from "#core/base";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** May hold a token: no message shows more of it than its host. */
  readonly url: Secret;
  readonly headers: ReadonlyMap<string, Secret>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** More is a failure; 0 leaves the body unread. */
  readonly bodyMax: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request, without following redirects. `timeout`, `unavailable` (nobody answers there), `io` (all else). */
export async function sendHttp(request: HttpRequest, timers: Timers): Promise<Result<HttpAnswer>> {
  const { method, url, headers, body, timeoutMs, signal } = request;
  const late = new AbortController();
  const timer = timers.after(timeoutMs, () => late.abort());
  try {
    const answer = await fetch(url.reveal("wire"), {
      method,
      headers: [...headers].map(([name, value]): [string, string] => [name, value.reveal("authenticate")]),
      ...(body !== undefined && { body }),
      redirect: "manual",
      signal: AbortSignal.any([signal, late.signal]),
    });
    return await readAnswer(answer, request.bodyMax);
  } catch (error) {
    if (late.signal.aborted) return err("timeout", `no answer within ${timeoutMs / 1000} s`);
    if (signal.aborted) return err("cancelled", "it is not waited for any more");
    return { ok: false, failure: unreachable(error) };
  } finally {
    timer.cancel();
  }
}

async function readAnswer(answer: Response, bodyMax: number): Promise<Result<HttpAnswer>> {
  const { status, body } = answer;
  if (bodyMax === 0 || body === null) {
    await body?.cancel();
    return ok({ status, text: "" });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (size > bodyMax) return err("io", `the answer is larger than ${bodyMax} bytes`);
    chunks.push(chunk);
  }
  return ok({ status, text: Buffer.concat(chunks).toString("utf8") });
}

/** Nobody is there, or it ends without an answer. */
const silent: readonly string[] = ["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/** By its code: texts of errors may hold what was sent. */
function unreachable(error: unknown): Failure {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  const code = typeof cause?.code === "string" ? cause.code : "no connection";
  return failure(silent.includes(code) ? "unavailable" : "io", code);
}
