import { getHeapStatistics } from "node:v8";
import type { Prng } from "#core/base";
import type { Verdict } from "./hcl-target.ts";

/** One damaged input and what is done with it. */
export interface ByteCase {
  readonly bytes: Uint8Array;
  /** Reads it; says what it yielded that was never put in. */
  readonly read: () => Verdict;
}

/** Makes damaged inputs of one format. */
export interface ByteTarget {
  next(random: Prng): ByteCase;
}

const HANG_MS = 100;
const ALLOCATION_FACTOR = 4;
/** What reading anything costs: a reader's window, short-lived objects, and what the engine books in whole pages. */
const ALLOCATION_BASE = 1024 * 1024;
const SHOWN_BYTES = 400;

/** Damages bytes: bits, ranges, cuts, repetitions. */
export function damaged(random: Prng, original: Uint8Array): Uint8Array {
  const bytes = original.slice();
  for (let times = 1 + random.below(4); times > 0; times--) damageOnce(random, bytes);
  return random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
}

function damageOnce(random: Prng, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const at = random.below(bytes.length);
  const length = 1 + random.below(Math.min(64, bytes.length - at));
  const kind = random.below(6);
  if (kind < 3) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  else if (kind === 3) bytes.set(random.bytes(length), at);
  else if (kind === 4) bytes.fill(random.below(2) * 255, at, at + length);
  else bytes.copyWithin(at, random.below(bytes.length), at + length);
}

/** Runs one case: the harm that it did, by throwing, by yielding, by time or by memory. */
function harmOf({ bytes, read }: ByteCase): { readonly verdict: Verdict; readonly tookMs: number } {
  const before = heapBytes();
  const startedCpu = process.cpuUsage();
  let verdict: Verdict;
  try {
    verdict = read();
  } catch (error) {
    verdict = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const used = process.cpuUsage(startedCpu);
  const tookMs = (used.user + used.system) / 1000;
  const allocated = heapBytes() - before;
  if (verdict === undefined && tookMs > HANG_MS) verdict = `took ${Math.round(tookMs)} ms`;
  if (verdict === undefined && allocated > ALLOCATION_FACTOR * bytes.length + ALLOCATION_BASE)
    verdict = `allocated ${allocated} bytes for ${bytes.length}`;
  return { verdict, tookMs };
}

function heapBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

export interface ByteRun {
  readonly write: (text: string) => void;
  readonly count: number;
  readonly seed: number;
}

/** True when no case did harm. */
export function fuzzBytes(name: string, target: ByteTarget, random: Prng, { write, count, seed }: ByteRun): boolean {
  let slowestMs = 0;
  for (let run = 0; run < count; run++) {
    const tried = target.next(random);
    const { verdict, tookMs } = harmOf(tried);
    slowestMs = Math.max(slowestMs, tookMs);
    if (verdict === undefined) continue;
    const shown = Buffer.from(tried.bytes.subarray(0, SHOWN_BYTES)).toString("hex");
    write(`${name}: input ${run} of seed ${seed}: ${verdict}\n${shown}\n`);
    return false;
  }
  write(`${name}: ${count} inputs of seed ${seed}, slowest ${slowestMs.toFixed(1)} ms\n`);
  return true;
}
