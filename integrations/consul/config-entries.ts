import { err, ok, type Result } from "#core/base";
import { callJson, callVoid, parseAnswer, part, requestOf } from "./call.ts";
import type { Question } from "./question.ts";
import type { Transport } from "./transport.ts";

/** Any config entry, in Consul's own spelling. */
export interface ConfigEntry {
  readonly Kind: string;
  readonly Name: string;
  readonly Meta?: Readonly<Record<string, string>> | null;
  readonly ModifyIndex?: number;
  readonly CreateIndex?: number;
  readonly [field: string]: unknown;
}

export interface ServiceResolver extends ConfigEntry {
  readonly Kind: "service-resolver";
  readonly DefaultSubset?: string;
  readonly Subsets?: Readonly<Record<string, { readonly Filter?: string; readonly OnlyPassing?: boolean }>> | null;
  readonly Redirect?: unknown;
  readonly Failover?: unknown;
}

export interface ServiceSplitter extends ConfigEntry {
  readonly Kind: "service-splitter";
  readonly Splits: readonly { readonly Weight: number; readonly Service?: string; readonly ServiceSubset?: string }[];
}

export function entryQuestion(kind: string, name: string): Question {
  return { path: `/config/${part(kind)}/${part(name)}`, by: "index", needs: `service:read on ${JSON.stringify(name)}` };
}

/** Null when there is none. */
export function readEntry<T extends ConfigEntry>(
  transport: Transport,
  kind: T["Kind"],
  name: string,
): Promise<Result<T | null>> {
  return callJson(transport, requestOf(entryQuestion(kind, name)));
}

/**
 * Writes an entry if it still is as it was read: `modifyIndex` is that of the reading, 0 when there was none. `conflict`
 * when somebody else has written meanwhile.
 */
export async function writeEntry(transport: Transport, entry: ConfigEntry, modifyIndex: number): Promise<Result<void>> {
  const { CreateIndex: _created, ModifyIndex: _modified, ...body } = entry;
  const request = {
    method: "PUT",
    path: "/config",
    query: { cas: String(modifyIndex) },
    body,
    needs: entry.Kind === "proxy-defaults" ? "operator:write" : `service:write on ${JSON.stringify(entry.Name)}`,
  } as const;
  const answer = await transport.send(request);
  if (!answer.ok) return answer;
  const written = parseAnswer<boolean>(answer.value, request);
  if (!written.ok) return written;
  if (written.value) return ok(undefined);
  return err("conflict", `${entry.Kind}/${entry.Name} was changed by somebody else meanwhile`, {
    hint: "look at it again and repeat the command",
  });
}

/** Consul's delete has no compare-and-set (recorded: it ignores `cas`). */
export function deleteEntry(transport: Transport, kind: string, name: string): Promise<Result<void>> {
  return callVoid(transport, {
    method: "DELETE",
    path: `/config/${part(kind)}/${part(name)}`,
    needs: `service:write on ${JSON.stringify(name)}`,
  });
}

/**
 * Takes an entry away. Consul's delete knows no compare-and-set, so an entry with neutral settings is written with it first,
 * read again, and only then deleted: what somebody writes in between stays, and is a `conflict`.
 */
export async function clearEntry(
  transport: Transport,
  { Kind: kind, Name: name, ModifyIndex: modifyIndex = 0 }: ConfigEntry,
  settings: Readonly<Record<string, unknown>>,
): Promise<Result<void>> {
  const neutral: ConfigEntry = { Kind: kind, Name: name, ...settings };
  const written = await writeEntry(transport, neutral, modifyIndex);
  if (!written.ok) return written;
  const read = await readEntry(transport, kind, name);
  if (!read.ok || read.value === null) return read.ok ? ok(undefined) : read;
  if (settingsIn(read.value) !== settingsIn(neutral))
    return err("conflict", `${kind}/${name} was changed by somebody else meanwhile`);
  return deleteEntry(transport, kind, name);
}

const identity = new Set(["Kind", "Name", "Namespace", "CreateIndex", "ModifyIndex"]);

/** What an entry sets, as far as it says anything: Consul spells out what is empty. */
function settingsIn(entry: ConfigEntry): string {
  const rows = Object.entries(entry).filter(([name, value]) => !identity.has(name) && !isEmpty(value));
  return JSON.stringify(rows.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function isEmpty(value: unknown): boolean {
  return !value || (typeof value === "object" && Object.keys(value).length === 0);
}
