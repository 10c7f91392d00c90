import type { Entry, Message, Raft } from "#core/raft";
import { type Ledger, Violation } from "./ledger.ts";

/** What a server's disk holds for certain. */
export interface DurableView {
  readonly term: number;
  readonly vote: string | undefined;
  readonly lastIndex: number;
  termAt(index: number): number | undefined;
}

/** Promises that hold over the whole run, whatever happens to the servers (paper figure 3 and §5.2 to §5.4). */
export class RaftOracles {
  readonly #ledger: Ledger;
  readonly #leaders = new Map<number, string>();
  readonly #votes = new Map<string, string>();
  readonly #terms = new Map<string, number>();
  leaderChanges = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Election safety: at most one leader a term; leader completeness: it has what was committed in earlier terms. An entry
   * of an earlier term that a later term committed may be missing: seed 102952 taught this oracle the difference.
   */
  leads(server: string, term: number, raft: Pick<Raft, "status" | "termAt">): void {
    const other = this.#leaders.get(term);
    if (other === server) return;
    if (other !== undefined) throw new Violation("election safety", `${other} and ${server} both lead term ${term}`);
    this.#leaders.set(term, server);
    this.leaderChanges++;
    const { baseIndex } = raft.status();
    for (let index = this.#ledger.lastIndex; index > baseIndex; index--) {
      const committed = this.#ledger.termAt(index) as number;
      if (this.#ledger.committedBy(index) < term && raft.termAt(index) !== committed)
        throw new Violation(
          "leader completeness",
          `${server} leads term ${term} without entry ${index} of term ${committed}`,
        );
    }
  }

  termOf(server: string, term: number): void {
    if (term < (this.#terms.get(server) ?? 0)) throw new Violation("terms rise", `${server} is back at term ${term}`);
    this.#terms.set(server, term);
  }

  /** A promise that leaves must be on disk: the vote of this term, the entries acknowledged. */
  sends(server: string, message: Message, disk: DurableView): void {
    if (message.type === "vote-response" && message.granted && !message.preVote) this.#sendsVote(server, message, disk);
    if (message.type === "append-response" && message.accepted && message.matchIndex > disk.lastIndex)
      throw new Violation(
        "durable before acknowledged",
        `${server} confirms ${message.matchIndex}, on disk is ${disk.lastIndex}`,
      );
    if (message.type === "vote-request" && !message.preVote && disk.term < message.term)
      throw new Violation(
        "durable before asked",
        `${server} campaigns in term ${message.term}, on disk is ${disk.term}`,
      );
  }

  #sendsVote(server: string, message: { readonly term: number; readonly to: string }, disk: DurableView): void {
    const isStored = disk.term > message.term || (disk.term === message.term && disk.vote === message.to);
    if (!isStored)
      throw new Violation(
        "durable before voted",
        `${server} votes for ${message.to} in term ${message.term}, on disk is ${disk.term} ${disk.vote}`,
      );
    const key = `${server} ${message.term}`;
    const earlier = this.#votes.get(key);
    if (earlier !== undefined && earlier !== message.to)
      throw new Violation(
        "one vote a term",
        `${server} votes for ${earlier} and ${message.to} in term ${message.term}`,
      );
    this.#votes.set(key, message.to);
  }

  /** Committed means on the disks of a majority. */
  firstApplied(entry: Entry, voters: readonly string[], diskOf: (server: string) => DurableView | undefined): void {
    let count = 0;
    for (const voter of voters) if (diskOf(voter)?.termAt(entry.index) === entry.term) count++;
    if (count * 2 <= voters.length)
      throw new Violation(
        "committed on a majority",
        `entry ${entry.index} is applied and on ${count} of ${voters.length} disks`,
      );
  }

  /** A read is linearizable at `readIndex`: nothing that was acknowledged before it was asked may be missing. */
  reads(server: string, readIndex: number, acknowledgedBefore: number): void {
    if (readIndex < acknowledgedBefore)
      throw new Violation(
        "linearizable read",
        `${server} reads at ${readIndex} after ${acknowledgedBefore} was acknowledged`,
      );
  }
}
