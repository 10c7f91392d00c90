import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ok, Prng, type Result, uuidFrom } from "#core/base";
import { type Applied, StateMachine } from "#core/fsm";
import { bootstrap, configurationOf, defaultLimits, Raft, timingOf } from "#core/raft";
import { Store } from "#core/store";
import { Consensus, type Machine, type Written } from "#server/consensus";
import { bootstrapBatch, openLog, SEGMENT_BYTES } from "#server/log";
import { SnapshotFolder } from "#server/snapshot";
import { report } from "./ratio.ts";
import { RawLog } from "./raw-log.ts";

/**
 * Entries committed each second by consensus with one voter ÷ a raw log with as many clients, the two in turn, half a
 * second each, on the disk of this checkout. As reference/performance.md G1 says: entries of 256 bytes, the real log, terms
 * and elections on, and a state machine that does nothing. What encoding and applying commands adds is shown
 * beside it, without a goal.
 */
const SLICE_MS = 500;
const PAIRS = 9;
const ENTRY_BYTES = 256;
const OUTSTANDING = [1, 64, 512];
/** Of a region that writes this much (`raft_snapshot_threshold`). */
const SNAPSHOT_THRESHOLD = 65_536;

type Write = () => Promise<Result<Written>>;

export async function commits(): Promise<boolean> {
  mkdirSync("dist/bench-data", { recursive: true });
  const folder = join(process.cwd(), mkdtempSync("dist/bench-data/log-"));
  const raw = new RawLog(join(folder, "raw"), ENTRY_BYTES, Math.max(...OUTSTANDING));
  const nothing: Applied = { changes: [], outcome: ok({}) };
  const idle = await openConsensus(join(folder, "idle"), { store: new Store(), apply: () => nothing });
  const applying = await openConsensus(join(folder, "applying"), new StateMachine(new Store()));
  try {
    return await compare(raw, entryWrites(idle.consensus), commandWrites(applying.consensus));
  } finally {
    raw.close();
    await Promise.all([idle.close(), applying.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(raw: RawLog, writeEntry: Write, writeCommand: Write): Promise<boolean> {
  let isMet = true;
  for (const outstanding of OUTSTANDING) {
    const entries: number[] = [];
    const commands: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const rawRate = await raw.run(outstanding, SLICE_MS);
      entries.push((await slice(writeEntry, outstanding)) / rawRate);
      commands.push((await slice(writeCommand, outstanding)) / rawRate);
    }
    const name = `÷ raw log, ${outstanding} outstanding`;
    isMet = report({ name: `commits/s ${name}`, values: entries, atLeast: 0.4 }) && isMet;
    report({ name: `commands encoded, committed and applied/s ${name}`, values: commands });
  }
  return isMet;
}

function entryWrites(consensus: Consensus): Write {
  const entry = new Uint8Array(ENTRY_BYTES).fill(7);
  return () => consensus.proposeEntry(entry);
}

function commandWrites(consensus: Consensus): Write {
  const requestId = "r".repeat(ENTRY_BYTES - 24);
  return () => consensus.propose({ name: "evaluationUpdate", payload: { evaluations: [] } }, requestId);
}

/** Writes a second, by as many clients as are outstanding. */
async function slice(write: Write, outstanding: number): Promise<number> {
  const began = performance.now();
  let entries = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - began < SLICE_MS) {
      const written = await write();
      if (!written.ok) throw new Error(written.failure.message);
      entries++;
    }
  };
  await Promise.all(Array.from({ length: outstanding }, client));
  return entries / ((performance.now() - began) / 1000);
}

async function openConsensus(
  folder: string,
  machine: Machine,
): Promise<{ readonly consensus: Consensus; readonly close: () => Promise<void> }> {
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
    snapshots: new SnapshotFolder(join(folder, "snapshots")),
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
  const consensus = new Consensus(raft, machine, ports, { snapshotThreshold: SNAPSHOT_THRESHOLD });
  holder.consensus = consensus;
  consensus.start();
  while (!consensus.leadership.isEstablished) await new Promise((resolve) => setTimeout(resolve, 5));
  const close = async (): Promise<void> => {
    consensus.stop();
    await opened.value.log.close();
  };
  return { consensus, close };
}
