import { describe, expect, it } from "vitest";
import { compiledMemory, plainMemory, Prng, toHex, utf8Encode } from "#core/base";
import {
  collectLog,
  inspectLog,
  type LogBatch,
  LogWriter,
  MUST_REACH_NEVER,
  segmentName,
  SLOTS_NAME,
  spareName,
  SPARES_MAX,
  verifyLog,
} from "#core/log";
import { SimulatedDisk } from "#test/sim";

const identity = { clusterId: "c", serverId: "s", incarnation: 1 };
const segmentBytes = 64 * 1024;

function recover(disk: SimulatedDisk, snapshotIndex = 0) {
  const collected = collectLog(disk, identity, snapshotIndex);
  if (!collected.ok) throw new Error(collected.failure.message);
  return collected.value;
}

function open(disk: SimulatedDisk, snapshotIndex = 0): LogWriter {
  return new LogWriter(disk, { identity, segmentBytes }, recover(disk, snapshotIndex).recovery, 0);
}

function batch(epoch: number, from: number, count: number, extra: Partial<LogBatch> = {}): LogBatch {
  const entries = Array.from({ length: count }, (_, offset) => ({
    index: from + offset,
    term: 1,
    kind: "command" as const,
    data: utf8Encode(`entry ${from + offset}`.padEnd(100, ".")),
  }));
  return { epoch, truncateAfter: undefined, reset: undefined, hardState: undefined, entries, ...extra };
}

function append(writer: LogWriter, ...batches: LogBatch[]): void {
  writer.write(batches, 0);
  writer.sync();
}

/** Where the record of an entry lies, found by its text. */
function offsetOf(disk: SimulatedDisk, name: string, text: string): number {
  const at = Buffer.from(disk.read(name, 0, disk.size(name)!)).indexOf(text);
  if (at < 0) throw new Error(`${text} is not in ${name}`);
  return at;
}

const indexes = (entries: readonly { readonly index: number }[]) => entries.map((entry) => entry.index);

