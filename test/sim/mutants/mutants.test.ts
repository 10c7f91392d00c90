import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mutants } from "./patches.ts";

const root = new URL("../../../", import.meta.url).pathname;
const main = join(root, "dist/test/sim/main.js");

function witnessArguments(witness: (typeof mutants)[number]["witness"]): string[] {
  if ("script" in witness) return ["raft", "--script", join(root, "test/sim/scripts", `${witness.script}.txt`)];
  if ("gossip" in witness) return ["gossip", "--seed", String(witness.gossip)];
  if ("log" in witness) return ["log"];
  return ["raft", "--profile", witness.profile, "--seed", String(witness.seed)];
}

describe("every historic bug that is put back is found", () => {
  it("after a build", () => expect(existsSync(main)).toBe(true));

  for (const mutant of mutants)
    it(`${mutant.name} (${mutant.row}): ${mutant.what}`, () => {
      const args = [...witnessArguments(mutant.witness), "--mutant", mutant.name];
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
      expect(stderr + stdout).not.toContain("matches");
      expect([2, 3], stdout.slice(-500)).toContain(status);
    });
});
