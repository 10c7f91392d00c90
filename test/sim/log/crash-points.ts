import { Prng, type Random } from "#core/base";
import { collectLog, type LogBatch, type LogEntry, LogWriter } from "#core/log";
import { DiskFault, SimulatedDisk } from "../disk.ts";

/** What a run over all crash points found. */
export interface CrashPointResult {
  readonly points: number;
  readonly violation: string | undefined;
}

const identity = { clusterId: "cluster", serverId: "s1", incarnation: 1 };
const SEGMENT_BYTES = 4 * 1024;

/** What survives a power failure: nothing that was not synced; names without data; by chance. */
const survivals: readonly (() => Random)[] = [
  () => ({ below: () => 0, fraction: () => 0, bytes: (length) => new Uint8Array(length) }),
  () => ({ below: (bound) => bound - 1, fraction: () => 0, bytes: (length) => new Uint8Array(length) }),
  ...Array.from({ length: 4 }, (_, number) => () => new Prng(number + 1)),
];

/** What the log has confirmed, and what was in flight when the power failed. */
class Expectation {
  entries: readonly LogEntry[] = [];
  term = 0;
  /** The first index that is still in the log's files for certain. */
  releasedBefore = 0;
  pending: LogBatch | undefined = undefined;

  confirm(): void {
    if (this.pending !== undefined) this.entries = after(this.entries, this.pending);
    this.term = this.pending?.hardState?.term ?? this.term;
    this.pending = undefined;
  }
}

function after(entries: readonly LogEntry[], batch: LogBatch): LogEntry[] {
  const kept = entries.filter((entry) => batch.truncateAfter === undefined || entry.index <= batch.truncateAfter);
  return [...kept, ...batch.entries];
}

/** The work of a small server's life: votes, appends, a conflict that is cut, releases, preparing ahead. */
function work(disk: SimulatedDisk, expected: Expectation): void {
  const writer = open(disk);
  let [index, term] = [0, 1];
  for (let turn = 1; turn <= 40; turn++) {
    const changesTerm = turn % 7 === 1;
    if (changesTerm) term++;
    const cut = turn % 11 === 0 ? index - 2 : undefined;
    index = cut ?? index;
    const entries = Array.from({ length: 1 + (turn % 3) }, (_, offset) => entryAt(index + 1 + offset, term));
    index += entries.length;
    const hardState = changesTerm ? { term, vote: "s1", mustReach: 0 } : undefined;
    const batch: LogBatch = { epoch: turn, truncateAfter: cut, reset: undefined, hardState, entries };
    expected.pending = batch;
    writer.write([batch], 0);
    writer.sync();
    expected.confirm();
    if (turn % 4 === 0) writer.prepare();
    if (turn % 10 !== 0) continue;
    expected.releasedBefore = index - 15;
    writer.release(index - 15);
  }
}

function entryAt(index: number, term: number): LogEntry {
  return { index, term, kind: "command", data: new Uint8Array(40).fill(index % 251) };
}

function open(disk: SimulatedDisk): LogWriter {
  const collected = collectLog(disk, identity, 0);
  if (!collected.ok) throw new Error(collected.failure.message);
  return new LogWriter(disk, { identity, segmentBytes: SEGMENT_BYTES }, collected.value.recovery, 0);
}

/** The power fails before every single operation of the disk, in several ways; what was confirmed must come back. */
export function runCrashPoints(): CrashPointResult {
  let points = 0;
  for (const survival of survivals)
    for (let at = 1; ; at++) {
      const disk = new SimulatedDisk();
      const expected = new Expectation();
      if (!failsAt(disk, expected, at)) break;
      points++;
      disk.crash(survival());
      const problem = compare(disk, expected);
      if (problem !== undefined) return { points, violation: `power failure before operation ${at}: ${problem}` };
    }
  return { points, violation: undefined };
}

/** False when the work was done before so many operations. */
function failsAt(disk: SimulatedDisk, expected: Expectation, at: number): boolean {
  let count = 0;
  disk.onOperation = (operation) => {
    if (operation !== "read" && ++count === at) throw new DiskFault("EIO");
  };
  try {
    work(disk, expected);
    return false;
  } catch (error) {
    if (error instanceof DiskFault) return true;
    throw error;
  }
}

function compare(disk: SimulatedDisk, expected: Expectation): string | undefined {
  const collected = collectLog(disk, identity, Math.max(0, expected.releasedBefore - 1));
  if (!collected.ok) return collected.failure.message;
  const { recovery, entries } = collected.value;
  const damage = recovery.findings.find((finding) => finding.type === "damage");
  if (damage !== undefined) return `called damage: ${damage.message}`;
  if (recovery.hardState.mustReach > 0) return "may not vote";
  if (recovery.hardState.term < expected.term) return `term ${expected.term} came back as ${recovery.hardState.term}`;
  const isKept = holds(entries, expected.entries, expected.releasedBefore);
  const { pending } = expected;
  const isTaken = pending !== undefined && holds(entries, after(expected.entries, pending), expected.releasedBefore);
  return isKept || isTaken ? undefined : `${describe(entries)} came back of ${describe(expected.entries)}`;
}

/** A batch that was not confirmed is there as a whole or not at all. */
function holds(found: readonly LogEntry[], wanted: readonly LogEntry[], from: number): boolean {
  const kept = wanted.filter((entry) => entry.index >= from);
  const last = found.filter((entry) => entry.index >= from);
  return (
    kept.length === last.length &&
    kept.every((entry, position) => {
      const other = last[position] as LogEntry;
      return other.index === entry.index && other.term === entry.term && other.data.join() === entry.data.join();
    })
  );
}

function describe(entries: readonly LogEntry[]): string {
  return `entries ${entries[0]?.index ?? 0} to ${entries.at(-1)?.index ?? 0}`;
}
