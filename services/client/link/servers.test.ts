import { expect, test } from "vitest";
import { Prng } from "#core/base";
import { Servers } from "./servers.ts";

test("a failed server goes to the end of the line, and only if it is the one in use", () => {
  const servers = new Servers(["a:1", "b:1", "c:1", "a:1"], new Prng(1));
  const first = servers.all.toSorted();
  expect(first).toEqual(["a:1", "b:1", "c:1"]);
  const [one, two, three] = servers.all as [string, string, string];
  servers.failed(two);
  expect(servers.current).toBe(one);
  servers.failed(one);
  expect(servers.all).toEqual([two, three, one]);
});

test("clients begin with different servers", () => {
  const firsts = new Set(Array.from({ length: 50 }, (_, seed) => new Servers(["a", "b", "c"], new Prng(seed)).current));
  expect(firsts).toEqual(new Set(["a", "b", "c"]));
});
