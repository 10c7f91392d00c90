import { describe, expect, it } from "vitest";
import { commandOf, Ledger } from "./ledger.ts";
import { RaftOracles } from "./oracles.ts";

const entry = (index: number, term: number, proposal: number) =>
  ({ index, term, kind: "command", data: commandOf(proposal) }) as const;
const disk = { term: 2, vote: "a", lastIndex: 5, termAt: (index: number) => (index <= 5 ? 1 : undefined) };
const envelope = { from: "b", to: "c", term: 2 };

describe("the ledger sees", () => {
  it("two histories", () => {
    const ledger = new Ledger();
    ledger.apply("a", entry(1, 1, 7), 1);
    expect(ledger.apply("b", entry(1, 1, 7), 1)).toBe(false);
    expect(() => ledger.apply("b", entry(1, 2, 7), 1)).toThrow("state machine safety");
    expect(() => ledger.apply("b", entry(1, 1, 8), 1)).toThrow("state machine safety");
  });

  it("a gap, a command committed twice, and an acknowledgement without its command", () => {
    const ledger = new Ledger();
    ledger.apply("a", entry(1, 1, 7), 1);
    expect(() => ledger.apply("a", entry(3, 1, 8), 1)).toThrow("contiguous history");
    expect(() => ledger.apply("a", entry(2, 1, 7), 1)).toThrow("exactly once");
    expect(() => ledger.acknowledge(9, 1)).toThrow("acknowledged is committed");
  });
});

describe("the oracles see", () => {
  it("two leaders in a term, and one without what earlier terms committed", () => {
    const ledger = new Ledger();
    ledger.apply("a", entry(1, 1, 7), 1);
    const oracles = new RaftOracles(ledger);
    const raft = (term: number | undefined) => ({ status: () => ({ baseIndex: 0 }) as never, termAt: () => term });
    ledger.apply("a", entry(2, 1, 8), 7);
    oracles.leads("a", 2, { ...raft(1), termAt: (index) => (index === 1 ? 1 : undefined) });
    expect(() => oracles.leads("b", 2, raft(1))).toThrow("election safety");
    expect(() => oracles.leads("b", 3, raft(undefined))).toThrow("leader completeness");
    expect(() => oracles.leads("c", 1, raft(undefined))).not.toThrow();
  });

  it("promises that are not on disk", () => {
    const oracles = new RaftOracles(new Ledger());
    const vote = { type: "vote-response", ...envelope, preVote: false, round: 1, granted: true } as const;
    expect(() => oracles.sends("b", vote, disk)).toThrow("durable before voted");
    const ack = {
      type: "append-response",
      ...envelope,
      sequence: 1,
      accepted: true,
      matchIndex: 6,
      hintTerm: 0,
    } as const;
    expect(() => oracles.sends("b", ack, disk)).toThrow("durable before acknowledged");
    expect(() => oracles.sends("b", { ...ack, matchIndex: 5 }, disk)).not.toThrow();
  });

  it("two votes in a term, a stale read, a term that falls, and a commit without a majority", () => {
    const oracles = new RaftOracles(new Ledger());
    const vote = { type: "vote-response", ...envelope, to: "a", preVote: false, round: 1, granted: true } as const;
    oracles.sends("b", vote, disk);
    expect(() => oracles.sends("b", { ...vote, to: "c" }, { ...disk, vote: "c" })).toThrow("one vote a term");
    expect(() => oracles.reads("b", 4, 5)).toThrow("linearizable read");
    oracles.termOf("b", 5);
    expect(() => oracles.termOf("b", 4)).toThrow("terms rise");
    expect(() => oracles.firstApplied(entry(6, 1, 1), ["a", "b", "c"], () => disk)).toThrow("committed on a majority");
  });
});
