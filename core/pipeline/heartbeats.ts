import { Heap } from "#core/base";

interface Deadline {
  readonly nodeId: string;
  readonly atMs: number;
}

/** When each node must have been heard of. A renewed deadline leaves its old entry behind, to be skipped when due. */
export class Heartbeats {
  readonly #deadlines = new Map<string, number>();
  readonly #heap = new Heap<Deadline>((left, right) => left.atMs < right.atMs);

  get size(): number {
    return this.#deadlines.size;
  }

  renew(nodeId: string, deadlineMs: number): void {
    this.#deadlines.set(nodeId, deadlineMs);
    this.#heap.push({ nodeId, atMs: deadlineMs });
  }

  forget(nodeId: string): void {
    this.#deadlines.delete(nodeId);
  }

  /** Nodes that were not heard of in time; they are forgotten. */
  expire(nowMs: number): string[] {
    const expired: string[] = [];
    for (let next = this.#heap.peek(); next !== undefined && next.atMs <= nowMs; next = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#deadlines.get(next.nodeId) !== next.atMs) continue;
      this.#deadlines.delete(next.nodeId);
      expired.push(next.nodeId);
    }
    return expired;
  }
}

export interface HeartbeatRules {
  readonly minTtlMs: number;
  /** Heartbeats a second that the whole region should cause at most. */
  readonly maxPerSecond: number;
}

/** The time-to-live that spreads the region's heartbeats: the more nodes, the longer (semantics §4). */
export function heartbeatTtlMs(nodes: number, rules: HeartbeatRules): number {
  return Math.max(rules.minTtlMs, Math.ceil((nodes / rules.maxPerSecond) * 1000));
}
