import { describe, expect, it } from "vitest";
import { Prng, utf8Encode } from "#core/base";
import {
  bootstrap,
  configurationOf,
  defaultLimits,
  type Entry,
  type PersistEffect,
  Raft,
  type RaftEffect,
  type RecoveredState,
  timingOf,
} from "#core/raft";

const alone = configurationOf([{ id: "a", address: "a:1", suffrage: "voter" }]);

/** A disk that remembers what a `persist` effect says, once it is told to sync. */
class Disk {
  state: RecoveredState;
  readonly pending: PersistEffect[] = [];

  constructor(state: RecoveredState) {
    this.state = state;
  }

  sync(): PersistEffect | undefined {
    const last = this.pending.at(-1);
    for (const effect of this.pending.splice(0)) {
      const kept = this.state.entries.filter((entry) => entry.index <= (effect.truncateAfter ?? Number.MAX_VALUE));
      this.state = {
        ...this.state,
        hardState: effect.hardState ?? this.state.hardState,
        entries: effect.reset ? effect.entries : [...kept, ...effect.entries],
      };
    }
    return last;
  }
}

function start(disk: Disk): { raft: Raft; effects: readonly RaftEffect[] } {
  const raft = new Raft({ id: "a", timing: timingOf(1), random: new Prng(1), ...defaultLimits }, disk.state);
  return { raft, effects: raft.start(0) };
}

/** Runs timers and syncs until nothing more happens at once; returns what was applied and replied. */
function settle(raft: Raft, disk: Disk, effects: readonly RaftEffect[], nowMs: number): string[] {
  const lines: string[] = [];
  const queue = [...effects];
  for (let turn = 0; turn < 100; turn++) {
    for (const effect of queue.splice(0)) {
      if (effect.type === "persist") disk.pending.push(effect);
      if (effect.type === "apply") lines.push(`apply ${effect.entries.map(describeEntry).join(" ")}`);
      if (effect.type === "reply") lines.push(`reply ${effect.id} ${JSON.stringify(effect.outcome)}`);
      if (effect.type === "release") lines.push(`release before ${effect.before}`);
      if (effect.type === "timer" && effect.atMs <= nowMs) queue.push(...raft.step({ type: "timer" }, nowMs));
    }
    const synced = disk.sync();
    if (synced === undefined && queue.length === 0) return lines;
    if (synced) queue.push(...raft.step({ ...synced, type: "durable" }, nowMs));
  }
  throw new Error("did not settle");
}

const describeEntry = (entry: Entry): string => `${entry.index}.${entry.term}:${entry.kind}`;

describe("one voter", () => {
  it("elects itself at the start and commits an entry of its own term", () => {
    const disk = new Disk(bootstrap(alone));
    const { raft, effects } = start(disk);
    expect(settle(raft, disk, effects, 0)).toEqual(["apply 1.1:configuration 2.2:noop"]);
    expect(raft.status()).toMatchObject({ role: "leader", term: 2, established: true, commitIndex: 2 });
    expect(disk.state.hardState).toEqual({ term: 2, vote: "a", mustReach: 0 });
  });

  it("answers a proposal only when its own disk has it", () => {
    const disk = new Disk(bootstrap(alone));
    const { raft, effects } = start(disk);
    settle(raft, disk, effects, 0);
    const proposed = raft.step({ type: "propose", id: 7, commands: [utf8Encode("x"), utf8Encode("y")] }, 1);
    expect(proposed.map((effect) => effect.type)).toEqual(["persist"]);
    expect(settle(raft, disk, proposed, 1)).toEqual([
      "apply 3.2:command 4.2:command",
      'reply 7 {"type":"committed","firstIndex":3,"lastIndex":4}',
    ]);
  });

  it("answers a read at once at the commit index", () => {
    const disk = new Disk(bootstrap(alone));
    const { raft, effects } = start(disk);
    settle(raft, disk, effects, 0);
    expect(settle(raft, disk, raft.step({ type: "read", id: 9 }, 1), 1)).toEqual([
      'reply 9 {"type":"readable","readIndex":2}',
    ]);
  });

  it("recovers its log, applies it again in a new term, and skips what a snapshot holds", () => {
    const disk = new Disk(bootstrap(alone));
    const first = start(disk);
    settle(first.raft, disk, first.effects, 0);
    settle(first.raft, disk, first.raft.step({ type: "propose", id: 1, commands: [utf8Encode("x")] }, 1), 1);
    const second = start(disk);
    expect(settle(second.raft, disk, second.effects, 0)).toEqual([
      "apply 1.1:configuration 2.2:noop 3.2:command 4.3:noop",
    ]);
    const snapshot = { id: "s", index: 3, term: 2, configuration: alone, bytes: 1, hash: "" };
    expect(second.raft.step({ type: "snapshot-saved", snapshot }, 2).map((effect) => effect.type)).toEqual(["release"]);
    disk.state = { ...disk.state, snapshot };
    const third = start(disk);
    expect(settle(third.raft, disk, third.effects, 0)).toEqual(["apply 4.3:noop 5.4:noop"]);
  });

  it("begins after a snapshot that its log does not lead up to", () => {
    const snapshot = { id: "s", index: 9, term: 3, configuration: alone, bytes: 1, hash: "" };
    const disk = new Disk({ ...bootstrap(alone), hardState: { term: 3, vote: undefined, mustReach: 0 }, snapshot });
    const { raft, effects } = start(disk);
    expect(effects[0]).toMatchObject({ type: "persist", reset: { index: 9, term: 3 } });
    expect(settle(raft, disk, effects, 0)).toEqual(["apply 10.4:noop"]);
  });

  it("refuses an entry above 1 MiB before it enters the log, and everything while it does not lead", () => {
    const disk = new Disk(bootstrap(alone));
    const { raft, effects } = start(disk);
    const propose = (id: number, bytes: number) =>
      raft.step({ type: "propose", id, commands: [new Uint8Array(bytes)] }, 0);
    expect(propose(1, 1)).toMatchObject([{ type: "reply", outcome: { type: "rejected", reason: "not-leader" } }]);
    settle(raft, disk, effects, 0);
    expect(propose(2, 1024 * 1024 + 1)).toMatchObject([{ outcome: { type: "rejected", reason: "too-large" } }]);
    expect(raft.status().lastIndex).toBe(2);
  });
});
