/**
 * Recovery of 1 GiB of log ÷ reading and checksumming the same files once, both warm; and the memory that it takes above
 * the start. Acceptance: ≤ 2, ≤ 64 MiB.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32c } from "#core/base";
import { LogWriter, recoverLog } from "#core/log";
import { RealDisk } from "#server/log";

const identity = { clusterId: "bench", serverId: "bench", incarnation: 1 };
const ENTRIES_A_BATCH = 2048;
const ENTRY_BYTES = 1024;
const CHUNK_BYTES = 1024 * 1024;
const MIB = 1024 * 1024;

const ignore = { begin: () => {}, entry: () => {}, truncateAfter: () => {} };

function fill(disk: RealDisk, bytes: number): number {
  const recovered = recoverLog(disk, identity, 0, ignore);
  if (!recovered.ok) throw new Error(recovered.failure.message);
  const writer = new LogWriter(disk, { identity, segmentBytes: 64 * MIB }, recovered.value, 0);
  const data = new Uint8Array(ENTRY_BYTES).fill(7);
  let index = 0;
  const batches = Math.ceil(bytes / (ENTRIES_A_BATCH * ENTRY_BYTES));
  for (let epoch = 1; epoch <= batches; epoch++) {
    const entries = Array.from({ length: ENTRIES_A_BATCH }, () => ({
      index: ++index,
      term: 1,
      kind: "command" as const,
      data,
    }));
    writer.write([{ epoch, truncateAfter: undefined, reset: undefined, hardState: undefined, entries }], 0);
    writer.sync();
  }
  return index;
}

function readOnce(disk: RealDisk): number {
  let sum = 0;
  for (const name of disk.list())
    for (let offset = 0; offset < (disk.size(name) ?? 0); offset += CHUNK_BYTES)
      sum ^= crc32c(disk.read(name, offset, CHUNK_BYTES));
  return sum;
}

function secondsOf(run: () => void): number {
  const startMs = performance.now();
  run();
  return (performance.now() - startMs) / 1000;
}

/** True when the goals are met. */
export function run(write: (line: string) => void, bytes = 1024 * MIB): boolean {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const disk = new RealDisk(folder);
  const written = fill(disk, bytes);
  readOnce(disk);
  const ratios: number[] = [];
  const before = process.memoryUsage().rss;
  let peak = before;
  for (let pair = 0; pair < 3; pair++) {
    const once = secondsOf(() => void readOnce(disk));
    let last = 0;
    const recovery = secondsOf(() => {
      recoverLog(disk, identity, 0, { ...ignore, entry: (index) => void (last = index) });
      peak = Math.max(peak, process.memoryUsage().rss);
    });
    if (last !== written) throw new Error(`recovered ${last} of ${written} entries`);
    ratios.push(recovery / once);
  }
  ratios.sort((left, right) => left - right);
  write(
    `recovery of ${bytes / MIB} MiB ÷ reading and checksumming once: ${(ratios[1] as number).toFixed(2)} (≤ 2); memory above start ${((peak - before) / MIB).toFixed(0)} MiB (≤ 64)`,
  );
  disk.close();
  rmSync(folder, { recursive: true });
  return (ratios[1] as number) <= 2 && peak - before <= 64 * MIB;
}
