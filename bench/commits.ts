import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Prng, uuidFrom } from "#core/base";
import { StateMachine } from "#core/fsm";
import { bootstrap, configurationOf, defaultLimits, Raft, timingOf } from "#core/raft";
import { Store } from "#core/store";
import { Consensus } from "#server/consensus";
import { bootstrapBatch, openLog, SEGMENT_BYTES } from "#server/log";
import { report } from "./ratio.ts";
import { RawLog } from "./raw-log.ts";

/**
 * Writes committed and applied each second through consensus with one voter ÷ a raw log with as many clients. Entries of
 * 256 bytes; the two in turn, half a second each, on the disk of this checkout.
 */
const SLICE_MS = 500;
const PAIRS = 9;
const ENTRY_BYTES = 256;
const OUTSTANDING = [1, 64, 512];

export async function commits(): Promise<boolean> {
  mkdirSync("dist/bench-data", { recursive: true });
  const folder = mkdtempSync("dist/bench-data/log-");
  const { consensus, close } = await openConsensus(join(process.cwd(), folder));
  const raw = new RawLog(join(folder, "raw"), ENTRY_BYTES, Math.max(...OUTSTANDING));
  let isMet = true;
  try {
    for (const outstanding of OUTSTANDING) {
      const ratios: number[] = [];
      for (let pair = 0; pair < PAIRS; pair++) {
        const rawRate = await raw.run(outstanding, SLICE_MS);
        ratios.push((await consensusSlice(consensus, outstanding)) / rawRate);
      }
      isMet =
        report({ name: `commits/s ÷ raw log, ${outstanding} outstanding`, values: ratios, atLeast: 0.4 }) && isMet;
    }
  } finally {
    raw.close();
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
  return isMet;
}

export async function consensusSlice(consensus: Consensus, outstanding: number): Promise<number> {
  const requestId = "r".repeat(ENTRY_BYTES - 24);
  const began = performance.now();
  let entries = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - began < SLICE_MS) {
      const written = await consensus.propose({ name: "evaluationUpdate", payload: { evaluations: [] } }, requestId);
      if (!written.ok) throw new Error(written.failure.message);
      entries++;
    }
  };
  await Promise.all(Array.from({ length: outstanding }, lane));
  return entries / ((performance.now() - began) / 1000);
}

export async function openConsensus(folder: string): Promise<{ consensus: Consensus; close: () => Promise<void> }> {
  const random = new Prng(1);
  const identity = { clusterId: uuidFrom(random), serverId: uuidFrom(random), incarnation: 1 };
  const holder: { consensus?: Consensus; founded?: () => void } = {};
  const founded = new Promise<void>((resolve) => (holder.founded = resolve));
  const listener = {
    durable: (epoch: number, index: number, term: number) =>
      holder.consensus ? holder.consensus.durable(epoch, index, term) : holder.founded?.(),
    fatal: (reason: { readonly message: string }) => {
      throw new Error(reason.message);
    },
    lowSpace: () => undefined,
  };
  const opened = await openLog({
    folder: join(folder, "raft"),
    identity,
    segmentBytes: SEGMENT_BYTES,
    snapshotIndex: 0,
    listener,
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  const state = bootstrap(configurationOf([{ id: identity.serverId, address: "bench", suffrage: "voter" }]));
  opened.value.log.append(bootstrapBatch(state));
  await founded;
  const raft = new Raft({ id: identity.serverId, timing: timingOf(1), random, ...defaultLimits }, state);
  const ports = {
    log: opened.value.log,
    snapshots: { write: () => ({ ok: true as const, value: { file: "", bytes: 0, hash: "" } }) },
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    timers: {
      after: (delayMs: number, run: () => void) => {
        const timer = setTimeout(run, delayMs);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    random,
    logger: { log: () => undefined, child: () => ports.logger },
    afterInput: (run: () => void) => void setImmediate(run),
    stop: listener.fatal,
  } as ConstructorParameters<typeof Consensus>[2];
  const consensus = new Consensus(raft, new StateMachine(new Store()), ports, {
    snapshotThreshold: Number.MAX_SAFE_INTEGER,
  });
  holder.consensus = consensus;
  consensus.start();
  while (!consensus.leadership.isEstablished) await new Promise((resolve) => setTimeout(resolve, 5));
  const close = async (): Promise<void> => {
    consensus.stop();
    await opened.value.log.close();
  };
  return { consensus, close };
}
