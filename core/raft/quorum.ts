import type { ServerId } from "./entry.ts";

export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** True when more than half of the voters satisfy `agrees`; an empty configuration agrees on nothing. */
export function isQuorum(voters: readonly ServerId[], agrees: (id: ServerId) => boolean): boolean {
  let count = 0;
  for (const voter of voters) if (agrees(voter)) count++;
  return voters.length > 0 && count >= majorityOf(voters.length);
}

/** The highest index that a majority of the voters has reached (paper §5.3, figure 2 "leaders"). */
export function quorumIndex(voters: readonly ServerId[], matchOf: (id: ServerId) => number): number {
  if (voters.length === 0) return 0;
  const falling: number[] = [];
  for (const voter of voters) insertFalling(falling, matchOf(voter));
  return falling[majorityOf(voters.length) - 1] as number;
}

function insertFalling(falling: number[], value: number): void {
  let at = falling.length;
  for (; at > 0 && (falling[at - 1] as number) < value; at--) falling[at] = falling[at - 1] as number;
  falling[at] = value;
}

/** The votes of one campaign. */
export class Tally {
  readonly #answers = new Map<ServerId, boolean>();

  record(voter: ServerId, granted: boolean): void {
    if (!this.#answers.has(voter)) this.#answers.set(voter, granted);
  }

  has(voter: ServerId): boolean {
    return this.#answers.has(voter);
  }

  /** Who answered what, in a stable order. */
  describe(): string {
    return [...this.#answers]
      .map(([voter, granted]) => `${voter}${granted ? "+" : "-"}`)
      .sort()
      .join("");
  }

  isWon(voters: readonly ServerId[]): boolean {
    return isQuorum(voters, (voter) => this.#answers.get(voter) === true);
  }

  isLost(voters: readonly ServerId[]): boolean {
    return isQuorum(voters, (voter) => this.#answers.get(voter) === false);
  }
}
