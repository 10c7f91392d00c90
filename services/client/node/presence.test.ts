import { beforeEach, expect, test } from "vitest";
import { err, ok, Prng, type Result, Secret } from "#core/base";
import { Node } from "#core/model";
import { empty } from "#core/schema";
import { ManualTime, MemoryLogger } from "#test/clients";
import { Presence } from "./presence.ts";
import type { Heartbeat, Lease, ServerLink } from "#client/link";

let time: ManualTime;
let calls: string[];
let answers: Result<Lease>[];
let node: Node;
let presence: Presence;
let abort: AbortController;

const lease = ok({ heartbeatTtlMs: 10_000 });

function answer(call: string): Promise<Result<Lease>> {
  calls.push(`${Math.round(time.nowMs() / 1000)} s: ${call}`);
  return Promise.resolve(answers.shift() ?? lease);
}

beforeEach(() => {
  time = new ManualTime();
  calls = [];
  answers = [];
  node = empty(Node, { id: "n", name: "one" });
  abort = new AbortController();
  const link = {
    register: (registered: Node) => answer(`register ${registered.name}`),
    heartbeat: ({ status }: Heartbeat) => answer(`heartbeat ${status}`),
  } as unknown as ServerLink;
  presence = new Presence({
    link,
    credentials: { nodeId: "n", secretId: new Secret("s") },
    node: () => node,
    timers: time,
    random: new Prng(1),
    logger: new MemoryLogger(),
    signal: abort.signal,
    onRegistered: () => calls.push("registered"),
  });
});

test("a node registers, says when it is ready, and then beats well within its lease", async () => {
  presence.start();
  await time.pass(100);
  presence.ready();
  await time.pass(30_000);
  expect(calls.slice(0, 4)).toEqual([
    "0 s: register one",
    "registered",
    "0 s: heartbeat initializing",
    "0 s: heartbeat ready",
  ]);
  const beats = calls.slice(4).map((call) => Number.parseInt(call, 10));
  for (const [index, beat] of beats.entries()) expect(beat - (beats[index - 1] ?? 0)).toBeLessThanOrEqual(9);
  expect(beats.length).toBeGreaterThanOrEqual(3);
});

test("a server that is away is asked again, less and less often", async () => {
  answers = Array.from({ length: 8 }, () => err("unavailable", "away"));
  presence.start();
  await time.pass(120_000);
  const tries = calls.filter((call) => call.includes("register one")).map((call) => Number.parseInt(call, 10));
  expect(tries).toHaveLength(9);
  expect(tries[3]).toBeLessThan(3);
  expect((tries[8] ?? 0) - (tries[7] ?? 0)).toBeGreaterThanOrEqual(7);
});

test("servers that have forgotten the node get it registered again", async () => {
  presence.start();
  await time.pass(100);
  answers = [err("not_found", "node not found")];
  await time.pass(20_000);
  expect(calls.filter((call) => call === "registered")).toHaveLength(2);
});

test("a change of the node is registered, also one that is made during a registration", async () => {
  presence.start();
  node = { ...node, name: "two" };
  presence.changed();
  await time.pass(1_000);
  expect(calls).toContain("0 s: register two");
  node = { ...node, name: "three" };
  presence.changed();
  await time.pass(1_000);
  expect(calls).toContain("1 s: register three");
});

test("a node that leaves says nothing more", async () => {
  presence.start();
  await time.pass(100);
  abort.abort();
  presence.stop();
  const before = calls.length;
  await time.pass(60_000);
  expect(calls).toHaveLength(before);
});
