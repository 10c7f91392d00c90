import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { assert } from "#core/base";
import type { Disk } from "#core/log";

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
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.#open(name), bytes, filled, length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
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
