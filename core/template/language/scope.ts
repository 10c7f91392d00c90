/** Which slot of a frame a variable name means at this point of the source. */
export class Scope {
  readonly #names: { readonly name: string; readonly slot: number }[] = [{ name: "$", slot: 0 }];
  #size = 1;

  /** How many slots a frame needs. */
  get size(): number {
    return this.#size;
  }

  mark(): number {
    return this.#names.length;
  }

  release(mark: number): void {
    this.#names.length = mark;
  }

  declare(name: string): number {
    const slot = this.#size;
    this.#size += 1;
    this.#names.push({ name, slot });
    return slot;
  }

  find(name: string): number | undefined {
    return this.#names.findLast((entry) => entry.name === name)?.slot;
  }
}
