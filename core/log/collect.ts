import { ok, type Result } from "#core/base";
import type { LogEntry } from "./entry-records.ts";
import type { Disk, LogIdentity } from "./disk.ts";
import { type LogVisitor, type Recovery, recoverLog } from "./recover.ts";

export interface CollectedLog {
  readonly recovery: Recovery;
  /** The entries after `recovery.baseIndex`, copied out of the files. */
  readonly entries: readonly LogEntry[];
}

/** Recovers the log with all its entries in memory, as core/raft wants it. */
export function collectLog(
  disk: Disk,
  identity: Omit<LogIdentity, "incarnation">,
  snapshotIndex: number,
): Result<CollectedLog> {
  const collector = new Collector();
  const recovery = recoverLog(disk, identity, snapshotIndex, collector);
  return recovery.ok ? ok({ recovery: recovery.value, entries: collector.entries }) : recovery;
}

class Collector implements LogVisitor {
  readonly entries: LogEntry[] = [];
  #baseIndex = 0;

  begin(index: number): void {
    this.#baseIndex = index;
    this.entries.length = 0;
  }

  entry(index: number, term: number, kind: LogEntry["kind"], data: Uint8Array): void {
    this.entries.push({ index, term, kind, data: data.slice() });
  }

  truncateAfter(index: number): void {
    this.entries.length = index - this.#baseIndex;
  }
}