describe("the log", () => {
  it("gives back what was synced, with kinds, terms, data and the hard state", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    const hardState = { term: 3, vote: "s", mustReach: 0 };
    append(writer, batch(1, 1, 2, { hardState }), batch(2, 3, 1));
    disk.crash(new Prng(1));
    const { recovery, entries } = recover(disk);
    expect(entries.map((entry) => [entry.index, entry.term, entry.kind])).toEqual([
      [1, 1, "command"],
      [2, 1, "command"],
      [3, 1, "command"],
    ]);
    expect(entries[2]!.data).toEqual(batch(2, 3, 1).entries[0]!.data);
    expect(recovery.hardState).toMatchObject(hardState);
    expect(recovery.findings).toEqual([]);
  });

  it("never loses what was synced and never shows what was not, over 500 crashes", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const random = new Prng(seed);
      const disk = new SimulatedDisk();
      let synced = 0;
      let written = 0;
      for (let start = 0; start < 3; start++) {
        const { recovery, entries } = recover(disk);
        expect(recovery.findings.filter((finding) => finding.type === "damage")).toEqual([]);
        expect(entries.length).toBeGreaterThanOrEqual(synced);
        expect(entries.length).toBeLessThanOrEqual(written);
        expect(indexes(entries)).toEqual(entries.map((_, position) => position + 1));
        synced = entries.length;
        written = synced;
        const writer = new LogWriter(disk, { identity, segmentBytes: 4096 }, recovery, 0);
        for (let round = random.below(8); round > 0; round--) {
          const count = 1 + random.below(10);
          writer.write([batch(round, written + 1, count)], 0);
          written += count;
          if (round === 1 && random.below(2) === 0) break;
          writer.sync();
          synced = written;
        }
        disk.crash(random);
      }
    }
  });

  it("cuts a torn batch whole and says so", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    append(writer, batch(1, 1, 1));
    writer.write([batch(2, 2, 3)], 0);
    disk.flipBit(segmentName(1), offsetOf(disk, segmentName(1), "entry 3"), 0);
    const { recovery, entries } = recover(disk);
    expect(indexes(entries)).toEqual([1]);
    expect(recovery.findings).toMatchObject([{ type: "torn", sequence: 1 }]);
    expect(recovery.hardState.mustReach).toBe(0);
  });

  it("calls it damage when something later attests the place, and takes the vote away until the end is reached", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    for (let epoch = 1; epoch <= 5; epoch++) append(writer, batch(epoch, epoch, 1));
    disk.flipBit(segmentName(1), offsetOf(disk, segmentName(1), "entry 3"), 0);
    const { recovery, entries } = recover(disk);
    expect(indexes(entries)).toEqual([1, 2]);
    expect(recovery.findings).toMatchObject([{ type: "damage", sequence: 1 }]);
    expect(recovery.hardState.mustReach).toBe(5);

    const next = open(disk);
    append(next, batch(1, 3, 1));
    const again = recover(disk);
    expect(indexes(again.entries)).toEqual([1, 2, 3]);
    expect(again.recovery.findings).toEqual([]);
    expect(again.recovery.hardState.mustReach).toBe(5);
  });

  it("knows by the slots that a synced last batch is damaged although its marker is gone", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    append(writer, batch(1, 1, 1));
    append(writer, batch(2, 2, 1));
    append(writer, batch(3, 3, 0, { hardState: { term: 2, vote: undefined, mustReach: 0 } }));
    const from = offsetOf(disk, segmentName(1), "entry 2") - 32;
    disk.overwrite(segmentName(1), from, new Uint8Array(4096));
    const { recovery, entries } = recover(disk);
    expect(indexes(entries)).toEqual([1]);
    expect(recovery.findings).toMatchObject([{ type: "damage" }]);
    expect(recovery.hardState).toMatchObject({ term: 2, mustReach: 2 });
  });

  it("keeps term and vote through the loss of either slot and of the log's own record", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    append(writer, batch(1, 1, 0, { hardState: { term: 7, vote: "x", mustReach: 0 } }));
    for (const slot of [0, 1]) {
      const bytes = disk.read(SLOTS_NAME, slot * 4096, 4096);
      disk.overwrite(SLOTS_NAME, slot * 4096, new Uint8Array(4096));
      expect(recover(disk).recovery.hardState).toMatchObject({ term: 7, vote: "x" });
      disk.overwrite(SLOTS_NAME, slot * 4096, bytes);
    }
    disk.overwrite(segmentName(1), 512, new Uint8Array(4096));
    expect(recover(disk).recovery.hardState).toMatchObject({ term: 7, vote: "x" });
  });

  it("never votes again when the segment that was being written is gone", () => {
    const disk = new SimulatedDisk();
    append(open(disk), batch(1, 1, 3));
    disk.lose(segmentName(1));
    const { recovery, entries } = recover(disk);
    expect(entries).toEqual([]);
    expect(recovery.hardState.mustReach).toBe(MUST_REACH_NEVER);
    expect(recovery.findings).toMatchObject([{ type: "damage", sequence: 1 }]);
  });

  it("truncates, resets after a snapshot, and spreads over segments", () => {
    const disk = new SimulatedDisk();
    const writer = new LogWriter(disk, { identity, segmentBytes: 4096 }, recover(disk).recovery, 0);
    for (let epoch = 1; epoch <= 30; epoch++) append(writer, batch(epoch, epoch * 2 - 1, 2));
    append(writer, batch(31, 41, 1, { truncateAfter: 40 }));
    expect(indexes(recover(disk).entries)).toEqual(Array.from({ length: 41 }, (_, position) => position + 1));
    append(writer, batch(32, 101, 1, { reset: { index: 100, term: 1 } }));
    expect(indexes(recover(disk).entries)).toEqual([101]);
    expect(recover(disk).recovery.baseIndex).toBe(100);
    expect(recover(disk).recovery.segments.length).toBeGreaterThan(2);
  });

  it("recycles released segments, whose old records never read as new", () => {
    const disk = new SimulatedDisk();
    let writer = new LogWriter(disk, { identity, segmentBytes: 4096 }, recover(disk).recovery, 0);
    let index = 0;
    for (let epoch = 1; epoch <= 200; epoch++) {
      append(writer, batch(epoch, index + 1, 2));
      index += 2;
      if (epoch % 20 === 0) writer.release(index - 30);
      if (epoch % 50 === 0) {
        disk.crash(new Prng(epoch));
        const { recovery, entries } = recover(disk, index - 20);
        expect(recovery.findings).toEqual([]);
        expect(entries.at(-1)?.index).toBe(index);
        writer = new LogWriter(disk, { identity, segmentBytes: 4096 }, recovery, 0);
      }
    }
    expect(disk.list().length).toBeLessThan(12);
  });

  it("has the same bytes from compiled checksums, and whether a marker is written at once or with the next batch", () => {
    const images = [
      { memory: compiledMemory, marksAtOnce: false },
      { memory: compiledMemory, marksAtOnce: true },
      { memory: (bytes: number) => plainMemory(new Uint8Array(bytes)), marksAtOnce: false },
    ].map(({ memory, marksAtOnce }) => {
      const disk = new SimulatedDisk();
      const writer = new LogWriter(disk, { identity, segmentBytes, memory }, recover(disk).recovery, 0);
      for (let epoch = 1; epoch <= 40; epoch++) {
        append(writer, batch(epoch, 1 + 20 * (epoch - 1), 20));
        if (marksAtOnce) writer.mark();
      }
      writer.mark();
      return disk.list().map((name) => [name, toHex(disk.read(name, 0, segmentBytes))]);
    });
    expect(images[0]!.length).toBeGreaterThan(2);
    expect(images[1]).toEqual(images[0]);
    expect(images[2]).toEqual(images[0]);
  });

  it("writes a marker and the batch after it at once", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    const operations: string[] = [];
    disk.onOperation = (operation) => operations.push(operation);
    append(writer, batch(1, 1, 2));
    append(writer, batch(2, 3, 2));
    expect(operations).toEqual(["write", "sync", "write", "sync"]);
    writer.mark();
    expect(operations).toHaveLength(5);
    expect(indexes(recover(disk).entries)).toEqual([1, 2, 3, 4]);
  });

  it("keeps a few released segments for its next ones, and removes the others", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    let index = 1;
    for (let epoch = 1; epoch <= 200; epoch++, index += 20) append(writer, batch(epoch, index, 20));
    const before = disk.list().length;
    writer.release(index);
    const spares = disk.list().filter((name) => name.startsWith("spare"));
    expect(spares).toEqual(Array.from({ length: SPARES_MAX }, (_, number) => spareName(number)).sort());
    expect(disk.list().length).toBeLessThan(before);
    const zeros: string[] = [];
    disk.onOperation = (operation, name, growth) => growth > 0 && zeros.push(`${operation} ${name}`);
    for (let epoch = 201; epoch <= 280; epoch++, index += 20) append(writer, batch(epoch, index, 20));
    expect(zeros).toEqual([]);
    expect(recover(disk, index - 1).entries.at(-1)?.index).toBe(index - 1);
  });

  it("refuses the log of another server and of a later version", () => {
    const disk = new SimulatedDisk();
    append(open(disk), batch(1, 1, 1));
    expect(collectLog(disk, { ...identity, serverId: "other" }, 0)).toMatchObject({
      ok: false,
      failure: { code: "corrupt", message: expect.stringContaining("belongs to server s") },
    });
  });
});

