import { expect, test } from "vitest";
import { err, type Logger, ok, Prng, type Result, uuidFrom } from "#core/base";
import { bootstrap, configurationOf, defaultLimits, type PersistEffect, Raft, timingOf } from "#core/raft";
import { Store } from "#core/store";
import { Consensus, type Machine, type Written } from "./mod.ts";

const logger: Logger = { log: () => undefined, child: () => logger };

/** A log that is durable when the test says so. */
class HeldLog {
  readonly held: PersistEffect[] = [];
  consensus: Consensus | undefined = undefined;

  append(effect: PersistEffect): void {
    this.held.push(effect);
  }

  release(): void {}

  /** Everything that is held becomes durable at once, and what that brings about. */
  sync(): void {
    for (let last = this.held.splice(0).at(-1); last !== undefined; last = this.held.splice(0).at(-1))
      this.consensus?.durable(last.epoch, last.index, last.term);
  }
}

/** Answers with the entry's first byte; an entry that begins with 0 is refused. */
const echo: Machine = {
  store: new Store(),
  apply: (_index, [first = 0]) => ({
    changes: [],
    outcome: first === 0 ? err("invalid", "no zero") : ok({ jobModifyIndex: first }),
  }),
};

function open(): { consensus: Consensus; log: HeldLog; fire: () => void } {
  const random = new Prng(1);
  const id = uuidFrom(random);
  const state = bootstrap(configurationOf([{ id, address: "here", suffrage: "voter" }]));
  const log = new HeldLog();
  const now = { ms: 0 };
  const due: (() => void)[] = [];
  const ports = {
    log,
    snapshots: { write: () => ok({ file: "", bytes: 0, hash: "" }) },
    clock: { nowMs: () => now.ms, monotonicMs: () => now.ms },
    timers: { after: (_delayMs: number, run: () => void) => (due.push(run), { cancel: () => undefined }) },
    random,
    logger,
    afterInput: (run: () => void) => run(),
    stop: ({ message }: { readonly message: string }) => {
      throw new Error(message);
    },
  };
  const raft = new Raft({ id, timing: timingOf(1), random, ...defaultLimits }, state);
  const consensus = new Consensus(raft, echo, ports, { snapshotThreshold: 1_000_000 });
  log.consensus = consensus;
  const fire = (): void => {
    now.ms += 1_000;
    for (const run of due.splice(0)) run();
    log.sync();
  };
  consensus.start();
  while (!consensus.leadership.isEstablished) fire();
  return { consensus, log, fire };
}

const entry = (first: number): Uint8Array => Uint8Array.of(first, 1, 2);

function said(results: readonly Result<Written>[]): (number | string | undefined)[] {
  return results.map((result) => (result.ok ? result.value.outcome.jobModifyIndex : result.failure.message));
}

test("every write is answered with what its own entry came to, also of turns that overlap", async () => {
  const { consensus, log } = open();
  const first = [1, 0, 3].map((each) => consensus.proposeEntry(entry(each)));
  await Promise.resolve();
  const second = [4, 5].map((each) => consensus.proposeEntry(entry(each)));
  await Promise.resolve();
  log.sync();
  expect(said(await Promise.all([...first, ...second]))).toEqual([1, "no zero", 3, 4, 5]);
  const third = Array.from({ length: 300 }, (_, at) => consensus.proposeEntry(entry(1 + (at % 200))));
  await Promise.resolve();
  log.sync();
  expect(said(await Promise.all(third))).toEqual(Array.from({ length: 300 }, (_, at) => 1 + (at % 200)));
});

test("the indexes of answers follow each other, whichever turn they belong to", async () => {
  const { consensus, log } = open();
  const writes = Array.from({ length: 5 }, async (_, at) => {
    for (let turn = 0; turn < at; turn++) await Promise.resolve();
    return consensus.proposeEntry(entry(7));
  });
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  log.sync();
  const indexes = (await Promise.all(writes)).map((result) => (result.ok ? result.value.index : 0));
  expect(indexes).toEqual(Array.from({ length: 5 }, (_, at) => (indexes[0] ?? 0) + at));
});

test("a write that is under way when the server stops is told so", async () => {
  const { consensus } = open();
  const write = consensus.proposeEntry(entry(1));
  await Promise.resolve();
  consensus.stop();
  expect(said([await write])).toEqual(["the server is shutting down"]);
});

test("a write beyond what one log entry holds is refused before it reaches the log", async () => {
  const { consensus, log } = open();
  const write = consensus.proposeEntry(new Uint8Array(1024 * 1024 + 1));
  expect(said([await write])).toEqual(["the write is larger than 1 MiB, the most that one log entry holds"]);
  expect(log.held).toEqual([]);
});
