/** Fills a buffer from a file, in as many reads as that takes; shorter at the end of the file. */
export function readFully(
  length: number,
  read: (target: Uint8Array, at: number) => number,
  target: Uint8Array,
): Uint8Array {
  let filled = 0;
  while (filled < length) {
    const count = read(target.subarray(filled, length), filled);
    if (count === 0) break;
    filled += count;
  }
  return target.subarray(0, filled);
}

const SNAPSHOT_NAME = /^(\d{16})-(\d{16})\.snap$/;
const DIGITS = 16;

/** What the name of a snapshot file says: the last entry that is in it. Snapshots lie in a folder beside the log. */
export interface SnapshotPosition {
  readonly index: number;
  readonly term: number;
}

export function snapshotName({ index, term }: SnapshotPosition): string {
  return `${String(index).padStart(DIGITS, "0")}-${String(term).padStart(DIGITS, "0")}.snap`;
}

/** Undefined for files that are no snapshots. */
export function snapshotPositionOf(name: string): SnapshotPosition | undefined {
  const match = SNAPSHOT_NAME.exec(name);
  return match ? { index: Number(match[1]), term: Number(match[2]) } : undefined;
}