describe("inspection", () => {
  it("lists what is there, filtered, and says that the server may vote", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    append(writer, batch(1, 1, 3, { hardState: { term: 1, vote: undefined, mustReach: 0 } }));
    append(writer, batch(2, 4, 2));
    const seen: string[] = [];
    inspectLog(disk, { from: 2, to: 4 }, (record) =>
      seen.push(record.type === "entry" ? `entry ${record.index}` : record.type),
    );
    expect(seen).toEqual(["segment", "hard-state", "entry 2", "entry 3", "entry 4"]);
    expect(verifyLog(disk, 0)).toMatchObject({ ok: true, value: { verdict: 0, mayVote: true, serverId: "s" } });
  });

  it("tells a torn tail from damage, by the exit code of --verify", () => {
    const disk = new SimulatedDisk();
    const writer = open(disk);
    append(writer, batch(1, 1, 1));
    append(writer, batch(2, 2, 1));
    writer.write([batch(3, 3, 1)], 0);
    disk.flipBit(segmentName(1), offsetOf(disk, segmentName(1), "entry 3"), 0);
    expect(verifyLog(disk, 0)).toMatchObject({ ok: true, value: { verdict: 2, mayVote: true } });
    disk.flipBit(segmentName(1), offsetOf(disk, segmentName(1), "entry 1"), 0);
    const verified = verifyLog(disk, 0);
    expect(verified).toMatchObject({ ok: true, value: { verdict: 3, mayVote: false } });
    if (verified.ok) expect(verified.value.advice).toContain("a leader brings it up to date");
  });
});

it("2,000 mutated logs neither throw nor yield an entry that was never written", () => {
  const disk = new SimulatedDisk();
  const writer = new LogWriter(disk, { identity, segmentBytes: 4096 }, recover(disk).recovery, 0);
  for (let epoch = 1; epoch <= 12; epoch++) append(writer, batch(epoch, epoch * 2 - 1, 2));
  const names = disk.list();
  const originals = names.map((name) => disk.read(name, 0, disk.size(name)!));
  const texts = new Set(Array.from({ length: 24 }, (_, at) => batch(1, at + 1, 1).entries[0]!.data.join()));
  const random = new Prng(5);
  for (let round = 0; round < 2_000; round++) {
    for (let flips = 1 + random.below(4); flips > 0; flips--) {
      const name = names[random.below(names.length)]!;
      if (random.below(4) > 0) disk.flipBit(name, random.below(disk.size(name)!), random.below(8));
      else disk.overwrite(name, random.below(disk.size(name)!), random.bytes(1 + random.below(64)));
    }
    const collected = collectLog(disk, identity, 0);
    if (collected.ok)
      collected.value.entries.forEach((entry, position) => {
        expect(entry.index).toBe(collected.value.recovery.baseIndex + position + 1);
        expect(texts.has(entry.data.join())).toBe(true);
      });
    names.forEach((name, position) => disk.overwrite(name, 0, originals[position]!));
  }
});
