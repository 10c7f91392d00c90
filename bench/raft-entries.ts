/**
 * Entries per CPU-second of three pure Raft nodes in one process (no disk, no network) at 1, 64 and 4,096 outstanding:
 * what the protocol itself costs. Acceptance: 64 ÷ 1 ≥ 5 in entries a batch, and 4,096 no less than 64.
 */
import { assert, Prng } from "#core/base";
import {
  bootstrap,
  configurationOf,
  defaultLimits,
  type Message,
  type PersistEffect,
  Raft,
  type RaftEffect,
  timingOf,
} from "#core/raft";

const ids = ["a", "b", "c"];
const command = new Uint8Array(256);
/** As servers do: a snapshot after so many entries, whatever the size of the batches that they came in. */
const SNAPSHOT_ENTRIES = 8_192;

/** Three servers whose disks and network take no time; proposals of one turn travel as one batch. */
class Trio {
  readonly #servers = new Map<string, Raft>();
  #queue: Message[] = [];
  #pending: { readonly id: string; readonly effect: PersistEffect }[] = [];
  committed = 0;
  #nowMs = 0;

  constructor() {
    const founding = configurationOf(ids.map((id) => ({ id, address: id, suffrage: "voter" })));
    for (const id of ids) {
      const raft = new Raft({ id, timing: timingOf(1), random: new Prng(1), ...defaultLimits }, bootstrap(founding));
      this.#servers.set(id, raft);
      this.#take(id, raft.start(0));
    }
    this.#nowMs = 800;
    this.#step("a", { type: "timer" });
    this.#step("a", { type: "timer" });
    this.settle();
    assert(this.#servers.get("a")?.status().established, "a leads");
  }

  propose(id: number, count: number): void {
    this.#step("a", { type: "propose", id, commands: Array.from({ length: count }, () => command) });
  }

  /** Until nothing is on its way. */
  settle(): void {
    while (this.#queue.length + this.#pending.length > 0) {
      const writes = this.#pending;
      this.#pending = [];
      for (const { id, effect } of writes) this.#step(id, { ...effect, type: "durable" });
      const messages = this.#queue;
      this.#queue = [];
      for (const message of messages) this.#step(message.to, { type: "message", message });
    }
  }

  snapshot(): void {
    for (const [id, raft] of this.#servers) {
      const { appliedIndex: index } = raft.status();
      const term = raft.termAt(index);
      if (term === undefined) continue;
      const configuration = raft.configurationAt(index);
      this.#step(id, {
        type: "snapshot-saved",
        snapshot: { id: `${index}`, index, term, configuration, bytes: 1, hash: "" },
      });
    }
  }

  #step(id: string, event: Parameters<Raft["step"]>[0]): void {
    const raft = this.#servers.get(id);
    if (raft !== undefined) this.#take(id, raft.step(event, this.#nowMs));
  }

  #take(id: string, effects: readonly RaftEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send") this.#queue.push(effect.message);
      else if (effect.type === "persist") this.#pending.push({ id, effect });
      else if (effect.type === "apply" && id === "a") this.committed += effect.entries.length;
    }
  }
}

/** Entries per CPU-second with so many outstanding. */
export function measureEntries(outstanding: number, forSeconds: number): number {
  const trio = new Trio();
  const before = trio.committed;
  const started = process.cpuUsage();
  let id = 1;
  for (let seconds = 0; seconds < forSeconds; seconds = cpuSeconds(started)) {
    for (let entries = 0; entries < SNAPSHOT_ENTRIES; entries += outstanding) {
      trio.propose(id++, outstanding);
      trio.settle();
    }
    trio.snapshot();
  }
  return (trio.committed - before) / cpuSeconds(started);
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** True when the goals are met. */
export function run(write: (line: string) => void): boolean {
  for (const outstanding of [1, 64, 4096]) measureEntries(outstanding, 0.2);
  const [one, many, most] = [1, 64, 4096].map((outstanding) => measureEntries(outstanding, 2)) as [
    number,
    number,
    number,
  ];
  write(`entries a CPU-second: 1 outstanding ${one.toFixed(0)}, 64 ${many.toFixed(0)}, 4096 ${most.toFixed(0)}`);
  write(`64 ÷ 1: ${(many / one).toFixed(1)} (≥ 5), 4096 ÷ 64: ${(most / many).toFixed(2)} (≥ 1)`);
  return many / one >= 5 && most >= many;
}
