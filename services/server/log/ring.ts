import { assert } from "#core/base";

const HEAD = 0;
const TAIL = 1;
const SIGNAL = 2;
const CONTROL_BYTES = 64;
const WRAP = 0xffff_ffff;

/**
 * A queue of byte messages from one thread to another in shared memory, bounded by its size. Messages are never split:
 * one that does not fit before the end of the buffer begins at its start.
 */
export class Ring {
  readonly shared: SharedArrayBuffer;
  readonly #control: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.#control = new Int32Array(shared, 0, 4);
    this.#bytes = new Uint8Array(shared, CONTROL_BYTES);
    this.#view = new DataView(shared, CONTROL_BYTES);
  }

  static ofBytes(bytes: number): Ring {
    assert(bytes % 8 === 0 && bytes < 2 ** 30, "a ring has a whole number of words");
    return new Ring(new SharedArrayBuffer(CONTROL_BYTES + bytes));
  }

  /** The longest message that always fits into an empty ring. */
  get messageBytesMax(): number {
    return this.#bytes.length / 2 - 8;
  }

  /** Room for a message of `length` bytes, filled by `fill`; false when the reader must catch up first. */
  push(length: number, fill: (target: Uint8Array) => void): boolean {
    assert(length <= this.messageBytesMax, "a message fits in the ring");
    const capacity = this.#bytes.length;
    const head = Atomics.load(this.#control, HEAD);
    const tail = Atomics.load(this.#control, TAIL);
    const need = 8 + ((length + 7) & ~7);
    const toEnd = capacity - tail;
    // An empty ring begins anew: memory that was just used is in the processors' caches.
    const isFresh = head === tail && need < head;
    const at = toEnd >= need && !isFresh ? tail : 0;
    const free = head > tail ? head - tail : capacity - tail + head;
    if ((at === tail ? need : toEnd + need) >= free) return false;
    if (at !== tail) this.#view.setUint32(tail, WRAP, true);
    this.#view.setUint32(at, length, true);
    fill(this.#bytes.subarray(at + 8, at + 8 + length));
    Atomics.store(this.#control, TAIL, (at + need) % capacity);
    Atomics.add(this.#control, SIGNAL, 1);
    Atomics.notify(this.#control, SIGNAL);
    return true;
  }

  /** The messages that wait, up to about `bytesMax`; they stay in place until `consume`. */
  peek(bytesMax: number): { readonly messages: Uint8Array[]; readonly head: number } {
    const tail = Atomics.load(this.#control, TAIL);
    let head = Atomics.load(this.#control, HEAD);
    const messages: Uint8Array[] = [];
    for (let bytes = 0; head !== tail && bytes < bytesMax; ) {
      const length = this.#view.getUint32(head, true);
      if (length === WRAP) {
        head = 0;
        continue;
      }
      messages.push(this.#bytes.subarray(head + 8, head + 8 + length));
      bytes += length;
      head = (head + 8 + ((length + 7) & ~7)) % this.#bytes.length;
    }
    return { messages, head };
  }

  /** Gives the room before `head` back. */
  consume(head: number): void {
    Atomics.store(this.#control, HEAD, head);
  }

  get signal(): number {
    return Atomics.load(this.#control, SIGNAL);
  }

  /** Blocks the reading thread until something was pushed after `seen`. */
  wait(seen: number): void {
    Atomics.wait(this.#control, SIGNAL, seen);
  }
}
