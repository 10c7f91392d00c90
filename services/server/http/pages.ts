import { err, ok, type Result } from "#core/base";
import type { ApiRequest } from "./request.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** Names the first item of the next page; undefined on the last one. */
  readonly nextToken: string | undefined;
}

/** Cuts a sorted list by `next_token` (inclusive), `per_page` and `reverse`. */
export function paged<T>(rows: readonly T[], tokenOf: (row: T) => string, request: ApiRequest): Result<Page<T>> {
  const { perPage, nextToken, reverse, filter } = request.options;
  if (filter !== "") return err("not_built", "filter expressions are not built in this version", { field: "filter" });
  const ordered = reverse ? rows.toReversed() : rows;
  const isAtOrAfter = (row: T): boolean => compareTokens(tokenOf(row), nextToken) * (reverse ? -1 : 1) >= 0;
  const rest = nextToken === "" ? ordered : ordered.filter(isAtOrAfter);
  if (perPage === 0 || rest.length <= perPage) return ok({ items: rest, nextToken: undefined });
  return ok({ items: rest.slice(0, perPage), nextToken: tokenOf(rest[perPage] as T) });
}

/** Tokens that begin with an index are ordered by it; the others as texts. */
function compareTokens(left: string, right: string): number {
  const [a, b] = [/^(\d+)\./.exec(left), /^(\d+)\./.exec(right)];
  const difference = a && b ? Number(a[1]) - Number(b[1]) : 0;
  return difference !== 0 ? difference : left < right ? -1 : left > right ? 1 : 0;
}

/** The token of lists that are ordered by when their rows were made. */
export function creationToken(row: { readonly createIndex: number; readonly id: string }): string {
  return `${row.createIndex}.${row.id}`;
}

export function byCreation<T extends { readonly createIndex: number; readonly id: string }>(rows: readonly T[]): T[] {
  return rows.toSorted((left, right) => left.createIndex - right.createIndex || (left.id < right.id ? -1 : 1));
}

/** Refuses what is not the beginning of a UUID, in the words of the compatible server. */
export function checkIdPrefix(prefix: string, what: string): Result<string> {
  const digits = prefix.replaceAll("-", "");
  if (digits.length % 2 !== 0)
    return err("invalid", `${what} lookup failed: index error: Input (without hyphens) must be even length`, {
      field: "prefix",
    });
  const wrong = /[^0-9a-fA-F]/.exec(digits)?.[0];
  if (wrong === undefined) return ok(prefix.toLowerCase());
  const code = (wrong.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");

  return err(
    "invalid",
    `${what} lookup failed: index error: Invalid UUID: encoding/hex: invalid byte: U+${code} '${wrong}'`,
    { field: "prefix" },
  );
}

/** Refuses an id that is not a whole UUID. */
export function checkId(id: string, what: string): Result<string> {
  if (id.length !== 36) return err("invalid", `${what} lookup failed: index error: UUID must be 36 characters`);
  const prefix = checkIdPrefix(id, what);
  return prefix.ok ? ok(id.toLowerCase()) : prefix;
}
