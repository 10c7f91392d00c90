/**
 * What the log needs of a disk: files in one folder, by name. Synchronous, because it runs in a worker of its own.
 * Every failure throws, and a log that saw one throw is finished: the process stops (a sync that failed once says
 * nothing about the pages it covered, whatever a second one says).
 */
export interface Disk {
  list(): readonly string[];
  /** Bytes in the file, or undefined when it does not exist. */
  size(name: string): number | undefined;
  /** Fewer bytes than asked for at the end of the file; they stay valid only until the next call. */
  read(name: string, offset: number, length: number): Uint8Array;
  /** Creates the file if needed. Not durable before `sync`. */
  write(name: string, offset: number, bytes: Uint8Array): void;
  /** Content and length of the file are on the medium when this returns. */
  sync(name: string): void;
  rename(from: string, to: string): void;
  remove(name: string): void;
  /** Names are on the medium when this returns. */
  syncFolder(): void;
}

/** Reads one file; the pure part of the log sees no more than this. */
export type Read = (offset: number, length: number) => Uint8Array;

/** Whose log it is; every segment says so, and another's is refused. */
export interface LogIdentity {
  readonly clusterId: string;
  readonly serverId: string;
  /** Counts the starts of this server. */
  readonly incarnation: number;
}

const SEGMENT_NAME = /^(\d{12})\.wal$/;

export function segmentName(sequence: number): string {
  return `${String(sequence).padStart(12, "0")}.wal`;
}

/** The sequence that a file name states, or undefined for other files. */
export function sequenceOf(name: string): number | undefined {
  const match = SEGMENT_NAME.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Files that a new segment may become: one prepared ahead, the others recycled. More are removed, to give the room back. */
export const SPARES_MAX = 4;

/** The file of spare `number`, counted from 0. */
export function spareName(number: number): string {
  return number === 0 ? "spare.wal" : `spare-${number}.wal`;
}
export const SLOTS_NAME = "hard-state.slots";
