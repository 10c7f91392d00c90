import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Failure, utf8Encode } from "#core/base";
import { isNewLog, type LogHandle, openLog, type OpenedLog, type PersistBatch } from "#server/log";

const folders: string[] = [];
const identity = { clusterId: "c", serverId: "s", incarnation: 1 };

const opened: LogHandle[] = [];

afterEach(async () => {
  for (const log of opened.splice(0)) await log.abandon();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-log-"));
  folders.push(folder);
  return join(folder, "raft");
}

class Listener {
  readonly epochs: number[] = [];
  readonly failures: Failure[] = [];
  #awaited: { readonly epoch: number; readonly resolve: () => void } | undefined;

  durable(epoch: number): void {
    this.epochs.push(epoch);
    if (this.#awaited && epoch >= this.#awaited.epoch) this.#awaited.resolve();
  }

  fatal(reason: Failure): void {
    this.failures.push(reason);
  }

  lowSpace(): void {}

  reached(epoch: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { epoch, resolve };
    });
  }
}

async function open(folder: string, listener: Listener): Promise<OpenedLog> {
  const result = await openLog({ folder, identity, segmentBytes: 1024 * 1024, snapshotIndex: 0, listener });
  if (!result.ok) throw new Error(result.failure.message);
  opened.push(result.value.log);
  return result.value;
}

function batch(epoch: number, from: number, count: number, bytes = 256): PersistBatch {
  const entries = Array.from({ length: count }, (_, offset) => ({
    index: from + offset,
    term: 1,
    kind: "command" as const,
    data: new Uint8Array(bytes).fill(offset),
  }));
  const index = from + count - 1;
  return { epoch, index, term: 1, truncateAfter: undefined, reset: undefined, hardState: undefined, entries };
}

async function closeAll(log: LogHandle): Promise<void> {
  await log.close();
}

describe("the log's worker", () => {
  it("confirms batches in order, groups them, and gives them back after a restart", async () => {
    const folder = newFolder();
    const listener = new Listener();
    const opened = await open(folder, listener);
    expect(isNewLog(opened)).toBe(true);
    const reached = listener.reached(500);
    for (let epoch = 1; epoch <= 500; epoch++) opened.log.append(batch(epoch, epoch, 1));
    await reached;
    expect(listener.epochs).toEqual(listener.epochs.toSorted((left, right) => left - right));
    expect(listener.epochs.length).toBeLessThan(100);
    await closeAll(opened.log);
    const again = await open(folder, new Listener());
    expect(again.entries.length).toBe(500);
    expect(again.recovery.findings).toEqual([]);
    await closeAll(again.log);
  });

  it("takes a batch larger than its ring, and rolls over segments", async () => {
    const folder = newFolder();
    const listener = new Listener();
    const { log } = await open(folder, listener);
    const reached = listener.reached(2);
    log.append(batch(1, 1, 20, 1024 * 1024));
    log.append({ ...batch(2, 21, 1), hardState: { term: 5, vote: "s", mustReach: 0 } });
    await reached;
    log.release(15);
    await closeAll(log);
    const again = await openLog({
      folder,
      identity,
      segmentBytes: 1024 * 1024,
      snapshotIndex: 18,
      listener: new Listener(),
    });
    if (!again.ok) throw new Error(again.failure.message);
    expect(again.value.entries.at(-1)).toMatchObject({ index: 21 });
    expect(again.value.recovery.hardState).toMatchObject({ term: 5, vote: "s" });
    expect(again.value.recovery.findings).toEqual([]);
    await closeAll(again.value.log);
  }, 60_000);

  it("says what hinders it to open, and reports nothing else", async () => {
    const listener = new Listener();
    const opened = await openLog({
      folder: "/dev/null/raft",
      identity,
      segmentBytes: 1024 * 1024,
      snapshotIndex: 0,
      listener,
    });
    expect(opened).toMatchObject({ ok: false, failure: { code: "io" } });
    expect(listener.failures).toEqual([]);
  });

  it("keeps hard state and data of every length", async () => {
    const folder = newFolder();
    const listener = new Listener();
    const { log } = await open(folder, listener);
    const reached = listener.reached(40);
    for (let epoch = 1; epoch <= 40; epoch++) {
      const data = utf8Encode("x".repeat(epoch));
      const entries = [{ index: epoch, term: 1, kind: "command" as const, data }];
      log.append({ ...batch(epoch, epoch, 1), entries, hardState: { term: epoch, vote: undefined, mustReach: 0 } });
    }
    await reached;
    await closeAll(log);
    const again = await open(folder, new Listener());
    expect(again.entries.map((entry) => entry.data.length)).toEqual(again.entries.map((_, position) => position + 1));
    expect(again.recovery.hardState.term).toBe(40);
    await closeAll(again.log);
  });

  it("is over after the first write that fails: one report, and nothing is confirmed any more", async () => {
    const folder = newFolder();
    const listener = new Listener();
    const { log } = await open(folder, listener);
    const first = listener.reached(1);
    log.append(batch(1, 1, 1));
    await first;
    rmSync(folder, { recursive: true });
    for (let epoch = 2; epoch <= 5; epoch++) log.append(batch(epoch, (epoch - 2) * 600 + 2, 600, 2048));
    await expect.poll(() => listener.failures.length, { timeout: 10_000 }).toBe(1);
    expect(listener.failures[0]).toMatchObject({ code: "io", message: expect.stringContaining("raft log") });
    expect(listener.epochs.length).toBeLessThan(5);
  });
});
