import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Disk, readFully } from "#core/log";

const FILE_MODE = 0o600;
const OPEN_FILES_MAX = 8;

/** A folder of the file system. Opened files are kept, at most a few: the segment that is written, the slots. */
export class RealDisk implements Disk {
  readonly #folder: string;
  readonly #descriptors = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  list(): readonly string[] {
    return readdirSync(this.#folder).sort();
  }

  size(name: string): number | undefined {
    if (!this.#descriptors.has(name) && !existsSync(join(this.#folder, name))) return undefined;
    return fstatSync(this.#open(name)).size;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const descriptor = this.#existing(name);
    const read = (target: Uint8Array, at: number): number =>
      readSync(descriptor, target, 0, target.length, offset + at);
    return readFully(length, read, Buffer.allocUnsafe(length));
  }

  write(name: string, offset: number, bytes: Uint8Array): void {
    const descriptor = this.#open(name);
    for (let written = 0; written < bytes.length; )
      written += writeSync(descriptor, bytes, written, bytes.length - written, offset + written);
  }

  sync(name: string): void {
    fdatasyncSync(this.#existing(name));
  }

  rename(from: string, to: string): void {
    renameSync(join(this.#folder, from), join(this.#folder, to));
    this.#forget(to);
    const descriptor = this.#descriptors.get(from);
    if (descriptor === undefined) return;
    this.#descriptors.delete(from);
    this.#descriptors.set(to, descriptor);
  }

  remove(name: string): void {
    this.#forget(name);
    unlinkSync(join(this.#folder, name));
  }

  syncFolder(): void {
    const descriptor = openSync(this.#folder, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  close(): void {
    for (const name of this.#descriptors.keys()) this.#forget(name);
  }

  /** Reading or syncing a file that is not there fails instead of making it. */
  #existing(name: string): number {
    return this.#descriptors.get(name) ?? this.#keep(name, openSync(join(this.#folder, name), "r+"));
  }

  #open(name: string): number {
    const known = this.#descriptors.get(name);
    if (known !== undefined) return known;
    const path = join(this.#folder, name);
    return this.#keep(name, openSync(path, existsSync(path) ? "r+" : "w+", FILE_MODE));
  }

  #keep(name: string, descriptor: number): number {
    if (this.#descriptors.size >= OPEN_FILES_MAX) this.#forget(this.#descriptors.keys().next().value as string);
    this.#descriptors.set(name, descriptor);
    return descriptor;
  }

  #forget(name: string): void {
    const descriptor = this.#descriptors.get(name);
    if (descriptor === undefined) return;
    this.#descriptors.delete(name);
    closeSync(descriptor);
  }
}
