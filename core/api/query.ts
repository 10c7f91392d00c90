import { err, ok, type Result } from "#core/base";

/** What every read understands. */
export interface QueryOptions {
  /** Answer when the result's index is above this; 0 answers at once. */
  readonly minIndex: number;
  readonly waitMs: number;
  readonly allowStale: boolean;
  readonly prefix: string;
  readonly filter: string;
  /** 0 for all. */
  readonly perPage: number;
  readonly nextToken: string;
  readonly reverse: boolean;
}

/** How query parameters are asked for; the first of a repeated one. */
export type QueryText = (name: string) => string | undefined;

const WAIT_MAX_MS = 300_000;

export function parseQueryOptions(query: QueryText): Result<QueryOptions> {
  const waitMs = parseWait(query("wait"));
  if (waitMs === undefined) return err("bad_request", "Invalid wait time", { field: "wait" });
  const minIndex = parseUnsigned(query("index") ?? "0");
  if (minIndex === undefined) return err("bad_request", "Invalid index", { field: "index" });
  const stale = query("stale");
  const allowStale = stale === undefined ? false : stale === "" ? true : parseBool(stale);
  if (allowStale === undefined) {
    return err("bad_request", `Failed to parse value of "stale" (${stale}) as a bool: ${boolError(stale ?? "")}`, {
      field: "stale",
    });
  }
  const perPage = parseUnsigned(query("per_page") || "0");
  if (perPage === undefined)
    return err("bad_request", "Expect a number for `per_page` query string parameter", { field: "per_page" });
  return ok({
    minIndex,
    waitMs,
    allowStale,
    prefix: query("prefix") ?? "",
    filter: query("filter") ?? "",
    perPage,
    nextToken: query("next_token") ?? "",
    reverse: query("reverse") === "true",
  });
}

/** A flag such as `resources`: absent or empty is the default. */
export function queryBool(query: QueryText, name: string, byDefault = false): Result<boolean> {
  const value = query(name);
  if (value === undefined || value === "") return ok(byDefault);
  const parsed = parseBool(value);
  if (parsed !== undefined) return ok(parsed);
  return err("invalid", `Failed to parse value of "${name}" (${value}) as a bool: ${boolError(value)}`, {
    field: name,
  });
}

/** The spellings that Go's strconv.ParseBool takes. */
export function parseBool(text: string): boolean | undefined {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  return undefined;
}

function boolError(value: string): string {
  return `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
}

export function parseUnsigned(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A Go duration such as `1m30s`; absent or zero is the longest wait there is. */
function parseWait(text: string | undefined): number | undefined {
  if (text === undefined || text === "" || text === "0") return WAIT_MAX_MS;
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit as string] as number), 0);
  return total === 0 ? WAIT_MAX_MS : Math.min(total, WAIT_MAX_MS);
}
