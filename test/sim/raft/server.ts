import { assert, type Buggify, type Prng } from "#core/base";
import {
  type ApplyEffect,
  bootstrap,
  type Configuration,
  defaultLimits,
  emptyHardState,
  type LoadChunkEffect,
  type PersistEffect,
  Raft,
  type RaftEffect,
  type RaftEvent,
  type RecoveredState,
  type SaveChunkEffect,
  type SnapshotDescription,
  timingOf,
} from "#core/raft";
import { type Ledger, Violation } from "./ledger.ts";
import type { NodeLog } from "./node-log.ts";
import type { Swarm } from "./swarm.ts";

const CHUNK_BYTES = 16;
const SNAPSHOT_BYTES = 40;

/** A snapshot file of a simulated server: the digest of the history that it holds, spread over several chunks. */
interface SnapshotFile {
  readonly description: SnapshotDescription;
  readonly content: Uint8Array;
}

/** What all servers of a world share. */
interface Surroundings {
  readonly swarm: Swarm;
  readonly ledger: Ledger;
  readonly buggify: Buggify;
}

/** One server: the real core/raft, a simulated log, snapshot files, and a state machine that is a digest. */
export class SimulatedServer {
  readonly id: string;
  readonly log: NodeLog;
  raft: Raft;
  isUp = true;
  incarnation = 1;
  appliedIndex = 0;
  digest = 0;
  /** Its own clock runs at this rate, from this offset. */
  readonly clockRate: number;
  #clockOffsetMs = 0;
  busyUntilMs = 0;
  syncMs: number;
  slowUntilMs = 0;
  timerToken = 0;
  waiting: PersistEffect[] = [];
  inFlight: PersistEffect | undefined = undefined;
  #latest: SnapshotFile | undefined = undefined;
  #previous: SnapshotFile | undefined = undefined;
  #partial: { readonly id: string; content: number[] } | undefined = undefined;
  readonly #swarm: Swarm;
  readonly #random: Prng;
  readonly #ledger: Ledger;
  readonly #buggify: Buggify;

  constructor(id: string, log: NodeLog, clockRate: number, random: Prng, surroundings: Surroundings) {
    this.id = id;
    this.log = log;
    this.clockRate = clockRate;
    this.#random = random;
    this.#swarm = surroundings.swarm;
    this.#ledger = surroundings.ledger;
    this.#buggify = surroundings.buggify;
    this.syncMs = this.#swarm.syncMs;
    this.raft = this.#make({ hardState: emptyHardState, snapshot: undefined, entries: [] });
  }

  #make(recovered: RecoveredState): Raft {
    const { trailingEntries, appendBytesMax } = this.#swarm;
    const limits = { ...defaultLimits, trailingEntries, appendBytesMax, snapshotChunkBytes: CHUNK_BYTES };
    const options = { id: this.id, timing: timingOf(1), random: this.#random, buggify: this.#buggify, ...limits };
    return new Raft(options, recovered);
  }

  /** The founding state goes to the log before the server starts. */
  found(configuration: Configuration): void {
    const { hardState, entries } = bootstrap(configuration);
    const common = { truncateAfter: undefined, reset: undefined };
    this.log.begin([{ type: "persist", term: 1, index: 1, epoch: 0, ...common, hardState, entries }]);
    this.log.finish();
    this.raft = this.#make(bootstrap(configuration));
  }

  localMs(worldMs: number): number {
    return this.#clockOffsetMs + worldMs * this.clockRate;
  }

  worldMs(localMs: number): number {
    return (localMs - this.#clockOffsetMs) / this.clockRate;
  }

  jumpClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
  }

  start(worldMs: number): readonly RaftEffect[] {
    return this.raft.start(this.localMs(worldMs));
  }

  step(event: RaftEvent, worldMs: number): readonly RaftEffect[] {
    return this.raft.step(event, this.localMs(worldMs));
  }

