import { expect, it } from "vitest";
import { Prng } from "#core/base";
import { fuzzBytes } from "./byte-target.ts";
import { GossipTarget, RaftFrameTarget } from "./frame-target.ts";
import { LogImageTarget } from "./log-target.ts";

it.each([
  ["raft-frame", () => new RaftFrameTarget(), 5_000],
  ["gossip-packet", () => new GossipTarget(), 5_000],
  ["log-image", () => new LogImageTarget(), 300],
] as const)(
  "damaged inputs of %s do no harm",
  (name, target, count) => {
    let said = "";
    const run = { write: (text: string) => void (said += text), count, seed: 3 };
    expect(fuzzBytes(name, target(), new Prng(3), run), said).toBe(true);
  },
  60_000,
);

it("a target that yields what was never put in, or throws, is found", () => {
  const bytes = new Uint8Array(8);
  const run = { write: () => undefined, count: 3, seed: 1 };
  expect(fuzzBytes("yields", { next: () => ({ bytes, read: () => "wrong" }) }, new Prng(1), run)).toBe(false);
  const throws = (): string => {
    throw new Error("no");
  };
  expect(fuzzBytes("throws", { next: () => ({ bytes, read: throws }) }, new Prng(1), run)).toBe(false);
  const hoard: number[][] = [];
  const allocates = (): undefined => void hoard.push(Array.from({ length: 400_000 }, (_, at) => at));
  expect(fuzzBytes("allocates", { next: () => ({ bytes, read: allocates }) }, new Prng(1), run)).toBe(false);
});
