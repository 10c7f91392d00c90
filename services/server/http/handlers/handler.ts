import type { EndpointName } from "#core/api";
import { err, ok, type Result } from "#core/base";
import type { Struct } from "#core/schema";
import type { Store, WatchKey } from "#core/store";
import { encodeJson, encodeJsonList } from "#core/wire";
import { type Page, paged } from "../pages.ts";
import type { HttpPorts } from "../ports.ts";
import { answer, type Found } from "../read.ts";
import { failed, type Reply } from "../reply.ts";
import type { ApiRequest } from "../request.ts";

export type Handler = (request: ApiRequest, ports: HttpPorts) => Promise<Reply> | Reply;

/** Handlers by the endpoint that they answer; the table of all of them is checked to be complete. */
export type Handlers<N extends EndpointName = EndpointName> = { readonly [K in N]: Handler };

/** An object by name: its own index, or the table's when it is not there. */
export function readOne<T extends { readonly modifyIndex: number }>(
  noun: Struct<T>,
  missing: string,
  watch: (request: ApiRequest) => readonly WatchKey[],
  find: (store: Store, request: ApiRequest) => Result<T | undefined>,
  tableIndex: (store: Store) => number,
): Handler {
  return (request, ports) => {
    const lookUp = (store: Store): Result<Found> => {
      const found = find(store, request);
      if (!found.ok) return found;
      if (!found.value) return ok({ index: tableIndex(store), json: undefined, missing });
      return ok({ index: found.value.modifyIndex, json: encodeJson(noun, found.value) });
    };
    return answer({ watch: watch(request), find: lookUp }, request, ports);
  };
}

export interface Listing<R, S> {
  readonly noun: Struct<S>;
  readonly watch: (request: ApiRequest) => readonly WatchKey[];
  readonly rows: (store: Store, request: ApiRequest) => Result<readonly R[]>;
  readonly token: (row: R) => string;
  readonly stub: (row: R, store: Store) => S;
  readonly index: (store: Store) => number;
}

/** A list: rows, cut into pages, each shown as its stub, with the index of their table. */
export async function readList<R, S>(listing: Listing<R, S>, request: ApiRequest, ports: HttpPorts): Promise<Reply> {
  const find = (store: Store): Result<Found> => {
    const rows = listing.rows(store, request);
    if (!rows.ok) return rows;
    const page: Result<Page<R>> = paged(rows.value, listing.token, request);
    if (!page.ok) return page;
    const stubs = page.value.items.map((row) => listing.stub(row, store));
    return ok({
      index: listing.index(store),
      json: encodeJsonList(listing.noun, stubs),
      nextToken: page.value.nextToken,
    });
  };
  return answer({ watch: listing.watch(request), find }, request, ports);
}

/** Runs a handler whose flags must parse first. */
export function withFlags<F>(
  flags: (request: ApiRequest) => Result<F>,
  run: (request: ApiRequest, ports: HttpPorts, flags: F) => Promise<Reply>,
): Handler {
  return async (request, ports) => {
    const parsed = flags(request);
    return parsed.ok ? run(request, ports, parsed.value) : failed(parsed.failure);
  };
}

export function required(value: string | undefined, message: string, field: string): Result<string> {
  return value === undefined || value === "" ? err("bad_request", message, { field }) : ok(value);
}
