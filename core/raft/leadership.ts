import type { ServerId } from "./entry.ts";
import type { RequestId } from "./event.ts";
import { Progress } from "./progress.ts";
import { ReadRounds } from "./read-rounds.ts";

/** A batch of proposals, or one change of membership, that waits to be applied. */
export interface PendingProposal {
  readonly id: RequestId;
  readonly firstIndex: number;
  readonly lastIndex: number;
}

/** A leadership transfer under way (thesis §3.10); no proposals are taken meanwhile. */
export interface Transfer {
  readonly id: RequestId;
  readonly to: ServerId;
  readonly deadlineMs: number;
  isTimeoutNowSent: boolean;
}

/** Everything that exists only while a server leads, and only for that term. */
export class Leadership {
  /** The no-op that opened the term: once it is committed, so is everything before it (paper §5.4.2, §8). */
  readonly noopIndex: number;
  readonly progress = new Map<ServerId, Progress>();
  readonly reads = new ReadRounds();
  readonly proposals: PendingProposal[] = [];
  transfer: Transfer | undefined = undefined;
  heartbeatAtMs: number;
  uncommittedBytes = 0;

  constructor(noopIndex: number, nowMs: number) {
    this.noopIndex = noopIndex;
    this.heartbeatAtMs = nowMs;
  }

  /** Follows the configuration: members come with a fresh progress, those that left are forgotten. */
  syncMembers(members: readonly ServerId[], nextIndex: number, nowMs: number): void {
    for (const id of members) if (!this.progress.has(id)) this.progress.set(id, new Progress(id, nextIndex, nowMs));
    for (const id of this.progress.keys()) if (!members.includes(id)) this.progress.delete(id);
  }
}
