import type { Entry } from "#core/raft";

/** Raised by an oracle: what was promised does not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly oracle: string;

  constructor(oracle: string, message: string) {
    super(`${oracle}: ${message}`);
    this.oracle = oracle;
  }
}

interface Committed {
  readonly term: number;
  readonly proposal: number;
  readonly digest: number;
  /** The term of the server that first applied it: it was committed in this term or before. */
  readonly committedBy: number;
}

/** The number that a simulated command carries, 0 for what the protocol itself appended. */
export function proposalOf(entry: Entry): number {
  if (entry.kind !== "command") return 0;
  const { data } = entry;
  return (data[0] as number) | ((data[1] as number) << 8) | ((data[2] as number) << 16) | ((data[3] as number) << 24);
}

export function commandOf(proposal: number): Uint8Array {
  return Uint8Array.of(proposal & 0xff, (proposal >> 8) & 0xff, (proposal >> 16) & 0xff, (proposal >> 24) & 0xff);
}

/** Chains one entry onto the digest of all before it (the mixing steps of MurmurHash3). */
function digestAfter(before: number, term: number, proposal: number): number {
  let mixed = Math.imul(before ^ Math.imul(term, 0xcc9e2d51), 5) + 0xe6546b64;
  mixed = Math.imul(mixed ^ (mixed >>> 16) ^ proposal, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * The one history that all servers must share: the first server to apply an index writes it, every other must
 * agree ("state machine safety", paper figure 3). A running digest makes whole prefixes comparable.
 */
export class Ledger {
  readonly #entries: Committed[] = [];
  readonly #indexOfProposal = new Map<number, number>();
  readonly #acknowledged = new Map<number, number>();
  highestAcknowledged = 0;

  get lastIndex(): number {
    return this.#entries.length;
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  termAt(index: number): number | undefined {
    return this.#entries[index - 1]?.term;
  }

  /** Leaders of later terms than this must have the entry. */
  committedBy(index: number): number {
    return this.#entries[index - 1]?.committedBy ?? Number.POSITIVE_INFINITY;
  }

  digestAt(index: number): number {
    return index === 0 ? 0 : (this.#entries[index - 1]?.digest ?? -1);
  }

  /** Returns true when this server is the first to apply the index. */
  apply(server: string, entry: Entry, serverTerm: number): boolean {
    const known = this.#entries[entry.index - 1];
    const proposal = proposalOf(entry);
    if (known !== undefined) {
      if (known.term !== entry.term || known.proposal !== proposal)
        throw new Violation(
          "state machine safety",
          `${server} applies ${entry.index} as term ${entry.term} command ${proposal}, another as term ${known.term} command ${known.proposal}`,
        );
      return false;
    }
    this.#append(server, entry, proposal, serverTerm);
    return true;
  }

  #append(server: string, entry: Entry, proposal: number, committedBy: number): void {
    if (entry.index !== this.lastIndex + 1)
      throw new Violation("contiguous history", `${server} applies ${entry.index} after ${this.lastIndex}`);
    if (proposal !== 0 && this.#indexOfProposal.has(proposal))
      throw new Violation("exactly once", `command ${proposal} is committed twice, again at ${entry.index}`);
    if (proposal !== 0) this.#indexOfProposal.set(proposal, entry.index);
    const digest = digestAfter(this.digestAt(entry.index - 1), entry.term, proposal);
    this.#entries.push({ term: entry.term, proposal, digest, committedBy });
  }

  acknowledge(proposal: number, index: number): void {
    if (this.#indexOfProposal.get(proposal) !== index)
      throw new Violation(
        "acknowledged is committed",
        `command ${proposal} is acknowledged at ${index}, where it is not`,
      );
    this.#acknowledged.set(proposal, index);
    this.highestAcknowledged = Math.max(this.highestAcknowledged, index);
  }
}
