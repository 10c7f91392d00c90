/** A server of the cluster: a UUID that is new with every data directory, so that a wiped disk never votes again. */
export type ServerId = string;

/** What an entry is to the protocol: `noop` opens a leader's term, `configuration` changes the members. */
export type EntryKind = "command" | "noop" | "configuration";

/** One place in the replicated log. `data` is opaque here: its envelope belongs to the state machine. */
export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly kind: EntryKind;
  readonly data: Uint8Array;
}

/** A larger command is refused before it enters the log, so that one entry can never delay heartbeats for long. */
export const ENTRY_BYTES_MAX = 1024 * 1024;

/** An append carries at most this many bytes of entries, unless a single entry is larger. */
export const APPEND_BYTES_MAX = 256 * 1024;

/** What an entry costs in an append beside its data; a stated constant so that both sides count alike. */
export const ENTRY_OVERHEAD_BYTES = 24;

export function entryBytes(entry: Entry): number {
  return entry.data.length + ENTRY_OVERHEAD_BYTES;
}
