import { Secret, type Timers } from "#core/base";
import {
  type CheckOutcome,
  outcomeOfSamples,
  outcomeOfStatus,
  type PrometheusSource,
  type WebSource,
} from "#core/delivery";
import { sendHttp } from "./http.ts";
import { shown } from "./said.ts";
import { type Env, resolveHeaders } from "./secrets.ts";

/** What a probe works with. */
export interface ProbeContext {
  readonly env: Env;
  readonly timers: Timers;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const BODY_MAX = 1024 * 1024;

/** No answer is a failed check; what keeps us from asking is none. */
export async function probeWeb(source: WebSource, context: ProbeContext): Promise<CheckOutcome> {
  const headers = resolveHeaders(source, context.env);
  if (!headers.ok) return unknown(headers.failure.message);
  const { timers, timeoutMs, signal } = context;
  const url = new Secret(source.url);
  const answer = await sendHttp({ method: "GET", url, headers: headers.value, timeoutMs, signal, bodyMax: 0 }, timers);
  if (answer.ok) return outcomeOfStatus(answer.value.status, source.status);
  const { code, message } = answer.failure;
  return code === "timeout" || code === "unavailable" ? { verdict: "fail", reason: message } : unknown(message);
}

/** A query that fails says nothing about the version. */
export async function probePrometheus(source: PrometheusSource, context: ProbeContext): Promise<CheckOutcome> {
  const headers = resolveHeaders(source, context.env);
  if (!headers.ok) return unknown(headers.failure.message);
  const { timers, timeoutMs, signal } = context;
  const query = new URLSearchParams({ query: source.query, timeout: `${Math.ceil(timeoutMs)}ms` });
  const url = new Secret(`${source.address.replace(/\/+$/, "")}/api/v1/query?${query.toString()}`);
  const answer = await sendHttp(
    { method: "GET", url, headers: headers.value, timeoutMs, signal, bodyMax: BODY_MAX },
    timers,
  );
  if (!answer.ok) return unknown(`Prometheus: ${answer.failure.message}`);
  const samples = samplesIn(answer.value.text);
  if (typeof samples === "string") return unknown(`Prometheus: status ${answer.value.status}: ${samples}`);
  return outcomeOfSamples(samples, source);
}

interface QueryAnswer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
}

/** The values of a scalar or an instant vector; a text says what is wrong. */
function samplesIn(text: string): number[] | string {
  const parsed = parse(text);
  if (parsed?.status !== "success") return shown(parsed?.error ?? "no answer of Prometheus");
  const { resultType, result } = parsed.data ?? {};
  if (resultType === "scalar") return [sampleOf(result)];
  if (resultType !== "vector" || !Array.isArray(result)) return "the query gives neither a vector nor a scalar";
  return result.map((each: { readonly value?: unknown } | null) => sampleOf(each?.value));
}

function parse(text: string): QueryAnswer | undefined {
  try {
    const value = JSON.parse(text) as QueryAnswer | null;
    return value ?? undefined;
  } catch {
    return undefined;
  }
}

/** `[1700000000.1, "0.25"]`; also `+Inf`, and NaN for what is none. */
function sampleOf(pair: unknown): number {
  const text = Array.isArray(pair) ? String(pair[1]) : "NaN";
  if (/^[+-]?Inf$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return text === "" ? Number.NaN : Number(text);
}

function unknown(reason: string): CheckOutcome {
  return { verdict: "inconclusive", reason };
}
