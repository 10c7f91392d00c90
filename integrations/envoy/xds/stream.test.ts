import { expect, test } from "vitest";
import type { EncodedResource } from "../encode.ts";
import type { ResourceKind } from "../resources/common.ts";
import { DeltaStream, type ResourceSet, type StreamRequest, type StreamResponse } from "./stream.ts";
import { WholeStream, type WholeResponse } from "./whole-stream.ts";

/** `cluster a1 b1, endpoint a1`: resources with their versions. */
function setOf(text: string): ResourceSet {
  const set: Record<ResourceKind, Map<string, EncodedResource>> = {
    cluster: new Map(),
    endpoint: new Map(),
    listener: new Map(),
    route: new Map(),
    secret: new Map(),
  };
  for (const part of text.split(", ").filter(Boolean)) {
    const [kind, ...names] = part.split(" ") as [ResourceKind, ...string[]];
    for (const named of names)
      set[kind].set(named.slice(0, -1), {
        kind,
        name: named.slice(0, -1),
        version: named.slice(-1),
        bytes: new Uint8Array(),
      });
  }
  return set;
}

function lines(responses: readonly StreamResponse[]): string[] {
  return responses.map(({ kind, nonce, resources, removed }) => {
    const all = [...resources.map(({ name, version }) => name + version), ...removed.map((name) => `-${name}`)];
    return `#${nonce} ${kind} ${all.join(" ")}`;
  });
}

function asking(kind: ResourceKind, more: Partial<StreamRequest> = {}): StreamRequest {
  return { kind, subscribe: [], unsubscribe: [], known: {}, nonce: "", refusal: undefined, ...more };
}

/** A stream whose Envoy has everything of `text`, as it would come to have it. */
function settled(text: string): DeltaStream {
  const stream = new DeltaStream();
  const set = setOf(text);
  const open = [
    ...stream.update(set),
    ...stream.request(asking("cluster")),
    ...stream.request(asking("listener")),
    ...stream.request(asking("endpoint", { subscribe: [...set.endpoint.keys()] })),
    ...stream.request(asking("route", { subscribe: [...set.route.keys()] })),
  ];
  for (let next = open.shift(); next; next = open.shift())
    open.push(...stream.request(asking(next.kind, { nonce: next.nonce })));
  return stream;
}

test("the opening as Envoy does it: clusters, their endpoints before the answer, then listeners and routes", () => {
  const stream = new DeltaStream();
  expect(lines(stream.request(asking("cluster")))).toEqual([]);
  expect(lines(stream.update(setOf("cluster a1, endpoint a1, listener l1, route r1, secret s1")))).toEqual([
    "#1 cluster a1",
  ]);
  expect(lines(stream.request(asking("endpoint", { subscribe: ["a"] })))).toEqual(["#2 endpoint a1"]);
  expect(lines(stream.request(asking("secret", { subscribe: ["s"] })))).toEqual(["#3 secret s1"]);
  expect(lines(stream.request(asking("listener")))).toEqual([]);
  expect(lines(stream.request(asking("cluster", { nonce: "1" })))).toEqual([]);
  expect(lines(stream.request(asking("endpoint", { nonce: "2" })))).toEqual(["#4 listener l1"]);
  expect(lines(stream.request(asking("route", { subscribe: ["r"] })))).toEqual(["#5 route r1"]);
  expect(stream.acceptedVersion("listener", "l")).toBeUndefined();
  expect(lines(stream.request(asking("listener", { nonce: "4" })))).toEqual([]);
  expect(stream.acceptedVersion("listener", "l")).toBe("1");
});

test("a new cluster comes before the route to it, and the old one goes after", () => {
  const stream = settled("cluster a1, endpoint a1, listener l1, route r1");
  const moved = stream.update(setOf("cluster b1, endpoint b1, listener l1, route r2"));
  expect(lines(moved)).toEqual(["#5 cluster b1"]);
  expect(lines(stream.request(asking("endpoint", { subscribe: ["b"] })))).toEqual(["#6 endpoint b1"]);
  expect(lines(stream.request(asking("cluster", { nonce: "5" })))).toEqual([]);
  expect(lines(stream.request(asking("endpoint", { nonce: "6" })))).toEqual(["#7 route r2"]);
  expect(lines(stream.request(asking("route", { nonce: "7" })))).toEqual(["#8 cluster -a", "#9 endpoint -a"]);
});

test("a cluster that changes gets its endpoints again, a listener its routes: they warm until these come", () => {
  const stream = settled("cluster a1, endpoint a1, listener l1, route l1");
  expect(lines(stream.update(setOf("cluster a2, endpoint a1, listener l1, route l1")))).toEqual([
    "#5 cluster a2",
    "#6 endpoint a1",
  ]);
  stream.request(asking("cluster", { nonce: "5" }));
  stream.request(asking("endpoint", { nonce: "6" }));
  expect(lines(stream.update(setOf("cluster a2, endpoint a1, listener l2, route l1")))).toEqual([
    "#7 listener l2",
    "#8 route l1",
  ]);
});

test("what is refused is not sent again until its content changes, and does not hold up the rest", () => {
  const stream = settled("cluster a1, endpoint a1, listener l1, route r1");
  expect(lines(stream.update(setOf("cluster a1, endpoint a1, listener l1, route r2")))).toEqual(["#5 route r2"]);
  expect(lines(stream.request(asking("route", { nonce: "5", refusal: "weights" })))).toEqual([]);
  expect(stream.status("route")).toMatchObject({ isCurrent: false });
  expect(stream.status("route").refused).toEqual(new Map([["r", { version: "2", reason: "weights" }]]));
  expect(lines(stream.update(setOf("cluster a1, endpoint a2, listener l1, route r2")))).toEqual(["#6 endpoint a2"]);
  stream.request(asking("endpoint", { nonce: "6" }));
  expect(lines(stream.update(setOf("cluster a1, endpoint a2, listener l1, route r3")))).toEqual(["#7 route r3"]);
  stream.request(asking("route", { nonce: "7" }));
  expect(stream.status("route")).toMatchObject({ isCurrent: true, refused: new Map() });
});

