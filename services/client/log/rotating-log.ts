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
 * the place of a log or of the folder is not followed.
 */
const FILE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Appends to the newest file and begins the next when it is full, all synchronously: bytes that were taken from a task
 * are on their way to the disk before anything else can happen to this process.
 */
export class RotatingLog {
  readonly #rules: RotationRules;
  #index: number;
  #descriptor: number | undefined;
  #folder: number | undefined;
  #sizeBytes = 0;

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
    this.#sizeBytes = fstatSync(this.#descriptor).size;
  }

  /** How many of the bytes were written: fewer than given when the file system refused the rest. */
  write(bytes: Uint8Array): { readonly written: number; readonly error?: Error } {
    let written = 0;
    try {
      while (written < bytes.length) written += this.#writeSome(bytes.subarray(written));
      return { written };
    } catch (error) {
      return { written, error: error as Error };
    }
  }

  close(): void {
    this.#closeFile();
    if (this.#folder !== undefined) closeSync(this.#folder);
    this.#folder = undefined;
  }

  #writeSome(bytes: Uint8Array): number {
    this.open();
    if (this.#sizeBytes >= this.#rules.maxFileSizeBytes) this.#rotate();
    const room = this.#rules.maxFileSizeBytes - this.#sizeBytes;
    const count = writeSync(this.#descriptor as number, bytes, 0, Math.min(room, bytes.length));
    this.#sizeBytes += count;
    return count;
  }

  #rotate(): void {
    this.#closeFile();
    this.#index++;
    this.#removeOld();
    this.open();
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
