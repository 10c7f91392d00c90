import { spawnSync } from "node:child_process";
import { closeSync, cpSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AgentProcess, killStrays } from "#test/support";

const DROVER = join(import.meta.dirname, "../../../bin/drover");
const SEGMENT = "server/raft/000000000001.wal";

/** The log of a real server is read without the server. */
const folder = mkdtempSync(join(tmpdir(), "drover-raft-log-"));

function raftLog(...args: string[]): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [DROVER, "operator", "raft", "log", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

beforeAll(async () => {
  writeFileSync(join(folder, "agent.hcl"), "server { enabled = true }\nclient { enabled = true }\n");
  const agent = await AgentProcess.start(["-config", "agent.hcl", "-data-dir", join(folder, "data")], folder);
  await agent.stop();
});
afterAll(() => {
  killStrays(folder);
  rmSync(folder, { recursive: true, force: true });
});

test("a log that a server left is printed without what its entries hold, and is clean", () => {
  const { code, out } = raftLog("data");
  expect(code).toBe(0);
  expect(out).toMatch(/^000000000001\.wal: segment of \d+ bytes after 0, start 1, /);
  expect(out).toMatch(/: 1 term 1 configuration, \d+ bytes, /);
  expect(raftLog("-type", "configuration", "-json", "data").out.match(/"type":"entry"/g)).toHaveLength(1);
  const verified = raftLog("-verify", "data");
  expect(verified.code).toBe(0);
  expect(verified.out).toContain("Verdict            = clean");
});

test("a flipped bit is damage, with its place, its consequence and what to do", () => {
  cpSync(join(folder, "data"), join(folder, "damaged"), { recursive: true });
  const descriptor = openSync(join(folder, "damaged", SEGMENT), "r+");
  const byte = new Uint8Array(1);
  readSync(descriptor, byte, 0, 1, 560);
  writeSync(descriptor, Uint8Array.of(byte[0]! ^ 1), 0, 1, 560);
  closeSync(descriptor);
  const { code, out } = raftLog("-verify", "damaged");
  expect(code).toBe(3);
  expect(out).toContain(`damaged/${SEGMENT}:512: damage: `);
  expect(out).toContain("May Vote           = no: ");
  expect(out).toContain("a leader brings it up to date");
});

test("what is no log is said to be none", () => {
  expect(raftLog("nowhere")).toEqual({ code: 1, out: "", err: "nowhere: no such file or directory\n" });
  expect(raftLog("-type", "colour", "data").err).toContain("-type must be one of command, noop, configuration");
});
