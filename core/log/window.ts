import { ByteView } from "./bytes.ts";
import type { Read } from "./disk.ts";

const WINDOW_BYTES = 1024 * 1024;

/** A moving view of a file: bounded memory for a file of any size. */
export class Window {
  readonly #read: Read;
  #view = new ByteView(new Uint8Array(0));
  #start = 0;

  constructor(read: Read) {
    this.#read = read;
  }

  get view(): ByteView {
    return this.#view;
  }

  /** Makes [offset, offset + length) visible and returns where it begins in `view`; undefined when the file ends. */
  locate(offset: number, length: number): number | undefined {
    const end = this.#start + this.#view.bytes.length;
    if (offset < this.#start || offset + length > end) {
      this.#view = new ByteView(this.#read(offset, Math.max(length, WINDOW_BYTES)));
      this.#start = offset;
      if (this.#view.bytes.length < length) return undefined;
    }
    return offset - this.#start;
  }
}
