import { Column } from "./column.ts";

const NONE = 0;

/**
 * Intrusive doubly linked lists over slots: which slots belong to an owner, in the order in which they were added.
 * Links are stored shifted by one, so that zero means none.
 */
export class Links {
  readonly #first = Column.int32();
  readonly #last = Column.int32();
  readonly #next = Column.int32();
  readonly #previous = Column.int32();

  add(owner: number, slot: number): void {
    this.#reserve(owner, slot);
    const last = this.#last.get(owner);
    this.#previous.set(slot, last);
    this.#next.set(slot, NONE);
    if (last === NONE) this.#first.set(owner, slot + 1);
    else this.#next.set(last - 1, slot + 1);
    this.#last.set(owner, slot + 1);
  }

  remove(owner: number, slot: number): void {
    const [previous, next] = [this.#previous.get(slot), this.#next.get(slot)];
    if (previous === NONE) this.#first.set(owner, next);
    else this.#next.set(previous - 1, next);
    if (next === NONE) this.#last.set(owner, previous);
    else this.#previous.set(next - 1, previous);
  }

  *of(owner: number): Generator<number> {
    this.#reserve(owner, 0);
    for (let link = this.#first.get(owner); link !== NONE; link = this.#next.get(link - 1)) yield link - 1;
  }

  #reserve(owner: number, slot: number): void {
    this.#first.reserve(owner + 1);
    this.#last.reserve(owner + 1);
    this.#next.reserve(slot + 1);
    this.#previous.reserve(slot + 1);
  }
}
