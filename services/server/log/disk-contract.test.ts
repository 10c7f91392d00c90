import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Prng, toHex, utf8Decode, utf8Encode } from "#core/base";
import { collectLog, type Disk, type LogBatch, LogWriter, spareName } from "#core/log";
import { RealDisk } from "#server/log";
import { SimulatedDisk } from "#test/sim";

const folders: string[] = [];
const open: RealDisk[] = [];

afterEach(() => {
  for (const disk of open.splice(0)) disk.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function realDisk(): Disk {
  const folder = mkdtempSync(join(tmpdir(), "drover-disk-"));
  folders.push(folder);
  const disk = new RealDisk(folder);
  open.push(disk);
  return disk;
}

const text = (disk: Disk, name: string): string => utf8Decode(disk.read(name, 0, disk.size(name) ?? 0));

/** What the log relies on, of the simulated disk and of the real one alike. */
describe.each([
  ["the simulated disk", (): Disk => new SimulatedDisk()],
  ["a real disk", realDisk],
] as const)("%s", (_name, make) => {
  it("makes files by writing, overwrites in place, and reads less at the end", () => {
    const disk = make();
    disk.write("b", 0, utf8Encode("hello"));
    disk.write("a", 3, utf8Encode("x"));
    disk.write("b", 1, utf8Encode("a"));
    expect(disk.list()).toEqual(["a", "b"]);
    expect([disk.size("a"), disk.size("b"), disk.size("c")]).toEqual([4, 5, undefined]);
    expect(toHex(disk.read("a", 0, 10))).toBe("00000078");
    expect(text(disk, "b")).toBe("hallo");
    expect(disk.read("b", 5, 10)).toHaveLength(0);
    expect(disk.read("b", 3, 10)).toHaveLength(2);
  });

  it("syncs what is there and refuses what is not, without making it", () => {
    const disk = make();
    disk.write("a", 0, utf8Encode("x"));
    disk.sync("a");
    disk.syncFolder();
    expect(() => disk.read("b", 0, 1)).toThrow("ENOENT");
    expect(() => disk.sync("b")).toThrow("ENOENT");
    expect(disk.list()).toEqual(["a"]);
  });

  it("renames over another file and removes", () => {
    const disk = make();
    disk.write("old", 0, utf8Encode("old"));
    disk.write("new", 0, utf8Encode("newer"));
    disk.rename("new", "old");
    expect([disk.list(), text(disk, "old")]).toEqual([["old"], "newer"]);
    disk.write("old", 0, utf8Encode("N"));
    expect(text(disk, "old")).toBe("Newer");
    disk.remove("old");
    expect([disk.list(), disk.size("old")]).toEqual([[], undefined]);
  });

  it("gives a log back, with recycled segments, after every restart", () => {
    const disk = make();
    const life = liveOn(disk);
    expect(life.found).toEqual(life.written);
    expect(disk.list()).toContain(spareName(0));
  });
});

it("the same life of a log leaves the same files on both, byte for byte", () => {
  const [simulated, real] = [new SimulatedDisk(), realDisk()];
  liveOn(simulated);
  liveOn(real);
  expect(real.list()).toEqual(simulated.list());
  for (const name of real.list()) {
    const length = real.size(name) ?? 0;
    expect(toHex(real.read(name, 0, length)), name).toBe(toHex(simulated.read(name, 0, length)));
  }
});

const identity = { clusterId: "c", serverId: "s", incarnation: 1 };

/** Four starts of a server with appends, cuts, votes and releases; what was written last and what is found. */
function liveOn(disk: Disk): { readonly found: readonly string[]; readonly written: readonly string[] } {
  const random = new Prng(4);
  const written = new Map<number, string>();
  let [index, releasedBefore] = [0, 0];
  for (let start = 1; start <= 4; start++) {
    const collected = collectLog(disk, identity, releasedBefore);
    if (!collected.ok) throw new Error(collected.failure.message);
    const writer = new LogWriter(disk, { identity, segmentBytes: 8192 }, collected.value.recovery, start);
    for (let turn = 1; turn <= 20; turn++) {
      const cut = turn % 9 === 0 ? index - 1 : undefined;
      index = cut ?? index;
      const batch = batchAfter(index, start, turn, cut, random);
      for (const entry of batch.entries) written.set(entry.index, toHex(entry.data));
      index += batch.entries.length;
      writer.write([batch], start);
      writer.sync();
      writer.mark();
      writer.prepare();
    }
    releasedBefore = index - 20;
    writer.release(releasedBefore);
  }
  const collected = collectLog(disk, identity, releasedBefore);
  if (!collected.ok) throw new Error(collected.failure.message);
  const { entries } = collected.value;
  const first = entries[0]?.index ?? 0;
  const wanted = [...written].filter(([at]) => at >= first && at <= index).map(([at, data]) => `${at} ${data}`);
  return { found: entries.map((entry) => `${entry.index} ${toHex(entry.data)}`), written: wanted };
}

function batchAfter(index: number, term: number, turn: number, cut: number | undefined, random: Prng): LogBatch {
  const entries = Array.from({ length: 2 }, (_, offset) => ({
    index: index + 1 + offset,
    term,
    kind: "command" as const,
    data: random.bytes(40 + random.below(40)),
  }));
  const hardState = turn === 1 ? { term, vote: "s", mustReach: 0 } : undefined;
  return { epoch: turn, truncateAfter: cut, reset: undefined, hardState, entries };
}
