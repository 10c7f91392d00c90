import { closeSync, constants, fstatSync, openSync, unlinkSync, writeSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import { assert } from "#core/base";
import { logFileName, logIndexes } from "./log-files.ts";

export interface RotationRules {
  readonly directory: string;
  /** `TASK.stdout`: the files are `TASK.stdout.0`, `.1`, … */
  readonly prefix: string;
  readonly maxFiles: number;
  readonly maxFileSizeBytes: number;
}

/**
 * The folder of the logs, and the folder that it is in, are writable by tasks: a symbolic link that one of them put in
 * the place of a log or of the folder is not followed, and a pipe there is not waited for.
 */
const FILE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Puts bytes into the file at `offset`, at most `room` of them, and says how many. Throws what the file system throws. */
export type Put = (file: number, offset: number, room: number) => number;

/** `error` when the file system refused the bytes after those that were written. */
export interface Appended {
  readonly written: number;
  readonly error?: Error;
}

/**
 * Appends to the newest file and begins the next when it is full, all synchronously: bytes that were taken from a task
 * are on their way to the disk before anything else can happen to this process. Places are handed out by us and not by
 * O_APPEND, which splice(2) refuses; the file's size is asked for each time, because a task may cut its own log.
 */
export class RotatingLog {
  readonly #rules: RotationRules;
  #index: number;
  #descriptor: number | undefined;
  #folder: number | undefined;

  constructor(rules: RotationRules) {
    assert(rules.maxFiles >= 1 && rules.maxFileSizeBytes >= 1, "a log has at least one file of one byte");
    this.#rules = rules;
    this.#index = logIndexes(rules.directory, rules.prefix).at(-1) ?? 0;
  }

  /** Creates the current file, so that readers find one before the first byte. Throws what the file system throws. */
  open(): void {
    if (this.#descriptor !== undefined) return;
    this.#folder ??= openSync(this.#rules.directory, FOLDER_FLAGS);
    this.#descriptor = openSync(this.#path(this.#index), FILE_FLAGS, 0o644);
  }

  /** Has one piece put into the current file. */
  append(put: Put): Appended {
    try {
      const offset = this.#end();
      return { written: put(this.#descriptor as number, offset, this.#rules.maxFileSizeBytes - offset) };
    } catch (error) {
      return { written: 0, error: error as Error };
    }
  }

  write(bytes: Uint8Array): Appended {
    let written = 0;
    while (written < bytes.length) {
      const left = bytes.length - written;
      const { written: count, error } = this.append((file, offset, room) =>
        writeSync(file, bytes, written, Math.min(room, left), offset),
      );
      if (error) return { written, error };
      written += count;
    }
    return { written };
  }

  close(): void {
    this.#closeFile();
    if (this.#folder !== undefined) closeSync(this.#folder);
    this.#folder = undefined;
  }

  /** Where the next byte goes: behind the last one of a file that is not full. */
  #end(): number {
    for (;;) {
      this.open();
      const sizeBytes = fstatSync(this.#descriptor as number).size;
      if (sizeBytes < this.#rules.maxFileSizeBytes) return sizeBytes;
      this.#rotate();
    }
  }

  #rotate(): void {
    this.#closeFile();
    this.#index++;
    this.#removeOld();
  }

  #removeOld(): void {
    const oldest = this.#index - this.#rules.maxFiles + 1;
    for (const index of logIndexes(this.#rules.directory, this.#rules.prefix)) {
      if (index < oldest) unlinkSync(this.#path(index));
    }
  }

  #closeFile(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Below the folder that was opened, whatever is at its path now (Linux; elsewhere by its path). */
  #path(index: number): string {
    const folder = platform() === "linux" ? `/proc/self/fd/${this.#folder}` : this.#rules.directory;
    return join(folder, logFileName(this.#rules.prefix, index));
  }
}
