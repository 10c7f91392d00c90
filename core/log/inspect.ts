import { err, ok, type Result } from "#core/base";
import type { LogEntryKind } from "./entry-records.ts";
import { chainOf, readSegmentHeaders } from "./chain.ts";
import { type Disk, segmentName } from "./disk.ts";
import { MUST_REACH_NEVER, type StoredHardState } from "./hard-state.ts";
import { type Recovery, recoverLog } from "./recover.ts";
import { scanSegment } from "./scan.ts";
import { checksumSeed, type SegmentHeader } from "./segment.ts";

/** Which records are wanted; everything undefined means all. */
export interface InspectFilter {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly kind?: LogEntryKind | undefined;
  readonly term?: number | undefined;
}

export type InspectedRecord =
  | {
      readonly type: "segment";
      readonly name: string;
      readonly bytes: number;
      readonly createdAtMs: number;
      readonly incarnation: number;
      readonly previousIndex: number;
      readonly isPartOfLog: boolean;
    }
  | {
      readonly type: "entry";
      readonly name: string;
      readonly offset: number;
      readonly index: number;
      readonly term: number;
      readonly kind: LogEntryKind;
      readonly bytes: number;
      /** When its batch was written. */
      readonly timeMs: number;
      /** Valid only during the call; the caller redacts unless asked for payloads, and secret types always. */
      readonly data: Uint8Array;
    }
  | { readonly type: "hard-state"; readonly name: string; readonly state: StoredHardState }
  | { readonly type: "truncate"; readonly name: string; readonly after: number }
  | { readonly type: "reset"; readonly name: string; readonly index: number; readonly term: number };

export interface InspectSummary {
  readonly clusterId: string;
  readonly serverId: string;
  readonly recovery: Recovery;
  readonly mayVote: boolean;
  /** Why it may not, or may. */
  readonly why: string;
  /** 0 clean, 2 torn tail, 3 damage: the exit code of `--verify`. */
  readonly verdict: 0 | 2 | 3;
  /** What to do next, in words with the command. */
  readonly advice: string;
}

/** Visits the records of a log in order, with memory for one batch; never writes, and is safe beside a running server. */
export function inspectLog(
  disk: Disk,
  filter: InspectFilter,
  visit: (record: InspectedRecord) => void,
): Result<undefined> {
  const files = readSegmentHeaders(disk, undefined);
  if (!files.ok) return files;
  if (files.value.readable.length === 0) return err("not_found", "no readable segment of a raft log here");
  const chain = chainOf(files.value);
  for (const header of files.value.readable) inspectSegment(disk, header, chain.includes(header), filter, visit);
  return ok(undefined);
}

function inspectSegment(
  disk: Disk,
  header: SegmentHeader,
  isPartOfLog: boolean,
  filter: InspectFilter,
  visit: (record: InspectedRecord) => void,
): void {
  const name = segmentName(header.sequence);
  const bytes = disk.size(name) ?? 0;
  const { createdAtMs, identity, previous } = header;
  visit({
    type: "segment",
    name,
    bytes,
    createdAtMs,
    incarnation: identity.incarnation,
    previousIndex: previous.index,
    isPartOfLog,
  });
  let timeMs = createdAtMs;
  scanSegment((offset, length) => disk.read(name, offset, length), bytes, checksumSeed(identity, header.sequence), {
    batch: (atMs) => {
      timeMs = atMs;
    },
    entry: (index, term, kind, data, offset) => {
      if (isWanted(filter, index, term, kind))
        visit({ type: "entry", name, offset, index, term, kind, bytes: data.length, timeMs, data });
    },
    hardState: (state) => visit({ type: "hard-state", name, state }),
    truncate: (after) => visit({ type: "truncate", name, after }),
    reset: (index, term) => visit({ type: "reset", name, index, term }),
  });
}

function isWanted(filter: InspectFilter, index: number, term: number, kind: LogEntryKind): boolean {
  if (filter.from !== undefined && index < filter.from) return false;
  if (filter.to !== undefined && index > filter.to) return false;
  if (filter.term !== undefined && term !== filter.term) return false;
  return filter.kind === undefined || kind === filter.kind;
}

const ignore = { begin: () => {}, entry: () => {}, truncateAfter: () => {} };

/** What a start of the server would make of this folder. */
export function verifyLog(disk: Disk, snapshotIndex: number): Result<InspectSummary> {
  const files = readSegmentHeaders(disk, undefined);
  if (!files.ok) return files;
  const owner = files.value.readable.at(-1)?.identity;
  if (owner === undefined) return err("not_found", "no readable segment of a raft log here");
  const recovered = recoverLog(disk, owner, snapshotIndex, ignore);
  if (!recovered.ok) return recovered;
  const recovery = recovered.value;
  const isDamaged = recovery.findings.some((finding) => finding.type === "damage");
  const verdict = isDamaged ? 3 : recovery.findings.length > 0 ? 2 : 0;
  const { clusterId, serverId } = owner;
  return ok({ clusterId, serverId, recovery, ...voting(recovery), verdict, advice: adviceFor(verdict, recovery) });
}

function voting(recovery: Recovery): { readonly mayVote: boolean; readonly why: string } {
  const { mustReach } = recovery.hardState;
  if (mustReach === 0) return { mayVote: true, why: "nothing that was acknowledged is missing" };
  if (mustReach === MUST_REACH_NEVER)
    return { mayVote: false, why: "the segment that was being written is gone: how much is missing cannot be known" };
  return {
    mayVote: false,
    why: `entries up to ${mustReach} may have been acknowledged; the log ends at ${recovery.end.index}`,
  };
}

function adviceFor(verdict: 0 | 2 | 3, recovery: Recovery): string {
  if (verdict === 0) return "nothing to do";
  if (verdict === 2) return "start the server: the torn write was never confirmed and is cut off at the next start";
  if (recovery.hardState.mustReach === MUST_REACH_NEVER)
    return `${ANEW}: it joins as a new server, and a leader brings it up to date. ${ALONE}`;
  return `start the server: a leader brings it up to date, then it votes again. ${ALONE} (${ANEW})`;
}

const ANEW = "stop the server, `mv DATA_DIR DATA_DIR.damaged`, and start it with an empty data directory";
const ALONE =
  "If this says so of the only server, or of a majority of them, no leader can be elected: " +
  "let all of those begin with empty data directories, then `drover job run FILE` each job again";