  crash(random: Prng): void {
    this.isUp = false;
    this.waiting = [];
    this.inFlight = undefined;
    this.timerToken++;
    this.log.crash(random);
  }

  /** A fresh process over what is on disk; the state machine begins at the latest snapshot. The disk may refuse. */
  restart(): void {
    const recovered = this.log.recover(this.#latest?.description);
    this.isUp = true;
    this.incarnation++;
    this.busyUntilMs = 0;
    this.appliedIndex = this.#latest?.description.index ?? 0;
    this.digest = this.#latest === undefined ? 0 : digestIn(this.#latest.content);
    this.#partial = undefined;
    this.raft = this.#make(recovered);
  }

  apply(effect: ApplyEffect): number {
    let first = 0;
    for (const entry of effect.entries) {
      if (entry.index !== this.appliedIndex + 1)
        throw new Violation("contiguous history", `${this.id} applies ${entry.index} after ${this.appliedIndex}`);
      this.appliedIndex = entry.index;
      if (this.#ledger.apply(this.id, entry, effect.term) && first === 0) first = entry.index;
      this.digest = this.#ledger.digestAt(entry.index);
    }
    return first;
  }

  /** Writes a snapshot of the applied state when enough has been applied since the last one. */
  takeSnapshot(): SnapshotDescription | undefined {
    const { snapshotEvery } = this.#swarm;
    if (snapshotEvery === 0 || this.appliedIndex < (this.#latest?.description.index ?? 0) + snapshotEvery)
      return undefined;
    const term = this.raft.termAt(this.appliedIndex);
    if (term === undefined) return undefined;
    const content = contentOf(this.digest);
    const description: SnapshotDescription = {
      id: `${this.id}-${this.appliedIndex}`,
      index: this.appliedIndex,
      term,
      configuration: this.raft.configurationAt(this.appliedIndex),
      bytes: content.length,
      hash: String(this.digest),
    };
    this.#keep({ description, content });
    return description;
  }

  #keep(file: SnapshotFile): void {
    this.#previous = this.#latest;
    this.#latest = file;
  }

  loadChunk(effect: LoadChunkEffect): Uint8Array | undefined {
    const file = [this.#latest, this.#previous].find((one) => one?.description.id === effect.snapshotId);
    return file?.content.slice(effect.offset, effect.offset + effect.length);
  }

  saveChunk(effect: SaveChunkEffect): RaftEvent {
    const { id } = effect.snapshot;
    if (this.#partial?.id !== id) this.#partial = { id, content: [] };
    assert(effect.offset <= this.#partial.content.length, "chunks arrive without gaps");
    this.#partial.content.length = effect.offset;
    this.#partial.content.push(...effect.data);
    if (!effect.isLast) return { type: "chunk-saved", snapshotId: id, nextOffset: this.#partial.content.length };
    const content = Uint8Array.from(this.#partial.content);
    this.#partial = undefined;
    if (String(digestIn(content)) !== effect.snapshot.hash)
      throw new Violation("snapshot transfer", `${this.id} received another file than ${id}`);
    if (effect.snapshot.index > (this.#latest?.description.index ?? 0))
      this.#keep({ description: effect.snapshot, content });
    return { type: "snapshot-received", snapshotId: id };
  }

  restore(snapshot: SnapshotDescription): void {
    this.appliedIndex = snapshot.index;
    this.digest = Number(snapshot.hash);
    if (this.digest !== this.#ledger.digestAt(snapshot.index))
      throw new Violation("state machine safety", `${this.id} restores another state at ${snapshot.index}`);
  }
}

function contentOf(digest: number): Uint8Array {
  const content = new Uint8Array(SNAPSHOT_BYTES);
  new DataView(content.buffer).setUint32(SNAPSHOT_BYTES - 4, digest);
  return content;
}

function digestIn(content: Uint8Array): number {
  return new DataView(content.buffer, content.byteOffset).getUint32(SNAPSHOT_BYTES - 4);
}
