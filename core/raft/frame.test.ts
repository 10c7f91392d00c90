import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex, Prng, toHex, utf8Encode } from "#core/base";
import { configurationOf, decodeFrame, encodeConfiguration, encodeFrame, type Message } from "#core/raft";

const envelope = { from: "server-a", to: "server-b", term: 7 };
const sender = { clusterId: "cluster", incarnation: 3 };
const configuration = configurationOf([{ id: "server-a", address: "10.0.0.1:4647", suffrage: "voter" }]);

const samples: readonly Message[] = [
  { type: "vote-request", ...envelope, preVote: true, transfer: false, round: 4, lastIndex: 99, lastTerm: 6 },
  { type: "vote-response", ...envelope, preVote: false, granted: true, round: 4 },
  {
    type: "append-request",
    ...envelope,
    sequence: 12,
    previousIndex: 99,
    previousTerm: 6,
    commit: 98,
    entries: [
      { index: 100, term: 6, kind: "command", data: utf8Encode("set x 1") },
      { index: 101, term: 7, kind: "noop", data: new Uint8Array(0) },
      { index: 102, term: 7, kind: "configuration", data: encodeConfiguration(configuration) },
    ],
  },
  { type: "append-response", ...envelope, accepted: true, sequence: 12, matchIndex: 2 ** 53 - 1, hintTerm: 0 },
  { type: "heartbeat", ...envelope, commit: 98, round: 5 },
  { type: "heartbeat-response", ...envelope, round: 5 },
  {
    type: "snapshot-chunk",
    ...envelope,
    snapshot: { id: "7-98", index: 98, term: 6, configuration, bytes: 1000, hash: "ab12" },
    offset: 512,
    data: Uint8Array.of(1, 2, 3),
  },
  { type: "snapshot-response", ...envelope, snapshotId: "7-98", nextOffset: 515, installed: false },
  { type: "timeout-now", ...envelope },
];

const golden = new URL("./testdata/frames.hex", import.meta.url).pathname;

describe("frames", () => {
  it("are what the golden file says, byte for byte", () => {
    const lines = samples.map((message) => `${message.type} ${toHex(encodeFrame(message, sender))}`);
    if (!existsSync(golden)) writeFileSync(golden, `${lines.join("\n")}\n`);
    expect(lines).toEqual(readFileSync(golden, "utf8").trim().split("\n"));
  });

  it("come back as they were sent", () => {
    for (const message of samples) {
      const reading = decodeFrame(encodeFrame(message, sender), "cluster");
      expect(reading).toEqual({ type: "message", message, incarnation: 3 });
    }
  });

  it("of another cluster, of a later version, or cut short are dropped with the reason", () => {
    const frame = encodeFrame(samples[4]!, sender);
    expect(decodeFrame(frame, "other")).toEqual({ type: "dropped", reason: "cluster" });
    expect(decodeFrame(frame.subarray(0, 20), "cluster")).toEqual({ type: "dropped", reason: "truncated" });
    expect(decodeFrame(fromHex("00"), "cluster")).toEqual({ type: "dropped", reason: "truncated" });
  });

  it("never throw and never yield another message when 30,000 of them are mutated", () => {
    const random = new Prng(1);
    const frames = samples.map((message) => encodeFrame(message, sender));
    let accepted = 0;
    for (let round = 0; round < 30_000; round++) {
      const frame = frames[random.below(frames.length)]!.slice();
      for (let flips = 1 + random.below(4); flips > 0; flips--)
        frame[random.below(frame.length)]! ^= 1 << random.below(8);
      const reading = decodeFrame(frame.subarray(0, frame.length - random.below(3)), "cluster");
      if (reading.type === "message") accepted++;
    }
    expect(accepted).toBeLessThan(50);
  });
});
