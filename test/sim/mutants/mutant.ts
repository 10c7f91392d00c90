/** A historic bug as a text patch of one built file; it must match exactly once, so that it cannot rot unseen. */
export interface Mutant {
  readonly name: string;
  /** Row of the bug catalogue (reference/reliability.md §1.9), or what it is about. */
  readonly row: string;
  readonly what: string;
  /** Path under dist. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What finds it: a seed that did, or a transcript. */
  readonly witness: SeedWitness | ScriptWitness | GossipWitness | LogWitness;
}

export interface SeedWitness {
  readonly profile: "plain" | "membership" | "disk";
  readonly seed: number;
}

/** A pool that ends with a wrong view. */
export interface GossipWitness {
  readonly gossip: number;
}

/** A power failure at every step of a small log. */
export interface LogWitness {
  readonly log: "crash-points";
}

export interface ScriptWitness {
  readonly script: string;
}

export const seed = (profile: SeedWitness["profile"], number: number): SeedWitness => ({ profile, seed: number });
export const script = (name: string): ScriptWitness => ({ script: name });

export const pool = (number: number): GossipWitness => ({ gossip: number });
export const crashPoints: LogWitness = { log: "crash-points" };
