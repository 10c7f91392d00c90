import type { ServerId } from "./entry.ts";
import type { SnapshotDescription } from "./message.ts";

/** An append that was sent and not answered. */
interface Inflight {
  readonly sequence: number;
  readonly previousIndex: number;
  readonly sentMs: number;
}

/** A snapshot on its way to a follower; `sentMs` is when the chunk at `offset` was last asked for. */
export interface SnapshotTransfer {
  readonly snapshot: SnapshotDescription;
  offset: number;
  sentMs: number;
}

/** Probe: one append at a time until one is accepted. Replicate: several in flight, optimistic. Snapshot: none. */
type Mode = "probe" | "replicate" | "snapshot";

const SMOOTHING = 1 / 8;

/** What a leader knows about one follower in its term. */
export class Progress {
  readonly id: ServerId;
  mode: Mode = "probe";
  /** The highest index proved equal and durable there. */
  matchIndex = 0;
  nextIndex: number;
  /** When it last answered anything in this term. */
  contactMs: number;
  heartbeatSentMs: number;
  transfer: SnapshotTransfer | undefined = undefined;
  #sequence = 0;
  #inflight: Inflight[] = [];
  #roundTripMs = 0;
  #acknowledgeMs = 0;

  constructor(id: ServerId, nextIndex: number, nowMs: number) {
    this.id = id;
    this.nextIndex = nextIndex;
    this.contactMs = nowMs;
    this.heartbeatSentMs = nowMs;
  }

  get inflight(): number {
    return this.#inflight.length;
  }

  /**
   * Appends that may be in flight: few, so that batches form, where the round trip is short against the follower's
   * sync; more where it is long (reference performance.md §2.2).
   */
  window(least: number, most: number): number {
    const syncMs = Math.max(this.#acknowledgeMs - this.#roundTripMs, 0.1);
    return Math.min(most, Math.max(least, 1 + Math.ceil(this.#roundTripMs / syncMs)));
  }

  canSend(least: number, most: number): boolean {
    if (this.mode === "snapshot") return false;
    return this.#inflight.length < (this.mode === "probe" ? 1 : this.window(least, most));
  }

  /** Notes an append of `count` entries after `previousIndex` and returns its sequence number. */
  sent(previousIndex: number, count: number, nowMs: number): number {
    this.#sequence++;
    this.#inflight.push({ sequence: this.#sequence, previousIndex, sentMs: nowMs });
    if (this.mode === "replicate") this.nextIndex = previousIndex + count + 1;
    return this.#sequence;
  }

  accepted(sequence: number, matchIndex: number, nowMs: number): void {
    for (let first = this.#inflight[0]; first !== undefined && first.sequence <= sequence; first = this.#inflight[0]) {
      if (first.sequence === sequence) this.#acknowledgeMs = smooth(this.#acknowledgeMs, nowMs - first.sentMs);
      this.#inflight.shift();
    }
    this.matchIndex = Math.max(this.matchIndex, matchIndex);
    this.nextIndex = Math.max(this.nextIndex, this.matchIndex + 1);
    if (this.mode === "probe") this.mode = "replicate";
  }

  /** The index before the refused append, or undefined when the refusal is stale: it was answered or given up. */
  refused(sequence: number): number | undefined {
    return this.#inflight.find((append) => append.sequence === sequence)?.previousIndex;
  }

  /** Tries again from `nextIndex`, one append at a time. A follower that lost entries lowers its own match. */
  probeFrom(nextIndex: number): void {
    this.mode = "probe";
    this.transfer = undefined;
    this.#inflight = [];
    this.nextIndex = nextIndex;
    this.matchIndex = Math.min(this.matchIndex, nextIndex - 1);
  }

  /** An append that went unanswered for this long counts as lost. */
  isOverdue(nowMs: number, heartbeatMs: number, electionMs: number): boolean {
    const oldest = this.#inflight[0];
    const limitMs = Math.min(electionMs, Math.max(heartbeatMs, 4 * this.#acknowledgeMs));
    return oldest !== undefined && nowMs - oldest.sentMs > limitMs;
  }

  /** Everything that decides what happens to this follower next; ages only as older or younger than `electionMs`. */
  describe(nowMs: number, electionMs: number): string {
    const isSilent = nowMs - this.contactMs > electionMs ? "silent" : "";
    const appends = this.#inflight.map(
      ({ sequence, previousIndex, sentMs }) =>
        `${sequence}@${previousIndex}${nowMs - sentMs > electionMs ? "late" : ""}`,
    );
    return `${this.id}${this.mode[0]}${this.matchIndex}.${this.nextIndex}.${this.#sequence}[${appends.join()}]${isSilent}`;
  }

  heartbeatAnswered(nowMs: number): void {
    this.#roundTripMs = smooth(this.#roundTripMs, nowMs - this.heartbeatSentMs);
  }

  beginSnapshot(snapshot: SnapshotDescription, nowMs: number): void {
    this.mode = "snapshot";
    this.#inflight = [];
    this.transfer = { snapshot, offset: 0, sentMs: nowMs };
  }
}

function smooth(average: number, sample: number): number {
  return average === 0 ? sample : average + SMOOTHING * (sample - average);
}
