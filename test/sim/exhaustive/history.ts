import type { Applied, Outcome } from "./local.ts";

interface Committed extends Applied {
  readonly before: number;
  /** The term of the server that first applied it: leaders of later terms must have it. */
  readonly committedBy: number;
}

/** Histories of committed entries, each a number; 0 is the empty one. */
export class Histories {
  readonly #tips: (Committed | undefined)[] = [undefined];
  readonly #ids = new Map<string, number>();

  /** The history after a server applied entries, or what is wrong about that. */
  apply(history: number, { applied, term }: Outcome): number | string {
    let tip = history;
    for (const entry of applied) {
      const known = this.#at(tip, entry.index);
      if (known === undefined) {
        if (entry.index !== (this.#tips[tip]?.index ?? 0) + 1) return `entry ${entry.index} is applied too early`;
        tip = this.#append(tip, entry, term);
      } else if (known.term !== entry.term || known.proposal !== entry.proposal)
        return `state machine safety: entry ${entry.index} is applied as of term ${entry.term} and of term ${known.term}`;
    }
    return tip;
  }

  /** Leader completeness: the first committed entry that a new leader lacks. */
  missing(history: number, { log, term }: Outcome): string | undefined {
    for (let at = this.#tips[history]; at !== undefined; at = this.#tips[at.before])
      if (at.committedBy < term && log[at.index - 1] !== at.term)
        return `leader completeness: a leader of term ${term} lacks entry ${at.index} of term ${at.term}`;
    return undefined;
  }

  #at(tip: number, index: number): Committed | undefined {
    let at = this.#tips[tip];
    while (at !== undefined && at.index > index) at = this.#tips[at.before];
    return at?.index === index ? at : undefined;
  }

  #append(before: number, entry: Applied, committedBy: number): number {
    const key = `${before} ${entry.term} ${entry.proposal} ${committedBy}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#tips.push({ ...entry, before, committedBy });
    this.#ids.set(key, this.#tips.length - 1);
    return this.#tips.length - 1;
  }
}