test("a refusal is forgotten when what Envoy has is wanted again, also when that happens before the refusal", () => {
  const stream = settled("cluster a1, endpoint a1, listener l1, route r1");
  const [before, after] = [
    "cluster a1, endpoint a1, listener l1, route r1",
    "cluster a1, endpoint a1, listener l1, route r2",
  ];
  stream.update(setOf(after));
  stream.request(asking("route", { nonce: "5", refusal: "weights" }));
  expect(lines(stream.update(setOf(before)))).toEqual([]);
  expect(stream.status("route")).toMatchObject({ isCurrent: true, refused: new Map() });
  expect(lines(stream.update(setOf(after)))).toEqual(["#6 route r2"]);
  stream.update(setOf(before));
  stream.request(asking("route", { nonce: "6", refusal: "weights" }));
  expect(stream.status("route")).toMatchObject({ isCurrent: true, refused: new Map() });
});

test("of several refused together each goes alone, so that one does not stand for all", () => {
  const stream = settled("cluster a1, listener l1");
  expect(lines(stream.update(setOf("cluster a2 b1 c1, listener l1")))).toEqual(["#3 cluster a2 b1 c1"]);
  expect(lines(stream.request(asking("cluster", { nonce: "3", refusal: "one of them" })))).toEqual(["#4 cluster a2"]);
  expect(lines(stream.request(asking("cluster", { nonce: "4" })))).toEqual(["#5 cluster b1"]);
  expect(lines(stream.request(asking("cluster", { nonce: "5", refusal: "this one" })))).toEqual(["#6 cluster c1"]);
  expect(lines(stream.request(asking("cluster", { nonce: "6" })))).toEqual([]);
  expect([...stream.status("cluster").refused.keys()]).toEqual(["b"]);
});

test("a stream that begins anew gets what it lacks, and is told what is gone", () => {
  const stream = new DeltaStream();
  stream.update(setOf("cluster a1 b2, endpoint a1 b2, listener l1"));
  expect(lines(stream.request(asking("cluster", { known: { a: "1", b: "1", old: "1" } })))).toEqual([
    "#1 cluster b2 -old",
  ]);
});

test("whoever asks for what is not there is told once; whoever asks again is answered again", () => {
  const stream = settled("cluster a1, endpoint a1, listener l1");
  expect(lines(stream.request(asking("endpoint", { subscribe: ["nobody"] })))).toEqual(["#4 endpoint -nobody"]);
  expect(lines(stream.request(asking("endpoint", { nonce: "4" })))).toEqual([]);
  expect(lines(stream.request(asking("endpoint", { subscribe: ["a"] })))).toEqual(["#5 endpoint a1"]);
});

test("an answer to an older response changes nothing", () => {
  const stream = settled("cluster a1, listener l1");
  stream.update(setOf("cluster a2, listener l1"));
  expect(lines(stream.request(asking("cluster", { nonce: "1", refusal: "late" })))).toEqual([]);
  expect(stream.status("cluster").refused.size).toBe(0);
});

function wholeLines(responses: readonly WholeResponse[]): string[] {
  return responses.map(
    ({ kind, nonce, resources }) =>
      `#${nonce} ${kind} ${resources.map(({ name, version }) => name + version).join(" ")}`,
  );
}

test("state of the world: the old cluster stays in the set until nothing names it", () => {
  const stream = new WholeStream();
  const ask = (kind: ResourceKind, names: string[] = [], nonce = "", refusal?: string): string[] =>
    wholeLines(stream.request({ kind, names, version: "", nonce, refusal }));
  stream.update(setOf("cluster a1, endpoint a1, listener l1, route r1"));
  expect(ask("cluster")).toEqual(["#1 cluster a1"]);
  expect(ask("endpoint", ["a"])).toEqual(["#2 endpoint a1"]);
  ask("cluster", [], "1");
  ask("endpoint", ["a"], "2");
  expect(ask("listener")).toEqual(["#3 listener l1"]);
  expect(ask("route", ["r"])).toEqual(["#4 route r1"]);
  ask("listener", [], "3");
  ask("route", ["r"], "4");
  expect(wholeLines(stream.update(setOf("cluster b1, endpoint b1, listener l1, route r2")))).toEqual([
    "#5 cluster a1 b1",
  ]);
  expect(ask("endpoint", ["a", "b"])).toEqual(["#6 endpoint b1"]);
  ask("cluster", [], "5");
  expect(ask("endpoint", ["a", "b"], "6")).toEqual(["#7 route r2"]);
  expect(ask("route", ["r"], "7")).toEqual(["#8 cluster b1"]);
  expect(ask("cluster", [], "8", "no")).toEqual([]);
});

test("an Envoy that comes back with all that it should have is sent nothing, and has it none the less", () => {
  const stream = new DeltaStream();
  stream.update(setOf("cluster a1, listener l1"));
  expect(lines(stream.request(asking("listener", { known: { l: "1" } })))).toEqual([]);
  expect(stream.status("listener")).toMatchObject({ acknowledged: 0, isHeld: true, isCurrent: true });
  expect(stream.status("cluster").isHeld).toBe(false);
});
