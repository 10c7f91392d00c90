import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Logger, ok, type Result } from "#core/base";
import type { Allocation } from "#core/model";
import type { AllocSnapshot } from "#core/runner";
import { readChecked, writeChecked } from "#client/state";

const VERSIONS = { current: 1, oldest: 1 };
const ALLOCATION_SUFFIX = ".alloc.json";
const PROGRESS_SUFFIX = ".progress.json";

export interface StoredAlloc {
  readonly allocation: Allocation;
  readonly progress: AllocSnapshot | undefined;
}

/** The allocations of this client on disk: what was asked for changes rarely, how far it got changes often. */
export class AllocStore {
  readonly #directory: string;

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, "allocs");
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
  }

  writeAllocation(allocation: Allocation): Result<void> {
    return writeChecked(this.#path(allocation.id, ALLOCATION_SUFFIX), VERSIONS.current, encode(allocation));
  }

  writeProgress(allocId: string, progress: AllocSnapshot): Result<void> {
    return writeChecked(this.#path(allocId, PROGRESS_SUFFIX), VERSIONS.current, progress);
  }

  remove(allocId: string): void {
    for (const suffix of [PROGRESS_SUFFIX, ALLOCATION_SUFFIX]) rmSync(this.#path(allocId, suffix), { force: true });
  }

  /**
   * Everything that can be read. What was damaged is set aside under another name and logged; what another version of
   * the program wrote is refused, for dropping it would end tasks that only that version understands.
   */
  readAll(logger: Logger): Result<readonly StoredAlloc[]> {
    const stored: StoredAlloc[] = [];
    for (const name of readdirSync(this.#directory)) {
      if (!name.endsWith(ALLOCATION_SUFFIX)) continue;
      const allocation = this.#read(name, logger);
      if (!allocation.ok) return allocation;
      const progress = this.#read(name.replace(ALLOCATION_SUFFIX, PROGRESS_SUFFIX), logger);
      if (!progress.ok) return progress;
      if (allocation.value === undefined) continue;
      const decoded = decode(allocation.value) as Allocation;
      stored.push({ allocation: decoded, progress: progress.value as AllocSnapshot | undefined });
    }
    return ok(stored);
  }

  #read(name: string, logger: Logger): Result<unknown> {
    const path = join(this.#directory, name);
    const read = readChecked(path, VERSIONS);
    if (read.ok) return ok(read.value?.body);
    if (read.failure.code === "conflict") return read;
    logger.log("error", `setting aside ${name}: ${read.failure.message}`, { path: `${path}.unreadable` });
    renameSync(path, `${path}.unreadable`);
    return ok(undefined);
  }

  #path(allocId: string, suffix: string): string {
    return join(this.#directory, `${allocId}${suffix}`);
  }
}

/** Bytes (a dispatch payload) become a marked text, since JSON has none. */
function encode(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  return mapped(value, encode);
}

function decode(value: unknown): unknown {
  const marked = typeof value === "object" && value !== null ? (value as { $bytes?: unknown }).$bytes : undefined;
  if (typeof marked === "string") return new Uint8Array(Buffer.from(marked, "base64"));
  return mapped(value, decode);
}

function mapped(value: unknown, each: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(each);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, each(item)]));
}
