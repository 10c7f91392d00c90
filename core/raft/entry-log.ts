import { assert } from "#core/base";
import { type Entry, entryBytes } from "./entry.ts";

/**
 * The log as the protocol sees it: what a snapshot swallowed (up to `baseIndex`) and the entries after it, all in
 * memory. Its length is bounded by the snapshot threshold plus `trailingEntries`.
 */
export class EntryLog {
  #baseIndex: number;
  #baseTerm: number;
  #entries: Entry[];

  constructor(baseIndex: number, baseTerm: number, entries: readonly Entry[]) {
    this.#baseIndex = baseIndex;
    this.#baseTerm = baseTerm;
    this.#entries = [];
    this.append(entries);
  }

  /** The last index that is only in a snapshot; its term is still known. */
  get baseIndex(): number {
    return this.#baseIndex;
  }

  get lastIndex(): number {
    return this.#baseIndex + this.#entries.length;
  }

  get lastTerm(): number {
    const last = this.#entries[this.#entries.length - 1];
    return last === undefined ? this.#baseTerm : last.term;
  }

  /** Undefined when the index is released or beyond the end. */
  termAt(index: number): number | undefined {
    if (index === this.#baseIndex) return this.#baseTerm;
    return this.#entries[index - this.#baseIndex - 1]?.term;
  }

  at(index: number): Entry | undefined {
    return this.#entries[index - this.#baseIndex - 1];
  }

  /** Entries from `from` on, as many as fit in `bytesMax` but at least one if there is one. */
  batch(from: number, bytesMax: number): Entry[] {
    assert(from > this.#baseIndex, "a batch begins after the released part");
    let end = from - this.#baseIndex - 1;
    for (let bytes = 0; end < this.#entries.length; end++) {
      bytes += entryBytes(this.#entries[end] as Entry);
      if (bytes > bytesMax && end > from - this.#baseIndex - 1) break;
    }
    return this.#entries.slice(from - this.#baseIndex - 1, end);
  }

  /** Entries in [from, to]. */
  range(from: number, to: number): Entry[] {
    assert(from > this.#baseIndex && to <= this.lastIndex, "the range is in the log");
    return this.#entries.slice(from - this.#baseIndex - 1, to - this.#baseIndex);
  }

  append(entries: readonly Entry[]): void {
    let { lastIndex, lastTerm } = this;
    for (const entry of entries) {
      if (entry.index !== lastIndex + 1) assert(false, `entry ${entry.index} does not follow ${lastIndex}`);
      if (entry.term < lastTerm) assert(false, `terms fall at entry ${entry.index}`);
      this.#entries.push(entry);
      lastIndex++;
      lastTerm = entry.term;
    }
  }

  truncateAfter(index: number): void {
    assert(index >= this.#baseIndex && index < this.lastIndex, "only a suffix that exists is cut");
    this.#entries.length = index - this.#baseIndex;
  }

  releaseTo(index: number): void {
    if (index <= this.#baseIndex) return;
    const term = this.termAt(index);
    assert(term !== undefined, "only what exists is released");
    this.#entries = this.#entries.slice(index - this.#baseIndex);
    this.#baseIndex = index;
    this.#baseTerm = term;
  }

  /** The log begins anew after a snapshot that it does not contain. */
  reset(index: number, term: number): void {
    this.#baseIndex = index;
    this.#baseTerm = term;
    this.#entries = [];
  }

  /** True when a log that ends with (index, term) is at least as up to date (paper §5.4.1). */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.lastIndex);
  }

  /** The last index at or below `index` whose term is at most `term`: where a conflict may end (paper §5.3). */
  lastIndexOfTermAtMost(index: number, term: number): number {
    let candidate = Math.min(index, this.lastIndex);
    while (candidate > this.#baseIndex && (this.termAt(candidate) as number) > term) candidate--;
    return candidate;
  }
}
