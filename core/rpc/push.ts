import { err, ok, type Result } from "#core/base";
import { Allocation, Job } from "#core/model";
import { encodeBinary } from "#core/wire";
import { PART_BYTES } from "./methods.ts";
import type { AllocationPush } from "./node-stream.ts";

/** A node's allocations, as one batch. */
export interface AllocationChanges {
  readonly index: number;
  readonly isFull: boolean;
  readonly changed: readonly Allocation[];
  readonly removed: readonly string[];
}

interface Part {
  readonly jobs: Job[];
  readonly changed: { allocation: Allocation; job: number }[];
  bytes: number;
}

/**
 * A batch in messages of about `partBytes`, each job once in a message however many allocations it has there. There is
 * always one message, and all but the last say that the batch goes on.
 */
export function splitPush(batch: AllocationChanges, partBytes = PART_BYTES): AllocationPush[] {
  const parts: Part[] = [{ jobs: [], changed: [], bytes: 0 }];
  for (const { job, ...rest } of batch.changed) {
    const allocation = { ...rest, job: null };
    const bytes = encodeBinary(Allocation, allocation).length;
    let part = parts.at(-1) as Part;
    if (part.bytes > 0 && part.bytes + bytes > partBytes) parts.push((part = { jobs: [], changed: [], bytes: 0 }));
    part.changed.push({ allocation, job: job ? placeOf(part, job) : 0 });
    part.bytes += bytes;
  }
  return parts.map(({ jobs, changed }, at) => ({
    index: batch.index,
    isFull: batch.isFull,
    goesOn: at < parts.length - 1,
    jobs,
    changed,
    removed: at === 0 ? batch.removed : [],
  }));
}

/** Where the job stands in the part, counted from 1. Rows share their job, so that it is the same object. */
function placeOf(part: Part, job: Job): number {
  const known = part.jobs.indexOf(job);
  if (known !== -1) return known + 1;
  part.bytes += encodeBinary(Job, job).length;
  return part.jobs.push(job);
}

/** Puts the messages of a batch together again. */
export class PushReader {
  #changed: Allocation[] = [];
  #removed: string[] = [];

  /** The batch, when this was its last part; `corrupt` when an allocation names a job that the part does not hold. */
  read({ index, isFull, goesOn, jobs, changed, removed }: AllocationPush): Result<AllocationChanges | undefined> {
    for (const { allocation, job: place } of changed ?? []) {
      const job = place === 0 ? null : jobs?.[place - 1];
      if (job === undefined) return err("corrupt", `allocation ${allocation.id} names job ${place} of its message`);
      this.#changed.push({ ...allocation, job });
    }
    this.#removed.push(...(removed ?? []));
    if (goesOn) return ok(undefined);
    const batch = { index, isFull, changed: this.#changed, removed: this.#removed };
    this.#changed = [];
    this.#removed = [];
    return ok(batch);
  }
}
