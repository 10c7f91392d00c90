import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { assert } from "#core/base";
import { type Disk, readFully } from "#core/log";

/** The folder of a log that perhaps a running server writes: it can be read and nothing else. */
export class ReadOnlyDisk implements Disk {
  readonly #folder: string;
  readonly #only: string | undefined;
  readonly #descriptors = new Map<string, number>();

  /** With `only`, the folder seems to hold that file alone. */
  constructor(folder: string, only?: string) {
    this.#folder = folder;
    this.#only = only;
  }

  list(): readonly string[] {
    return this.#only === undefined ? readdirSync(this.#folder).sort() : [this.#only];
  }

  size(name: string): number | undefined {
    return this.list().includes(name) ? fstatSync(this.#open(name)).size : undefined;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const descriptor = this.#open(name);
    const read = (target: Uint8Array, at: number): number =>
      readSync(descriptor, target, 0, target.length, offset + at);
    return readFully(length, read, new Uint8Array(length));
  }

  write(name: string): void {
    refuse(name);
  }

  sync(name: string): void {
    refuse(name);
  }

  rename(from: string): void {
    refuse(from);
  }

  remove(name: string): void {
    refuse(name);
  }

  syncFolder(): void {
    refuse(this.#folder);
  }

  close(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
  }

  #open(name: string): number {
    const known = this.#descriptors.get(name);
    if (known !== undefined) return known;
    const descriptor = openSync(join(this.#folder, name), "r");
    this.#descriptors.set(name, descriptor);
    return descriptor;
  }
}

function refuse(name: string): void {
  assert(false, `an inspection must not change ${name}`);
}
