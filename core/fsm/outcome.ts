import type { Store } from "#core/store";

/** What an applied command tells whoever proposed it, beyond its index. */
export interface Outcome {
  readonly jobModifyIndex?: number;
}

/** The context of one entry while it is applied. */
export interface Applying {
  readonly store: Store;
  readonly index: number;
  readonly timeMs: number;
  /** The job's status is looked at again when the entry is done. */
  touchJob(namespace: string, jobId: string): void;
}
