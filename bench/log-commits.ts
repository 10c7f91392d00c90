/**
 * Commits a second through the log's worker ÷ one raw log at the same number outstanding; slices interleaved, median of the paired ratios. Real disk: run it where /tmp is one, or
 * set TMPDIR. Acceptance: ≥ 0.4 at 1, ≥ 0.6 at 64 and 512.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLog, type LogHandle } from "#server/log";
import { RawLog } from "./raw-log.ts";

const DATA_BYTES = 256;
const SLICE_MS = 500;
const PAIRS = 9;
const identity = { clusterId: "bench", serverId: "bench", incarnation: 1 };

/** Keeps `outstanding` single-entry batches in flight through the worker. */
class WorkerLog {
  #log: LogHandle | undefined = undefined;
  #index = 0;
  #durable = 0;
  readonly #data = new Uint8Array(DATA_BYTES);
  #onDurable: () => void = () => {};

  async open(folder: string): Promise<void> {
    const listener = {
      durable: (epoch: number) => {
        this.#durable = epoch;
        this.#onDurable();
      },
      fatal: (reason: { readonly message: string }) => {
        throw new Error(reason.message);
      },
      lowSpace: () => {},
    };
    const opened = await openLog({ folder, identity, segmentBytes: 64 * 1024 * 1024, snapshotIndex: 0, listener });
    if (!opened.ok) throw new Error(opened.failure.message);
    this.#log = opened.value.log;
  }

  async run(outstanding: number): Promise<number> {
    const before = this.#durable;
    const startMs = performance.now();
    await new Promise<void>((resolve) => {
      this.#onDurable = () => {
        if (performance.now() - startMs < SLICE_MS) this.#fill(outstanding);
        else if (this.#durable === this.#index) resolve();
      };
      this.#fill(outstanding);
    });
    this.#log?.release(this.#index - 1000);
    return ((this.#durable - before) * 1000) / (performance.now() - startMs);
  }

  /** Every client proposes again once its own commit is answered; as core/raft does, what arrives in a turn is a batch. */
  #fill(outstanding: number): void {
    const first = this.#index + 1;
    const count = outstanding - (this.#index - this.#durable);
    this.#index += count;
    const entries = Array.from({ length: count }, (_, offset) => ({
      index: first + offset,
      term: 1,
      kind: "command" as const,
      data: this.#data,
    }));
    const rest = { truncateAfter: undefined, reset: undefined, hardState: undefined };
    this.#log?.append({ epoch: this.#index, index: this.#index, term: 1, ...rest, entries });
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }
}

const goals = new Map([
  [1, 0.4],
  [64, 0.6],
  [512, 0.6],
]);

/** True when the goals are met. */
export async function run(write: (line: string) => void): Promise<boolean> {
  let isMet = true;
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const raw = new RawLog(join(folder, "raw"), DATA_BYTES, Math.max(...goals.keys()));
  const log = new WorkerLog();
  await log.open(join(folder, "log"));
  for (const [outstanding, goal] of goals) {
    const ratios: number[] = [];
    const rates: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const rawRate = await raw.run(outstanding, SLICE_MS);
      const rate = await log.run(outstanding);
      ratios.push(rate / rawRate);
      rates.push(rate);
    }
    ratios.sort((left, right) => left - right);
    rates.sort((left, right) => left - right);
    const middle = PAIRS >> 1;
    isMet &&= (ratios[middle] as number) >= goal;
    write(
      `log commits/s at ${outstanding} outstanding: ${(rates[middle] as number).toFixed(0)}; ÷ raw log: median ${(ratios[middle] as number).toFixed(2)} (${(ratios[0] as number).toFixed(2)} to ${(ratios[PAIRS - 1] as number).toFixed(2)})`,
    );
  }
  await log.close();
  raw.close();
  rmSync(folder, { recursive: true });
  return isMet;
}
