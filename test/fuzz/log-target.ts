import { Prng } from "#core/base";
import { type CollectedLog, collectLog, type LogEntry, LogWriter, verifyLog } from "#core/log";
import { SimulatedDisk } from "#test/sim";
import { type ByteCase, type ByteTarget, damaged } from "./byte-target.ts";
import type { Verdict } from "./hcl-target.ts";

const identity = { clusterId: "c", serverId: "s", incarnation: 1 };
const ENTRIES = 40;

/** Images of a small log's files: whatever is done to them, what is read back is what was written, or less. */
export class LogImageTarget implements ByteTarget {
  readonly #written: LogEntry[] = [];
  readonly #names: readonly string[];
  readonly #images = new Map<string, Uint8Array>();

  constructor() {
    const disk = new SimulatedDisk();
    const writer = new LogWriter(disk, { identity, segmentBytes: 2048 }, collect(disk).recovery, 0);
    const random = new Prng(9);
    for (let index = 1; index <= ENTRIES; index += 2) this.#append(writer, random, index);
    this.#names = disk.list();
    for (const name of this.#names) this.#images.set(name, disk.read(name, 0, disk.size(name) ?? 0).slice());
  }

  #append(writer: LogWriter, random: Prng, index: number): void {
    const entries = [index, index + 1].map(
      (at): LogEntry => ({
        index: at,
        term: 1 + (at >> 3),
        kind: "command",
        data: random.bytes(20 + random.below(60)),
      }),
    );
    this.#written.push(...entries);
    const hardState = index % 8 === 1 ? { term: 1 + (index >> 3), vote: "s", mustReach: 0 } : undefined;
    writer.write([{ epoch: index, truncateAfter: undefined, reset: undefined, hardState, entries }], 0);
    writer.sync();
    writer.mark();
  }

  next(random: Prng): ByteCase {
    const victim = this.#names[random.below(this.#names.length)] as string;
    const bytes = damaged(random, this.#images.get(victim) as Uint8Array);
    const disk = new SimulatedDisk();
    let total = 0;
    for (const [name, image] of this.#images) {
      const content = name === victim ? bytes : image;
      total += content.length;
      // Now and then a file is gone altogether.
      if (name !== victim || random.below(50) > 0) disk.write(name, 0, content);
    }
    return { bytes: new Uint8Array(total), read: () => this.#read(disk) };
  }

  #read(disk: SimulatedDisk): Verdict {
    const collected = collectLog(disk, identity, 0);
    verifyLog(disk, 0);
    if (!collected.ok) return undefined;
    const wrong = collected.value.entries.find((entry) => !isSame(entry, this.#written[entry.index - 1]));
    return wrong === undefined ? undefined : `entry ${wrong.index} of term ${wrong.term} was never written like this`;
  }
}

function isSame(found: LogEntry, written: LogEntry | undefined): boolean {
  if (written === undefined || found.term !== written.term || found.kind !== written.kind) return false;
  return Buffer.compare(found.data, written.data) === 0;
}

function collect(disk: SimulatedDisk): CollectedLog {
  const collected = collectLog(disk, identity, 0);
  if (!collected.ok) throw new Error(collected.failure.message);
  return collected.value;
}
