/**
 * Snapshots of the state on disk: written to a temporary file, synced, renamed, its folder synced; verified when read.
 * The newest two are kept.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { err, failureOf, ok, type Result } from "#core/base";
import { snapshotName, snapshotPositionOf } from "#core/log";

const KEPT = 2;

/** A snapshot as it lies on disk. */
export interface SnapshotFile {
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the whole file, hexadecimal. */
  readonly hash: string;
}

/** What a snapshot's name says: the last entry that is in it. */
export interface SnapshotName {
  readonly index: number;
  readonly term: number;
  readonly file: string;
}

export class SnapshotFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Newest first. */
  list(): SnapshotName[] {
    const names = readdirSync(this.#folder).flatMap((file): SnapshotName[] => {
      const position = snapshotPositionOf(file);
      return position === undefined ? [] : [{ ...position, file }];
    });
    return names.toSorted((left, right) => right.index - left.index);
  }

  read({ file }: SnapshotName): Result<Uint8Array> {
    try {
      return ok(readFileSync(join(this.#folder, file)));
    } catch (error) {
      return err("io", `snapshot ${join(this.#folder, file)}: ${failureOf(error).message}`);
    }
  }

  /** Durable when it returns; older ones beyond the newest two are removed. */
  write(index: number, term: number, pieces: Iterable<Uint8Array>): Result<SnapshotFile> {
    const file = snapshotName({ index, term });
    const temporary = join(this.#folder, `${file}.tmp`);
    try {
      const { bytes, hash } = writeDurably(temporary, pieces);
      renameSync(temporary, join(this.#folder, file));
      syncFolder(this.#folder);
      for (const old of this.list().slice(KEPT)) rmSync(join(this.#folder, old.file));
      return ok({ file, bytes, hash });
    } catch (error) {
      rmSync(temporary, { force: true });
      return err("io", `snapshot ${temporary}: ${failureOf(error).message}`, {
        hint: "see that the disk of data_dir has room",
      });
    }
  }
}

function writeDurably(path: string, pieces: Iterable<Uint8Array>): Omit<SnapshotFile, "file"> {
  const file = openSync(path, "w", 0o600);
  const digest = createHash("sha256");
  let bytes = 0;
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      digest.update(piece);
      bytes += piece.length;
    }
    fsyncSync(file);
    return { bytes, hash: digest.digest("hex") };
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
